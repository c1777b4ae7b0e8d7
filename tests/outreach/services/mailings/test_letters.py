from datetime import date

import pytest
from django.utils import translation

from courses.models import Session
from municipalities.services.facts import set_fact
from outreach.models import LegalHook, Letter
from outreach.services.mailings.letters import letter_hash
from outreach.services.mailings.mailings import draft_letters
from outreach.services.offices.offices import set_mailbox, set_mayor
from outreach.services.sending.changes import changed_facts
from tests.factories.courses import SessionFactory
from tests.factories.outreach import demand_version, indicators, mailing, place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
