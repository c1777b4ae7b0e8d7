"""An invented consultation with a draft of our answer."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from municipalities.models import Indicator
from outreach.models import Consultation, DemandVersion, LegalHook, Mailing
from outreach.services.consultations.consultations import save_consultation
from outreach.services.consultations.hearings_export import end_of_day
from outreach.services.consultations.submissions import start_submission
from taushet.models import User
from taushet.workdays import OSLO

CONSULTATION = "Forslag til endringer i krisesenterlova (demonstrasjon)"


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    """Load a consultation with the draft, unless it is there."""
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
    write("a consultation")
