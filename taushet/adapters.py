"""How allauth behaves in this house."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by code; its mail goes through the outbox."""


class MFAAdapter(DefaultMFAAdapter):
    """The second factor."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in with ID-porten, Entra ID or Feide."""
