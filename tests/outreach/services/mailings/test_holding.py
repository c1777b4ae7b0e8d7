"""What holds a letter back: each reason is told with the field at fault."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from municipalities.models import Fact
from outreach.models import Mandate
from outreach.services.demands.pairs import confirm_all
from outreach.services.mailings.mailings import change_mailing, plan_of
from outreach.services.mailings.schedules import set_schedule
from taushet.models import Suppression
from taushet.workdays import OSLO
from tests.factories.outreach import demand_version, mailing, place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def reasons(letter):
    return [(reason["why"], reason["field"]) for reason in letter.held_for]


def test_an_unknown_fact_holds_that_letter_and_lets_the_others_go():
    draft = mailing(place(name="A", plan=None), place(name="B"), place(name="C"))

    assert list(draft.letters.values_list("municipality__name", "status")) == [
        ("A", "held"),
        ("B", "ready"),
        ("C", "ready"),
    ]
    held = draft.letters.get(status="held")
    assert reasons(held) == [("fact_missing", "action-plan")]
    assert (held.text, held.content_hash) == ("", "")
    with translation.override("en"):
        assert held.held_reasons == ["Unknown: Action plan."]


@pytest.mark.parametrize(("days", "status"), [(729, "ready"), (730, "held")])
def test_a_fact_that_is_too_old_holds_the_letter(days, status):
    asker = place()
    observed_on = timezone.localdate() - timedelta(days=days)
    Fact.objects.filter(municipality=asker).update(observed_on=observed_on)

    letter = mailing(asker).letters.get()

    assert letter.status == status
    assert reasons(letter) == ([("fact_stale", "action-plan")] if status == "held" else [])


def test_a_fact_that_will_be_too_old_when_it_leaves_holds_the_letter():
    asker = place()
    Fact.objects.filter(municipality=asker).update(observed_on=timezone.localdate() - timedelta(days=700))

    draft = mailing(asker, send_at=timezone.now() + timedelta(days=40))

    assert reasons(draft.letters.get()) == [("fact_stale", "action-plan")]
    values = {"by": draft.author, "rate": None, "attach_pdf": False}
    draft = change_mailing(draft, replace(plan_of(draft), send_at=None), by=draft.author)
    assert draft.letters.get().status == "ready"
    draft = set_schedule(draft, embargo_until=timezone.now() + timedelta(days=40), **values)
    assert reasons(draft.letters.get()) == [("fact_stale", "action-plan")]
    # Under embargo until Christmas Eve at six it leaves on Monday the 28th, when the fact is too old.
    Fact.objects.filter(municipality=asker).update(observed_on=date(2026, 12, 28) - timedelta(days=730))
    draft = set_schedule(draft, embargo_until=datetime(2026, 12, 24, 18, tzinfo=OSLO), **values)
    assert reasons(draft.letters.get()) == [("fact_stale", "action-plan")]
    assert set_schedule(draft, embargo_until=datetime(2026, 12, 23, 12, tzinfo=OSLO), **values).letters.get().text


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        ({"valid_to": date(2026, 11, 23)}, "held"),
        ({"valid_to": date(2026, 11, 24)}, "ready"),
        ({"valid_from": date(2026, 11, 24)}, "held"),
    ],
)
def test_a_hook_that_is_not_in_force_holds_the_letter(dates, status):
    letter = mailing(place(), version=demand_version(**dates)).letters.get()

    assert letter.status == status
    assert reasons(letter) == ([("hook_lapsed", "lov")] if status == "held" else [])


def test_a_municipality_without_address_is_held():
    letter = mailing(place(address=False)).letters.get()

    assert (letter.status, letter.mandate, reasons(letter)) == ("held", None, [("no_address", "mailbox")])


def test_every_reason_is_told():
    letter = mailing(place(address=False, plan=None), recipient="mayor").letters.get()

    assert reasons(letter) == [("no_address", "mayor"), ("fact_missing", "action-plan")]


def test_an_address_that_takes_no_mail_is_held():
    asker = place()
    Suppression.objects.create(email=f"post@k{asker.number}.example", cause="bounce")

    assert reasons(mailing(asker).letters.get()) == [("suppressed", "mailbox")]


def test_somebody_who_has_left_office_gets_no_letter():
    asker = place()
    Mandate.objects.update(ends_on=date(2026, 11, 23))

    assert reasons(mailing(asker).letters.get()) == [("no_address", "mailbox")]


def test_a_municipality_that_has_ended_is_held():
    gone = place(valid_to=date(2026, 1, 1))

    assert reasons(mailing(gone).letters.get()) == [("municipality_ended", gone.number)]


def test_a_subject_that_grows_too_long_is_held():
    letter = mailing(place(name="K" * 60), version=demand_version()).letters.get()
    assert letter.status == "ready"

    long = demand_version()
    type(long).objects.filter(pk=long.pk).update(subject_nb="{{ municipality }}" * 4)
    long.refresh_from_db()
    confirm_all(long, by=None)

    assert reasons(mailing(place(name="K" * 60), version=long).letters.get()) == [
        ("broken_text", f"version-{long.number}")
    ]
