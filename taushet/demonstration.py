"""The people of the demonstration. All of them are invented."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.models import User
from taushet.roles import ADMINISTRATOR, APPROVER, BOOKER, CAMPAIGN, FINANCE, TRAINER


@dataclass(frozen=True)
class DemoPerson:
    key: str
    name: str
    house: str
    roles: tuple[str, ...]
    does: str

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"


PEOPLE = (
    DemoPerson("booker", "Bodil Berg", "", (BOOKER,), _("Books seats for a municipality and names the participants.")),
    DemoPerson("trainer", "Karim Kleiva", "", (TRAINER,), _("Teaches, and sees the own calendar.")),
    DemoPerson(
        "campaign",
        "Siri Strand",
        User.House.KSS,
        (CAMPAIGN,),
        _("Campaign staff at Krisesentersekretariatet: plans courses, drafts demands."),
    ),
    DemoPerson(
        "approver",
        "Leif Lunde",
        User.House.LDO,
        (CAMPAIGN, APPROVER),
        _("Campaign staff at the Ombud: approves what a colleague has drafted."),
    ),
    DemoPerson(
        "approver-kss",
        "Kaja Krogh",
        User.House.KSS,
        (CAMPAIGN, APPROVER),
        _("Campaign staff at Krisesentersekretariatet: approves for that house when both send."),
    ),
    DemoPerson(
        "finance",
        "Fatima Fossum",
        User.House.KSS,
        (FINANCE,),
        _("Issues and credits invoices, records payments and pays back."),
    ),
    DemoPerson(
        "administrator",
        "Anders Aune",
        User.House.KSS,
        (ADMINISTRATOR,),
        _("Invites people, gives roles, and opens everything."),
    ),
)


@transaction.atomic
def load_people(write: Callable[[str], None]) -> None:
    """Make the people of the demonstration, as they are at the start, with verified addresses and second factors.

    Raises ImproperlyConfigured outside the demonstration.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("The people of the demonstration are for the demonstration only.")
    for person in PEOPLE:
        load_person(person)


def load_person(person: DemoPerson) -> None:
    is_administrator = ADMINISTRATOR in person.roles
    user, created = User.objects.get_or_create(email=person.email)
    user.name, user.house = person.name, person.house
    user.is_staff = user.is_superuser = is_administrator
    user.is_active, user.deactivated_at = True, None
    if created:
        user.set_unusable_password()
        user.last_login = timezone.now()  # whoever has never been here is counted on for nothing
    user.save()
    user.groups.set(Group.objects.filter(name__in=person.roles))
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    if user.is_campaign_staff and not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
