"""Who gets a letter: by party, indicator and hand, with a count that agrees with the letters."""

from datetime import date

import pytest

from outreach.models import Mandate
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.audiences import Audience, look
from outreach.services.mailings.mailings import plan_of, submit_mailing
from outreach.services.offices.leaves import away_offices
from taushet.models import Suppression
from tests.factories.outreach import (
    BodyFactory,
    MandateFactory,
    demand_version,
    mailing,
    place,
    staff,
)
from tests.outreach.services.mailings.test_drafting import ADDRESS, mayor, minister, whys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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


def test_whoever_gets_no_letter_keeps_none_from_another_at_the_address():
    town, other = place(number="6001"), place(number="6002", address=False)
    away, gone = mayor(town, "ordforer@k.example"), mayor(other, "leder@k.example")
    deputy = MandateFactory(role="deputy_mayor", body=away.body, email="ordforer@k.example", **ADDRESS)
    away.leaves.create(starts_on=date(2026, 11, 1))
    Mandate.objects.filter(pk=gone.pk).update(starts_on=None, ends_on=date(2026, 11, 1))
    follows = mayor(other, "leder@k.example")
    both = Audience(roles=("mayor", "deputy_mayor"), municipalities=(town.pk, other.pk))

    letters = {one.mandate_id: one for one in mailing(town, audience=both, added=(gone.pk,)).letters.all()}

    assert whys(letters[away.pk]) == ["on_leave"]
    assert "left_office" in whys(letters[gone.pk])
    assert (letters[deputy.pk].status, letters[follows.pk].status) == ("ready", "ready")


def test_whoever_is_away_from_the_council_is_away_from_what_goes_with_the_seat():
    town, elsewhere = place(number="6001"), place(number="6002")
    leads = mayor(town, "leder@k.example")
    seat = BodyFactory(kind="council", municipality=town)
    MandateFactory(role="councillor", politician=leads.politician, body=seat).leaves.create(starts_on=date(2026, 11, 1))
    other = MandateFactory(role="deputy_mayor", politician=leads.politician, body=mayor(elsewhere, "a@k.example").body)

    assert away_offices(date(2026, 10, 31)) == set()
    assert leads.pk in away_offices(date(2026, 11, 1))
    assert other.pk not in away_offices(date(2026, 11, 1))  # whatever the office, it is in another municipality
    assert whys(mailing(town, recipient="mayor").letters.get()) == ["on_leave"]


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
