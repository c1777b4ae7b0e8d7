"""Several demands in one letter, audiences, and what holds a letter."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from municipalities.models import Fact
from municipalities.services.facts import set_fact
from outreach.exceptions import BrokenLetter
from outreach.models import Body, LegalHook, Letter, LetterDemand, Mandate
from outreach.services.demands.pairs import confirm_all
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.audiences import NATIONAL, Audience, look
from outreach.services.mailings.drafting import draft_letters
from outreach.services.mailings.dry_runs import held_counts, variants
from outreach.services.mailings.edits import edit_letter
from outreach.services.mailings.mailings import plan_of, submit_mailing
from outreach.services.offices.offices import set_mayor
from taushet.models import Message, Suppression
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


def test_several_demands_stand_in_one_letter_with_each_source_once():
    demands = (demand_version(1, letter=FIRST), demand_version(2, letter=SECOND))
    texts = {
        "opening_nb": "Vi skriver til {{ recipient }} i {{ county }}.",
        "opening_nn": "Hei",
        "subject_nb": "To krav",
    }

    letter = mailing(place(name="Asker", county__name="Akershus"), demands=demands, texts=texts).letters.get()

    assert letter.subject == "To krav"
    assert letter.text == (
        "Til ordføreren i Asker kommune\n\n"
        "Vi skriver til Asker i Akershus.\n\n"
        "1. title nb\n\nFørste krav [1] [2]\n\n"
        "2. title nb\n\nHar ikke plan [2].\n\n"
        "Med vennlig hilsen\nTaushet tar liv\nKrisesentersekretariatet\n\n"
        "Kilder\n\n"
        "[1] Loven § 1. https://lov.example/1\n"
        "[2] Handlingsplan: nei. Opplyst av kommunen, 1. november 2026.\n"
    )
    assert list(letter.letter_demands.values_list("demand_version", "position", "is_taken")) == [
        (demands[0].pk, 0, False),
        (demands[1].pk, 1, False),
    ]


def test_each_demand_of_a_letter_reaches_an_office_once():
    asker, one, two = place(), demand_version(1), demand_version(2)
    both = [mailing(asker, demands=(one, two)), mailing(asker, demands=(two,))]
    waiting = [submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash) for draft in both]
    seen = {"seen_hash": waiting[0].content_hash, "is_public_confirmed": True}

    approve_mailing(waiting[0], approver=staff("approve_mailing"), **seen)

    taken = LetterDemand.objects.filter(is_taken=True)
    assert set(taken.values_list("demand_version", flat=True)) == {one.pk, two.pk}
    assert whys(mailing(asker, version=two).letters.get()) == ["already_sent"]
    with pytest.raises(IntegrityError), transaction.atomic():  # also for whoever goes past the services
        waiting[1].letters.update(status="queued", message=Message.objects.get())
    Letter.objects.filter(mailing=waiting[0]).update(status="cancelled")
    assert not LetterDemand.objects.filter(is_taken=True).exists()


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
        assert held_counts(draft)[0] == ("demand_over", "Kravet er innfridd eller trekt", 2)


def test_two_offices_at_one_address_get_one_letter():
    asker = place(number="6001")
    first = mayor(asker, "post@k6001.example")
    both = Audience(roles=("mayor", "mailbox"), municipalities=(asker.pk,))

    letters = {letter.mandate.role: letter for letter in mailing(asker, audience=both).letters.all()}

    assert (letters["mailbox"].status, letters["mayor"].status) == ("ready", "held")
    assert whys(letters["mayor"]) == ["same_address"]
    count = look(both, day=date(2026, 11, 23)).count
    assert (count.offices, count.lost, count.goes) == (2, [("same_address", 1)], 1)
    assert first.pk == letters["mayor"].mandate_id


def test_the_count_tells_what_becomes_of_everybody_and_the_letters_agree():
    version = demand_version()
    places = [place() for _number in range(7)] + [place(address=False), place(address=False)]
    old = mailing(places[0], version=version)
    submit_mailing(old, by=old.author, seen_hash=old.content_hash)
    old.refresh_from_db()
    seen = {"seen_hash": old.content_hash, "is_public_confirmed": True}
    approve_mailing(old, approver=staff("approve_mailing"), **seen)
    Suppression.objects.create(email=f"post@k{places[2].number}.example", cause="bounce")
    Mandate.objects.filter(body__municipality=places[3]).update(email="", email_source="", email_checked_on=None)
    Mandate.objects.filter(body__municipality=places[4]).update(email=f"post@k{places[5].number}.example")
    dropped = Mandate.objects.get(body__municipality=places[6])
    added = minister()
    drafted = mailing(*places, version=version, added=(added.pk,), dropped=(dropped.pk,))

    audience = Audience.from_json(drafted.audience)
    count = look(audience, day=date(2026, 11, 23), versions=[version.pk], added=[added.pk], dropped=[dropped.pk]).count

    assert (count.offices, count.places_without, count.dropped) == (7, 2, 1)
    assert dict(count.steps) == {"already_sent": 1, "suppressed": 1, "no_address": 1, "same_address": 1}
    addressed = drafted.letters.exclude(held_codes__regex="already|suppressed|no_address|same_address")
    assert (count.goes, addressed.count()) == (3, 3)  # the minister among them, for whom facts lack
    assert drafted.letters.filter(mandate=None).count() == 2


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


CLOSING = (
    "\n\nSvar til oss\n\nVi ber om svar innen fire uker. Det dere lover, følger vi opp: {{ demand_url }}\n\n"
    "Brevet og svaret er offentlige dokumenter.\n\nMed vennlig hilsen\n{{ senders }}"
)


def test_several_demands_close_once_and_are_named_together(client, settings):
    one = demand_version(1, letter=FIRST.split("\n\nMed")[0] + CLOSING.replace("fire uker", "fire (4) uker"))
    two = demand_version(2, letter=SECOND + CLOSING.replace("dokumenter.", "dokumenter.\n\nKurs: {{ courses_url }}"))
    for version, matter in ((one, "plan"), (two, "kurs")):
        type(version).objects.filter(pk=version.pk).update(
            subject_nb=f"Til {{{{ municipality }}}} kommune: krav om {matter}", title_nb=f"Ha {matter}"
        )
        version.refresh_from_db()
        confirm_all(version, by=None)
    LegalHook.objects.create(
        key="lov-igjen", kind="law", citation_nb="Loven § 1", citation_nn="Lova § 1", url="https://lov.example/1"
    )

    made = mailing(place(name="Asker"), demands=(one, two))
    letter = made.letters.get()

    assert letter.subject == "Til Asker kommune: krav om plan og om kurs"
    pages = [f"{settings.BASE_URL}/krav/krav-{number}/" for number in (1, 2)]
    assert letter.text == (
        "Til ordføreren i Asker kommune\n\n"
        "Dette brevet inneholder to krav:\n\n1. Ha plan\n2. Ha kurs\n\n"
        "1. Ha plan\n\nFørste krav [1] [2]\n\n"
        "2. Ha kurs\n\nHar ikke plan [2].\n\n"
        "Svar til oss\n\n"
        f"Vi ber om svar innen fire (4) uker. Det dere lover, følger vi opp: {pages[0]} og {pages[1]}\n\n"
        "Brevet og svaret er offentlige dokumenter.\n\n"
        f"Kurs: {settings.BASE_URL}/kurs/\n\n"
        "Med vennlig hilsen\nTaushet tar liv\nKrisesentersekretariatet\n\n"
        "Kilder\n\n"
        "[1] Loven § 1. https://lov.example/1\n"
        "[2] Handlingsplan: nei. Opplyst av kommunen, 1. november 2026.\n"
    )
    three = mailing(place(name="Moss", language_form="nn"), demands=(one, two, demand_version(3)))
    assert three.letters.get().subject == "Til Moss kommune: tre krav om arbeidet mot vald i nære relasjonar"
    sign_in(client, StaffFactory())
    for page in (reverse("outreach:mailing_list"), made.get_absolute_url()):
        assert "Ha plan · Ha kurs" in client.get(page).text


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


def test_offices_are_chosen_by_party_indicator_and_hand():
    one, two, three = (place(plan=answer) for answer in ("yes", "no", None))
    for number, (municipality, party) in enumerate(((one, "Arbeiderpartiet"), (two, "Høyre"), (three, "Ap"))):
        mayor(municipality, f"ordforer{number}@a.example", party=party)
    everywhere = {"roles": ("mayor",), "everywhere": True}

    def found(**asked):
        rows = look(Audience(**everywhere | asked), day=date(2026, 11, 24)).candidates
        return {row.municipality for row in rows}

    assert found(parties=("Ap",)) == {one.pk, three.pk}
    assert found(indicator="action-plan", indicator_is="has") == {one.pk}
    assert found(indicator="action-plan", indicator_is="lacks") == {two.pk, three.pk}
    assert found(indicator="action-plan", indicator_is="unknown") == {three.pk}
    assert found(indicator="action-plan", indicator_is="equals", indicator_value="no") == {two.pk}
    assert found(had_course="yes") == set()
    assert found(had_course="no", counties=(one.county_id,), everywhere=False) == {one.pk}


def test_whoever_was_put_in_by_hand_and_has_left_is_held():
    gone = minister(ends_on=date(2026, 11, 1))
    made = mailing(place(), added=(gone.pk,))

    assert "left_office" in whys(made.letters.get(mandate=gone))
    assert plan_of(made).added == (gone.pk,)
