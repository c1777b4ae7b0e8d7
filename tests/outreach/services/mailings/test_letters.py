from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from courses.models import Session
from municipalities.models import Fact
from municipalities.services.facts import set_fact
from outreach.models import LegalHook, Letter, Mandate
from outreach.services.demands.pairs import confirm_all
from outreach.services.mailings.letters import letter_hash
from outreach.services.mailings.mailings import change_mailing, draft_letters, plan_of
from outreach.services.mailings.schedules import set_schedule
from outreach.services.offices.offices import set_mailbox, set_mayor
from outreach.services.sending.changes import changed_facts
from taushet.models import Suppression
from taushet.workdays import OSLO
from tests.factories.courses import SessionFactory
from tests.factories.outreach import demand_version, indicators, mailing, place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def reasons(letter):
    return [(reason["why"], reason["field"]) for reason in letter.held_for]


def test_a_letter_is_written_in_the_language_form_of_the_municipality():
    draft = mailing(
        place(name="Alver", language_form="nn"), place(name="Asker"), place(name="Oslo", language_form="neutral")
    )

    assert list(draft.letters.values_list("municipality__name", "language", "subject", "to_name")) == [
        ("Alver", "nn", "Krav til Alver på nynorsk", "Alver kommune"),
        ("Asker", "nb", "Krav til Asker på bokmål", "Asker kommune"),
        ("Oslo", "nb", "Krav til Oslo på bokmål", "Oslo kommune"),
    ]


def test_a_letter_states_the_facts_with_numbered_sources():
    alver = place(name="Alver", plan="yes", language_form="nn")
    SessionFactory.create_batch(2, municipality=alver, state=Session.State.HELD)
    SessionFactory(municipality=alver, state=Session.State.CANCELLED)

    letter = mailing(alver).letters.get()

    assert letter.text == (
        "Til ordføraren i Alver kommune\n\n"
        "Plan: ja [1], kurs: 2 [2]\n\n"
        "http://localhost:8000/krav/krav-1/\n\n"
        "Kjelder\n\n"
        "[1] Handlingsplan på nynorsk: ja. Opplyst av kommunen, 1. november 2026.\n"
        "[2] Lova § 1. https://lov.example/1\n"
        # Nothing in the text says when this was counted, so the end does.
        "Kurs på nynorsk: 2. Talt av Taushet tar liv, 23. november 2026.\n"
    )


def test_a_letter_names_the_day_of_what_we_count_once_and_stays_true_when_another_course_is_held():
    marked = "{{ greeting }} Kurs: {{ fact.courses_held }} {{ note('courses-held') }}"
    silent = "{{ greeting }} Plan: {{ note('action-plan') }}"
    asker = place(name="Asker", plan="yes")
    counted = "Kurs: 0. Talt av Taushet tar liv, 23. november 2026."
    marked_letter, silent_letter = (
        mailing(asker, version=demand_version(number, letter=text)).letters.get()
        for number, text in ((1, marked), (2, silent))
    )

    SessionFactory(municipality=asker, state=Session.State.HELD)

    assert marked_letter.text.partition("Kilder\n\n")[2] == f"[1] {counted}\n"
    assert counted not in silent_letter.text
    assert (marked_letter.status, changed_facts([marked_letter])) == ("ready", {})


def test_the_mayor_is_greeted_by_office_and_name():
    asker = place(name="Asker")
    set_mayor(
        asker,
        first_name="Kari",
        last_name="Nordmann",
        party="",
        email="ordforer@asker.example",
        source="nettsiden",
        checked_on=date(2026, 11, 1),
        by=None,
    )

    letter = mailing(asker, recipient="mayor").letters.get()

    assert letter.text.splitlines()[0] == "Til ordfører Kari Nordmann, Asker kommune"
    assert letter.text.endswith("Svar på brevet og si det, så skriver vi ikke til deg igjen.\n")
    assert "personvernforordningen artikkel 21" in letter.text
    assert "artikkel 21" not in mailing(asker, version=demand_version(2)).letters.get().text  # a post room cannot
    assert (letter.to_name, letter.to_email) == ("Kari Nordmann", "ordforer@asker.example")


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


@pytest.mark.parametrize("name", ["Å. Øyen (Ap)", "<script>alert(1)</script>", '=HYPERLINK("x")', "Ole, «Kåre» <x@y>"])
def test_what_stands_in_a_name_means_nothing(name):
    letter = mailing(place(name=name)).letters.get()

    assert letter.text.splitlines()[0] == f"Til ordføreren i {name} kommune"


def test_a_fact_cannot_bring_a_private_link_into_a_letter():
    asker = place()
    set_fact(asker, indicators()[0], value="yes", observed_on=date(2026, 11, 2), source="[[link:booking:1]] <b>")

    letter = mailing(asker).letters.get()

    assert "[1] Handlingsplan: ja. [ [link:booking:1]] <b>, 2. november 2026." in letter.text


def test_demonstration_values_mark_the_letter():
    asker = place(plan=None)
    set_fact(
        asker,
        indicators()[0],
        value="yes",
        observed_on=date(2026, 11, 2),
        source="Oppdiktet",
        is_demonstration=True,
    )

    letter = mailing(asker).letters.get()

    assert letter.is_demonstration
    assert "ja. Oppdiktet for en demonstrasjon, 2. november 2026." in letter.text


def test_the_fingerprint_is_the_same_when_read_again_in_another_language():
    draft = mailing(place())
    before = draft.content_hash, draft.letters.get().content_hash

    with translation.override("nn"):
        again = draft_letters(draft)

    letter = again.letters.get()
    assert (again.content_hash, letter.content_hash) == before
    assert letter_hash(Letter.objects.get()) == letter.content_hash


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "Noe annet"),
        ("subject", "Noe annet"),
        ("to_email", "annen@kommune.example"),
        ("to_name", "Annen"),
        ("language", "nn"),
        ("facts", {}),
        ("occasion", "reminder"),
    ],
)
def test_any_change_breaks_the_fingerprint(field, value):
    letter = mailing(place()).letters.get()
    before = letter_hash(letter)

    setattr(letter, field, value)

    assert letter_hash(letter) != before


def test_drafting_anew_keeps_the_letter_and_takes_the_new_fact():
    asker = place(plan="no")
    draft = mailing(asker)
    first = draft.letters.get()
    set_fact(asker, indicators()[0], value="yes", observed_on=date(2026, 11, 20), source="Møtebok")

    draft_letters(draft)

    letter = draft.letters.get()
    assert letter.pk == first.pk
    assert "Plan: ja" in letter.text
    assert letter.content_hash != first.content_hash


def test_drafting_costs_the_same_for_one_and_for_many(django_assert_max_num_queries):
    version = demand_version()
    places = [place() for _number in range(12)]

    with django_assert_max_num_queries(37):
        mailing(*places, version=version)


def test_a_wording_leans_on_the_same_hooks_when_it_is_drafted():
    version = demand_version()
    LegalHook.objects.create(
        key="annen",
        kind="law",
        citation_nb="a",
        citation_nn="a",
        meaning_nb="a",
        meaning_nn="a",
        url="https://a.example",
    )

    assert mailing(place(), version=version).letters.get().status == "ready"


def test_a_new_address_is_taken_up():
    asker = place()
    draft = mailing(asker)
    set_mailbox(asker, email="ny@asker.example", source="nettsiden", checked_on=date(2026, 11, 22), by=None)

    draft_letters(draft)

    assert draft.letters.get().to_email == "ny@asker.example"
