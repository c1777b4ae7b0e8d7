"""Outreach in the demonstration: the real Storting, and invented addresses and facts, marked as such."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from municipalities.models import Indicator, Municipality
from municipalities.services.facts import known_values, set_fact
from outreach.demonstration_offices import load_councils
from outreach.exceptions import BrokenExport
from outreach.models import Consultation, DemandVersion, LegalHook, Mailing, Mandate
from outreach.services.consultations.consultations import save_consultation
from outreach.services.consultations.hearings_export import end_of_day
from outreach.services.consultations.submissions import start_submission
from outreach.services.demands.demands import load_demands
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.mailings import Plan, create_mailing, submit_mailing
from outreach.services.offices.offices import current_mandate, set_mailbox
from outreach.services.offices.storting import import_storting
from outreach.services.offices.storting_export import read_bundled
from taushet.models import User
from taushet.workdays import OSLO

INVENTED = "Demonstrasjonsdata"
INVENTED_ON = date(2026, 11, 1)
# Number, name in the invented address, and whether there is an action plan (None leaves it unknown).
PLACES = (
    ("4631", "alver", "no"),
    ("3301", "drammen", "yes"),
    ("5610", "karasjok", "no"),
    ("1506", "molde", "yes"),
    ("0301", "oslo", "yes"),
    ("4644", "luster", "no"),
    ("3238", "nannestad", "no"),
    ("5501", "tromso", "yes"),
    ("3901", "horten", None),
)
WAITING = "Plan og opplæring, første runde"
CONSULTATION = "Forslag til endringer i krisesenterlova (demonstrasjon)"
# Answers by a digit of the municipality's number, so that they differ and are always the same.
CHECKLIST = (
    ("help-on-website", {0: "yes", 1: "no"}),
    ("equal-offer", {0: "no", 2: "yes"}),
    ("follow-up-after-stay", {1: "yes"}),
    ("gull-attitudes", {0: "yes", 2: "no"}),
    ("coordination-routine", {0: "no", 1: "yes"}),
    ("averting-routine", {1: "no", 2: "yes"}),
)
WAITING_FOR = ("4631", "3301", "5610", "1506", "3901")


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    """Load offices, the first demand, some invented addresses and facts, and a mailing that waits for approval."""
    try:
        import_storting(read_bundled())
    except BrokenExport as error:
        write(str(error))
    load_demands(write)
    indicator = Indicator.objects.get(key="action-plan")
    for number, name, has_plan in PLACES:
        municipality = Municipality.objects.filter(pk=number).first()
        if municipality is not None:
            invent(municipality, name, has_plan, indicator)
    load_councils()
    invent_checklists()
    invent_mailing()
    invent_consultation()
    write(f"{Mandate.objects.in_office().count()} offices")


def invent(municipality: Municipality, name: str, has_plan: str | None, indicator: Indicator) -> None:
    """Give a municipality an address and a fact, unless somebody has put in others."""
    if current_mandate(municipality, Mandate.Role.MAILBOX) is None:
        set_mailbox(
            municipality,
            email=f"postmottak@{name}.example",
            source=INVENTED,
            checked_on=INVENTED_ON,
            by=None,
            is_demonstration=True,
        )
    if has_plan and not known_values([municipality.pk], [indicator.key]):
        set_fact(
            municipality,
            indicator,
            value=has_plan,
            observed_on=INVENTED_ON,
            source=INVENTED,
            is_demonstration=True,
        )


def invent_mailing() -> None:
    author = User.objects.filter(email="campaign@demo.example").first()
    version = DemandVersion.objects.sendable().filter(demand__number=1).first()
    if author is None or version is None or Mailing.objects.filter(title=WAITING).exists():
        return
    audience = Audience(roles=(Mandate.Role.MAILBOX,), municipalities=WAITING_FOR)
    mailing = create_mailing(Plan(WAITING, (version,), audience), author=author)
    if mailing.letters.going().exists():
        submit_mailing(mailing, by=author, seen_hash=mailing.content_hash)


def invent_checklists() -> None:
    """Answer some questions of the Gullstandard, unless somebody has."""
    indicators = Indicator.objects.in_bulk([key for key, _answers in CHECKLIST], field_name="key")
    for number, *_rest in PLACES:
        municipality = Municipality.objects.filter(pk=number).first()
        for (key, answers), letter in zip(CHECKLIST, number * 2, strict=False):
            answer = answers.get(int(letter) % 3)
            if municipality is None or answer is None or known_values([number], [key]):
                continue
            set_fact(
                municipality,
                indicators[key],
                value=answer,
                observed_on=INVENTED_ON,
                source=INVENTED,
                is_demonstration=True,
            )


def invent_consultation() -> None:
    """An invented consultation with a draft of our answer."""
    author = User.objects.filter(email="campaign@demo.example").first()
    if author is None or Consultation.objects.filter(title=CONSULTATION).exists():
        return
    closes_at = end_of_day(timezone.now().astimezone(OSLO) + timedelta(days=40))
    consultation = save_consultation(
        None,
        {
            "origin": Consultation.Origin.MINISTRY,
            "title": CONSULTATION,
            "held_by": "Barne- og familiedepartementet",
            "plan": Consultation.Plan.ANSWER,
            "answer_by": closes_at,
            "answer_by_is_day": True,
        },
        by=author,
    )
    start_submission(
        consultation,
        title="Innspill fra Taushet tar liv (demonstrasjon)",
        versions=DemandVersion.objects.sendable().filter(demand__number__in=[4, 9]).order_by("demand__number"),
        figures=LegalHook.objects.filter(key="ssb-krisesenter-2022"),
        indicators=Indicator.objects.filter(key="equal-offer"),
        language="nb",
        senders=Mailing.Senders.BOTH,
        by=author,
    )
