"""Erases what the privacy page says is kept no longer."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from municipalities.models import ContactPerson, Membership

CONTACTS_AFTER = timedelta(days=730)
ENDED_AFTER = timedelta(days=365)
UNANSWERED_AFTER = timedelta(days=182)


def erase_contact_people(now: datetime) -> int:
    """Erase contact people that nobody has checked for two years; one without a day is checked from now on."""
    today = timezone.localdate(now)
    ContactPerson.objects.filter(checked_on=None).update(checked_on=today)
    deleted, _by_model = ContactPerson.objects.filter(checked_on__lt=today - CONTACTS_AFTER).delete()
    return deleted


def erase_memberships(now: datetime) -> int:
    """Erase memberships a year after they ended, and proposals that nobody has answered for half a year."""
    unanswered = Q(confirmed_at=None, ended_at=None, proposed_at__lt=now - UNANSWERED_AFTER)
    due = Membership.objects.filter(Q(ended_at__lt=now - ENDED_AFTER) | unanswered)
    deleted, _by_model = due.delete()
    return deleted
