from datetime import datetime

import pytest
from django.urls import reverse

from municipalities.services.facts import set_fact
from outreach.models import Approval, Letter, Mailing
from outreach.services.demands.demand_status import change_status
from outreach.services.mailings.mailings import change_mailing
from taushet.models import Message
from tests.factories.outreach import demand_version, indicators, mailing, place, places_of
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import approved, plan_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NEW = reverse("outreach:mailing_create")


def open_form(client, url=NEW):
    """Return what the hidden fields of a form hold."""
    form = client.get(url).context["form"]
    return {name: form[name].value() for name in ("request_key", "seen_hash") if name in form.fields}


def fields(version, *places, **changes):
    return {
        "title": "Høst",
        "demand": version.pk,
        "level": "local",
        "roles": ["mailbox"],
        "senders": "kss",
        "send_at": "",
        "municipalities": [municipality.pk for municipality in places],
    } | changes


def go(mailing, name):
    return reverse(f"outreach:{name}", args=[mailing.pk])


def test_a_new_mailing_has_its_letters_drafted(client, author, said):
    version, whole, lacking = demand_version(), place(language_form="nn"), place(plan=None)

    response = client.post(NEW, open_form(client) | fields(version, whole, lacking), follow=True)

    made = Mailing.objects.get()
    assert said(response) == ["The letters are drafted. Read them before you submit."]
    assert (made.title, made.status, made.author, made.last_editor) == ("Høst", "draft", author, author)
    assert dict(made.letters.values_list("municipality", "status")) == {whole.pk: "ready", lacking.pk: "held"}


def test_sending_the_form_twice_starts_one_mailing(client, author):
    asked = open_form(client) | fields(demand_version(), place())

    first, second = client.post(NEW, asked), client.post(NEW, asked)

    assert first.url == second.url == Mailing.objects.get().get_absolute_url()
    assert Letter.objects.count() == 1


