"""Several demands in one letter, audiences, and what holds a letter."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from municipalities.models import Fact, Indicator
from municipalities.services.facts import set_fact
from outreach.exceptions import BrokenLetter
from outreach.models import Body
from outreach.services.mailings.audiences import NATIONAL, Audience
from outreach.services.mailings.drafting import draft_letters
from outreach.services.mailings.dry_runs import held_counts, variants
from outreach.services.mailings.edits import edit_letter
from outreach.services.mailings.salutations import greeting
from outreach.services.offices.offices import set_mayor
from tests.factories.outreach import (
    MandateFactory,
    PoliticianFactory,
    demand_version,
    indicators,
    mailing,
    place,
    staff,
)
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ADDRESS = {"email_source": "nettsiden", "email_checked_on": date(2026, 11, 1)}
FIRST = "{{ greeting }}\n\nFørste krav {{ note('lov') }} {{ note('action-plan') }}\n\nMed vennlig hilsen\n{{ senders }}"
SECOND = "{{ greeting }}\n\n{% if fact.action_plan %}Har{% else %}Har ikke{% endif %} plan {{ note('action-plan') }}."

GREETS_MAYOR = "greeting == 'Til ordfører Kari Øyen, Sted kommune'"


def whys(letter):
    return [reason["why"] for reason in letter.held_for]


def mayor(municipality, email, **names):
    people = {"first_name": "Kari", "last_name": "Øyen", "party": "Arbeiderpartiet"} | names
    return set_mayor(municipality, email=email, source="nettsiden", checked_on=date(2026, 11, 1), by=None, **people)


def minister(**values):
    body = Body.objects.create(kind="ministry", name="Barne- og familiedepartementet")
    fields = {
        "role": "minister",
        "title": "Barne- og familieminister",
        "party": "Høyre",
        "email": "statsrad@dep.example",
    }
    return MandateFactory(body=body, **ADDRESS, **fields | values)


def test_a_number_with_decimals_stops_no_letter_and_one_that_is_no_number_stops_its_own():
    hours = Indicator.objects.create(
        key="hours", kind="number", unit="årsverk", **dict.fromkeys(("name_nb", "name_nn", "name_en"), "Stillinger")
    )
    letter = (
        "{{ greeting }}\n\n{% if fact.hours > 2 %}Mye{% else %}Lite{% endif %}: {{ fact.hours }} {{ note('hours') }}"
    )
    version = demand_version(letter=letter, needs=[hours])
    places = [place(name=name) for name in ("Asker", "Bodø", "Ås")]
    for one, value in zip(places, ("2,5", "12500", "1"), strict=True):
        set_fact(one, hours, value=value, observed_on=date(2026, 11, 1), source="Svar")
    Fact.objects.filter(municipality=places[2], indicator=hours).update(value="omtrent ett")  # put in another way

    letters = {one.municipality.name: one for one in mailing(*places, version=version).letters.all()}

    assert "Mye: 2,5 [1]" in letters["Asker"].text
    assert "Mye: 12\u00a0500 [1]" in letters["Bodø"].text
    assert "12\u00a0500 årsverk" in letters["Bodø"].text
    assert [(one["why"], one["field"]) for one in letters["Ås"].held_for] == [("fact_unreadable", "hours")]


@pytest.mark.parametrize(
    ("form", "asked", "language"),
    [
        ("neutral", {}, "nb"),
        ("neutral", {"language": "nn"}, "nn"),
        ("nb", {"language": "nn"}, "nb"),
        ("nb", {"language": "nn", "language_rule": "one"}, "nn"),
        ("nn", {"senders": "both", "version": "both"}, "nn"),
    ],
)
def test_the_language_form_follows_the_municipality_and_then_the_mailing(form, asked, language):
    if asked.pop("version", ""):
        asked["version"] = demand_version(letter="{{ greeting }} {{ senders }}")

    letter = mailing(place(language_form=form), **asked).letters.get()

    assert (letter.language, letter.status) == (language, "ready")


def test_the_ombud_cannot_choose_another_form_than_the_municipality():
    with pytest.raises(IntegrityError, match="mailing_of_both_follows_the_municipality"), transaction.atomic():
        mailing(place(), senders="both", language_rule="one")


def test_a_missing_nynorsk_text_and_a_demand_that_is_met_hold():
    version = demand_version()
    type(version).objects.update(letter_nn="")
    version.refresh_from_db()
    draft = mailing(place(name="A", language_form="nn"), place(name="B"), version=version)

    assert [whys(letter) for letter in draft.letters.all()] == [["not_confirmed", "no_text"], ["not_confirmed"]]

    type(version.demand).objects.update(
        status="withdrawn", status_on=date(2026, 11, 1), status_reason_nb="Nei.", status_reason_nn="Nei."
    )
    draft_letters(draft)

    assert [whys(letter) for letter in draft.letters.all()] == [["demand_over", "no_text"], ["demand_over"]]
    with translation.override("nn"):
        assert held_counts(draft)[0] == ("demand_over", "Kravet er oppfylt eller trekt", 2)


def test_nobody_is_greeted_as_what_they_are_not():
    cases = [
        ("sametinget", "Sametinget", "member", "sametingsrepresentant {}"),
        ("sametinget", "Sametinget", "committee_leader", "utvalgsleder {}, Sametinget"),
        ("ministry", "Klimadepartementet", "member", "{}, Klimadepartementet"),
        ("statsforvalter", "Statsforvalteren i Oslo", "member", "{}, Statsforvalteren i Oslo"),
        ("party_group", "Stortingsgruppa", "group_leader", "gruppeleder {}, Stortingsgruppa"),
        ("committee", "Justiskomiteen", "member", "stortingsrepresentant {}, justiskomiteen"),
    ]
    county = place().county
    for kind, name, role, expected in cases:
        body = Body.objects.create(kind=kind, name=name, county=county if kind == "statsforvalter" else None)
        mandate = MandateFactory(body=body, role=role, party="Lokallista")
        assert greeting(mandate, None, "nb") == f"Til {expected.format(f'{mandate.politician} (Lokallista)')}"


def test_national_offices_are_greeted_by_office_and_form():
    version = demand_version(letter="{{ greeting }}\n\nKrav {{ note('lov') }}.\n\n{{ senders }}")
    version.needed_facts.all().delete()
    minister(
        title="Forsknings- og høyere utdanningsminister",
        politician=PoliticianFactory(first_name="Å.", last_name="Øyen"),
    )
    MandateFactory(role="member", party="Lokallista", email="k@st.example", **ADDRESS)
    asked = {
        "audience": Audience(level=NATIONAL, roles=("minister", "member")),
        "demands": (version,),
        "language": "nn",
        "texts": {"subject_nb": "Krav", "subject_nn": "Krav"},
    }
    letters = mailing(**asked).letters.order_by("pk")

    assert [whys(letter) for letter in letters] == [[], []], letters[0].held_for
    assert letters[0].text.splitlines()[0] == "Til forsknings- og høgare utdanningsminister Å. Øyen (H)"
    assert (letters[0].to_name, letters[0].municipality, letters[0].language) == ("Å. Øyen (H)", None, "nn")
    assert letters[1].text.startswith("Til stortingsrepresentant Kari Nordmann")
    assert "(Lokallista), komité" in letters[1].text


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        ("{{ greeting }} {{ fact.action_plan }}", "broken_text"),  # a bare true or false
        ("{{ greeting }}\n\nPlan  her", "hole"),
        ("{{ greeting }} ( )", "hole"),
        ("{{ greeting }} None", "hole"),
        ("{{ greeting }} {'a'}", "hole"),
    ],
)
def test_a_hole_in_the_finished_text_holds_it(letter, why):
    held = mailing(place(), version=demand_version(letter=letter)).letters.get()

    assert (held.status, whys(held), held.text) == ("held", [why], "")


def test_braces_in_a_name_or_a_fact_are_signs_like_any_other():
    odd = place(name="{{ 7 * 7 }}")
    set_fact(odd, indicators()[0], value="yes", observed_on=date(2026, 11, 2), source="{{ x }} <script> ( ) None .")
    me = staff("change_mailing", "view_letter")

    letter = mailing(odd, author=me).letters.get()

    assert letter.status == "ready"
    assert letter.text.splitlines()[0] == "Til ordføreren i {{ 7 * 7 }} kommune"
    assert "ja. {{ x }} <script> ( ) None, 2. november 2026." in letter.text
    edit = {"by": me, "seen_hash": letter.content_hash, "subject": letter.subject}
    with pytest.raises(BrokenLetter):
        edit_letter(letter, text=letter.text + "\n{{ name }}", **edit)
    assert edit_letter(letter, text=letter.text + "\nHilsen", **edit).is_edited


def test_only_what_the_letter_carries_itself_can_be_clicked(client, settings):
    evil = '=HYPERLINK("http://evil.example/a") https://evil.example/?x=https://lov.example/1'
    odd = place()
    set_fact(odd, indicators()[0], value="yes", observed_on=date(2026, 11, 2), source=evil)
    draft = mailing(odd)
    sign_in(client, StaffFactory())

    for address in (draft.letters.get().get_absolute_url(), reverse("outreach:mailing_print", args=[draft.pk])):
        page = client.get(address).text
        shown = page[page.index('<div class="letter-text">') :].partition("</div>")[0]
        assert re.findall(r'href="([^"]+)"', shown) == [f"{settings.BASE_URL}/krav/krav-1/", "https://lov.example/1"]
        assert escape(evil) in shown


def test_what_lacks_is_named_and_the_link_goes_to_where_it_is_mended(client):
    nothing, unsourced = place(name="A"), place(name="B")
    rows = Fact.objects.filter(indicator__key="action-plan")
    rows.filter(municipality=nothing).update(value="None")
    rows.filter(municipality=unsourced).update(source="")
    whole = demand_version(1)
    broken = demand_version(2, letter="{{ greeting }}\n\nDet er  et hull")
    both = {"demands": (whole, broken)}

    assert [(one["why"], one["field"]) for one in mailing(nothing, **both).letters.get().held_for] == [
        ("fact_missing", "action-plan")
    ]
    assert [(one["why"], one["field"]) for one in mailing(unsourced, **both).letters.get().held_for] == [
        ("fact_unsourced", "action-plan")
    ]
    hole = mailing(place(), **both).letters.get()
    own = mailing(place(), texts={"opening_nb": "Hei  du", "opening_nn": "Hei  du"}).letters.get()
    assert [(one["why"], one["at"]) for one in (*hole.held_for, *own.held_for)] == [
        ("hole", "krav-2"),
        ("hole", "mailing"),
    ]
    sign_in(client, StaffFactory())
    assert reverse("outreach:wording_update", args=["krav-2"]) in client.get(hole.get_absolute_url()).text
    assert reverse("outreach:mailing_update", args=[own.mailing_id]) in client.get(own.get_absolute_url()).text


def test_letters_are_grouped_by_their_paragraphs():
    answers = {"Asker": "yes", "Moss": "no", "Vega": "no", "Lom": "yes", "Bykle": "yes"}
    draft = mailing(*[place(name=name, plan=answer) for name, answer in answers.items()])

    groups = variants(draft)

    assert [(group.number, group.example.language) for group in groups] == [(3, "nb"), (2, "nb")]
    marked = [(piece.kind, piece.text) for piece in groups[1].pieces if piece.kind != "same"]
    assert {("gone", "ja"), ("new", "nei")} <= set(marked)
    assert {piece.text for piece in groups[1].pieces if piece.kind == "value"} == {groups[1].example.place_name}
    assert not any(groups[0].example.place_name in text for kind, text in marked)


def test_a_text_that_asks_who_it_goes_to_has_a_variant_for_each_answer():
    asker = place(number="6001", name="Sted")
    mayor(asker, "ordforer@k6001.example", party="")
    asking = (
        f"{{{{ greeting }}}}\n\n{{% if {GREETS_MAYOR} %}}Kjære Kari{{% else %}}Hei{{% endif %}}\n\n{{{{ senders }}}}"
    )
    both = Audience(roles=("mayor", "mailbox"), municipalities=(asker.pk,))

    alike = mailing(asker, audience=both, version=demand_version(1))
    different = mailing(asker, audience=both, version=demand_version(2, letter=asking))

    assert len(set(alike.letters.values_list("variant", flat=True))) == 1
    assert len(set(different.letters.values_list("variant", flat=True))) == 2
