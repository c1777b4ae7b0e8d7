"""Who may open what: every address of outreach from the wrong side."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from outreach.models import Approval, Letter, Mailing, Mandate
from taushet.models import Message
from taushet.roles import APPROVER, BOOKER, FINANCE, TRAINER
from tests.factories.outreach import PoliticianFactory, demand_version, mailing, place
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "bare_refusals")]

READ = {
    "mailing_list": [],
    "mailing_detail": ["mailing"],
    "mailing_print": ["mailing"],
    "letter_detail": ["mailing", "letter"],
    "recipient_list": [],
    "recipient_detail": ["place"],
    "politician_detail": ["politician"],
    "wording_list": [],
}
WRITE = {
    "mailing_create": [],
    "mailing_update": ["mailing"],
    "mailing_cancel": ["mailing"],
    "mailbox_update": ["place"],
    "mayor_update": ["place"],
    "mayor_end": ["place"],
    "wording_update": ["slug"],
}
DRAFT_BY_POST = {"mailing_draft": ["mailing"], "mailing_submit": ["mailing"]}
APPROVE_BY_POST = {"mailing_approve": ["mailing"], "mailing_return": ["mailing"]}
TEST_BY_POST = {"letter_test": ["mailing", "letter"]}
BY_POST = DRAFT_BY_POST | APPROVE_BY_POST | TEST_BY_POST
ALL = READ | WRITE | BY_POST


@pytest.fixture
def address():
    """Return the address of a page of rows that are there."""
    draft = mailing(place(number="6101"))
    known = {
        "mailing": draft.pk,
        "letter": draft.letters.get().pk,
        "place": "6101",
        "politician": PoliticianFactory().pk,
        "slug": draft.demand_version.demand.slug,
    }
    return lambda name, known=known: reverse(f"outreach:{name}", args=[known[key] for key in ALL[name]])


def ask(client, name, url):
    return client.post(url) if name in BY_POST else client.get(url)


def met(client, address, names, ask=ask):
    """Return what each of these pages answers, as if the others had not been asked before."""
    answers = {}
    for name in names:
        cookies = client.cookies.copy()
        with transaction.atomic():
            answers[name] = ask(client, name, address(name))
            transaction.set_rollback(True)
        client.cookies = cookies
    return answers


def statuses(*asked, **how):
    return {name: answer.status_code for name, answer in met(*asked, **how).items()}


def test_a_visitor_is_asked_to_sign_in(client, address):
    answers = met(client, address, ALL)

    assert {name: getattr(answer, "url", answer.status_code) for name, answer in answers.items()} == {
        name: f"{reverse('account_login')}?next={address(name)}" for name in ALL
    }


@pytest.mark.parametrize("role", [BOOKER, TRAINER])
def test_bookers_and_trainers_are_kept_out(client, address, role):
    sign_in(client, UserFactory(roles=[role]))

    assert statuses(client, address, ALL) == dict.fromkeys(ALL, 403)


def test_finance_is_kept_out(client, address):
    sign_in(client, StaffFactory(roles=[FINANCE]))

    assert statuses(client, address, ALL) == dict.fromkeys(ALL, 403)


def test_staff_without_their_second_factor_are_led_to_it(client, address):
    sign_in(client, StaffFactory(), second_factor=False)

    gate, answers = reverse("account_reauthenticate"), met(client, address, ALL)

    led = {name for name, answer in answers.items() if getattr(answer, "url", "").startswith(gate)}
    assert led == set(ALL)


def test_an_approver_reads_and_does_not_write(client, address):
    sign_in(client, StaffFactory(roles=[APPROVER]))
    names = [*WRITE, *DRAFT_BY_POST]

    assert statuses(client, address, names) == dict.fromkeys(names, 403)


def test_campaign_staff_who_are_no_approvers_do_not_approve(client, address):
    sign_in(client, StaffFactory())

    for name in APPROVE_BY_POST:
        assert ask(client, name, address(name)).status_code == 403, name
        assert (Approval.objects.count(), Message.objects.count()) == (0, 0), name


@pytest.mark.parametrize("house", ["KSS", "LDO"])
def test_both_houses_read_everything(client, address, house):
    sign_in(client, StaffFactory(house=house, roles=[APPROVER]))

    assert statuses(client, address, READ) == dict.fromkeys(READ, 200)


def test_what_acts_takes_a_post_only(client, address):
    sign_in(client, StaffFactory(roles=["campaign", APPROVER]))

    answers = statuses(client, address, BY_POST, ask=lambda client, _name, url: client.get(url))

    assert answers == dict.fromkeys(BY_POST, 405)


def test_what_only_shows_takes_no_post(client, address):
    sign_in(client, StaffFactory())
    names = [name for name in READ if READ[name]]

    answers = statuses(client, address, names, ask=lambda client, _name, url: client.post(url))

    assert answers == dict.fromkeys(names, 405)


def test_a_form_from_elsewhere_is_refused(address):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, StaffFactory(roles=["campaign", APPROVER]))

    assert statuses(client, address, BY_POST) == dict.fromkeys(BY_POST, 403)


def test_a_guessed_address_is_not_there(client, address):
    sign_in(client, StaffFactory(roles=["campaign", APPROVER]))
    wrong = {"mailing": 999, "letter": 999, "place": "9999", "politician": 999, "slug": "finnes-ikke"}
    names = [name for name in ALL if ALL[name]]

    assert statuses(client, lambda name: address(name, wrong), names) == dict.fromkeys(names, 404)


@pytest.mark.parametrize("name", ["letter_detail", "letter_test"])
def test_a_letter_is_found_in_its_own_mailing_only(client, clock, name):
    sign_in(client, StaffFactory())
    version = demand_version()
    one, other = mailing(version=version), mailing(version=version)

    url = reverse(f"outreach:{name}", args=[one.pk, other.letters.get().pk])

    assert ask(client, name, url).status_code == 404
    assert Message.objects.count() == 0


def test_nothing_was_written_by_any_of_those_who_may_not(client, address):
    for role in (BOOKER, FINANCE, APPROVER):
        sign_in(client, StaffFactory(roles=[role]))
        for name in (*WRITE, *DRAFT_BY_POST):
            client.post(address(name), {"email": "ny@a.example", "source": "x", "checked_on": "2026-11-20"})

    assert list(Mandate.objects.values_list("email", flat=True)) == ["post@k6101.example"]
    assert list(Mailing.objects.values_list("status", flat=True)) == ["draft"]
    assert list(Letter.objects.values_list("status", flat=True)) == ["ready"]