def test_a_whole_county_is_all_its_municipalities(client, author):
    one = place()
    two, elsewhere = place(county=one.county), place()

    client.post(NEW, open_form(client) | fields(demand_version(), elsewhere, counties=[one.county_id]))

    assert {letter.municipality for letter in Mailing.objects.get().letters.all()} == {one, two, elsewhere}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"title": ""}, {"title": ["Fill in this field."]}),
        ({"title": "a" * 121}, {"title": ["This is too long: 121 characters, and there is room for 120."]}),
        (
            {"title": "Høst\r\nBcc: x"},
            {"title": ["Write this on one line, without line breaks or other control characters."]},
        ),
        ({"municipalities": []}, {"municipalities": ["Choose at least one municipality, or a whole county."]}),
        ({"municipalities": ["9999"]}, {"municipalities": ["There is no municipality with the number 9999."]}),
        ({"counties": ["99"]}, {"counties": ["There is no county with the number 99."]}),
        (
            {"send_at": "2026-11-23T09:59"},
            {"send_at": ["This time has passed. Leave it empty to send as soon as possible."]},
        ),
        ({"send_at": "2030-01-01T09:00"}, {"send_at": ["This is too far ahead. Choose a time within two years."]}),
        ({"send_at": "snart"}, {"send_at": ["This is not a date and time. Write it as 12.03.2027 09.00."]}),
        (
            {"request_key": "mine"},
            {"__all__": ["The form was not complete when it reached us. Look it over and send it once more."]},
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(client, author, changes, found):
    municipality = place()

    response = client.post(NEW, open_form(client) | fields(demand_version(), municipality) | changes)

    form = response.context["form"]
    assert form.errors == found
    assert form["roles"].value() == ["mailbox"]
    assert "(optional)" not in form["counties"].as_field_group() + form["municipalities"].as_field_group()
    assert not Mailing.objects.exists()


def test_a_withdrawn_demand_is_not_sent(client, author):
    version = demand_version()
    reasons = {"reason_nb": "Fordi.", "reason_nn": "Av di."}
    change_status(version.demand, "withdrawn", by=author, **reasons)

    response = client.post(NEW, open_form(client) | fields(version, place()))

    assert list(response.context["form"].errors) == ["demand"]


def test_those_that_were_held_start_the_next_mailing(client, author):
    lacking = place(plan=None)
    sent = approved(place(), lacking)

    form = client.get(NEW, {"fra": sent.pk}).context["form"]

    assert (form["municipalities"].value(), form["title"].value()) == ([lacking.pk], "Høst")


@pytest.mark.parametrize("number", ["999", "x", "-1", "9" * 30, "\x00"])
def test_starting_from_nothing_known_starts_empty(client, author, number):
    assert client.get(NEW, {"fra": number}).context["form"]["title"].value() is None


def test_a_change_drafts_anew_and_voids_the_approval(client, author, said):
    sent = approved(place())
    url = go(sent, "mailing_update")
    added = place()

    asked = open_form(client, url) | fields(sent.demand_version, *places_of(sent), added)
    response = client.post(url, asked, follow=True)

    sent.refresh_from_db()
    assert said(response) == ["The mailing is saved, and its letters are drafted anew."]
    assert (sent.status, sent.last_editor) == ("draft", author)
    assert Approval.objects.get().voided_at is not None
    assert sent.letters.counts() == {"ready": 2, "cancelled": 1}
    assert {letter.status for letter in response.context["page"]} == {"ready"}


def test_two_people_do_not_change_a_mailing_over_each_other(client, author):
    draft = mailing()
    url = go(draft, "mailing_update")
    asked = open_form(client, url) | fields(draft.demand_version, *places_of(draft), title="Min")
    change_mailing(draft, plan_of(draft, title="Din"), by=UserFactory())

    response = client.post(url, asked)

    assert response.context["form"].non_field_errors() == [
        "Somebody has changed the mailing since you opened it. Open it again to change it."
    ]
    assert response.context["form"]["title"].value() == "Min"
    assert Mailing.objects.get().title == "Din"


def test_what_has_left_is_not_changed(client, author):
    sent = approved()
    url = go(sent, "mailing_update")
    opened = open_form(client, url)
    Message.objects.update(state="sent")
    Letter.objects.update(status="sent")

    response = client.post(url, opened | fields(sent.demand_version, place(), title="Ny"))

    assert response.context["form"].non_field_errors() == [
        "The sending has begun. You can stop the rest, but not change the letters."
    ]
    assert Mailing.objects.get().title == "Høst"


def test_drafting_anew_takes_up_what_is_known_now(client, author, said):
    lacking = place(plan=None)
    draft = mailing(lacking)
    set_fact(lacking, indicators()[0], value="yes", observed_on=datetime(2026, 11, 20).date(), source="Møtebok")

    response = client.post(go(draft, "mailing_draft"), follow=True)

    assert said(response) == ["The letters are drafted anew, from what is known now."]
    assert draft.letters.get().status == "ready"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_many(client, author, django_assert_num_queries, count):
    version = demand_version()
    for number in range(count):
        mailing(place(), place(plan=None), version=version, author=UserFactory(name=f"Forfatter {number}"))
    client.get(reverse("outreach:mailing_list"))

    with django_assert_num_queries(9):
        response = client.get(reverse("outreach:mailing_list"))

    rows = response.context["page"].object_list
    assert [(row.going, row.held) for row in rows] == [(1, 1)] * count
    assert [row.pk for row in rows] == sorted((row.pk for row in rows), reverse=True)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("mailing_detail", 25), ("mailing_print", 15), ("mailing_variants", 13)])
def test_a_mailing_costs_the_same_for_one_letter_and_for_many(
    client, author, django_assert_num_queries, count, name, queries
):
    draft = mailing(*[place(plan=plan) for plan in ["no", None] * count])
    client.get(go(draft, name))

    with django_assert_num_queries(queries):
        client.get(go(draft, name))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Alver", "Bygland"]),
        ({"status": "held"}, ["Bygland"]),
        ({"status": "trouble"}, []),
        ({"status": "finnes-ikke"}, ["Alver", "Bygland"]),
        ({"q": "alv"}, ["Alver"]),
        ({"q": "\x00"}, ["Alver", "Bygland"]),
        ({"county": "62"}, ["Bygland"]),
        ({"county": "x"}, ["Alver", "Bygland"]),
        ({"page": "99"}, ["Alver", "Bygland"]),
    ],
)
def test_letters_are_narrowed(client, author, asked, found):
    draft = mailing(
        place(name="Alver", county__number="61"), place(name="Bygland", plan=None, county__number="62"), author=author
    )

    response = client.get(draft.get_absolute_url(), asked)
    part = client.get(draft.get_absolute_url(), asked, headers={"HX-Request": "true"})

    assert [letter.municipality.name for letter in response.context["page"]] == found
    assert part.text.strip().startswith('<div id="letters">')
