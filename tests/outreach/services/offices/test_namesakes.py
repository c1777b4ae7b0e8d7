"""People of one name: nobody is taken for somebody else by a list, and a person decides."""

import pytest

from outreach.models import Mandate, Politician
from outreach.services.offices import office_imports
from tests.factories.outreach import MandateFactory, PoliticianFactory
from tests.outreach.services.offices.test_councils import FIRST, LATER, counts, put_in, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_same_name_waits_for_a_person_to_decide(alver, staff):
    elsewhere = MandateFactory(politician=PoliticianFactory(first_name="Per", last_name="Hansen")).politician
    imported = put_in(staff, *FIRST)
    (step,) = office_imports.plan_of(imported).of("doubtful")
    assert (step.line, step.candidates) == (3, [elsewhere])

    write(imported, staff)
    assert Politician.objects.filter(last_name="Hansen").count() == 1
    again = put_in(staff, *FIRST)
    office_imports.decide(again, {"3": "another"})
    again.refresh_from_db()
    write(again, staff)

    assert Politician.objects.filter(last_name="Hansen").count() == 2
    assert counts(put_in(staff, *FIRST)) == {"same": 4}


def test_a_person_may_say_that_it_is_the_same(alver, staff):
    elsewhere = MandateFactory(politician=PoliticianFactory(first_name="Per", last_name="Hansen")).politician
    imported = put_in(staff, "Alver;Per Hansen;H;;")
    office_imports.decide(imported, {"2": str(elsewhere.pk)})
    imported.refresh_from_db()

    write(imported, staff)

    assert Mandate.objects.get(role="councillor").politician == elsewhere


def test_two_of_one_name_in_one_council_are_two_and_stay_so(alver, staff):
    twins = ("Alver;Kari Vik;Ap;;en@a.example", "Alver;Kari Vik;Ap;;to@a.example")
    imported = put_in(staff, *twins)
    assert counts(imported) == {"doubtful": 2}
    office_imports.decide(imported, {"2": "another", "3": "another"})
    imported.refresh_from_db()

    write(imported, staff)

    assert Politician.objects.count() == 2
    assert counts(put_in(staff, *reversed(twins))) == {"same": 2}
    one_left = put_in(staff, twins[1], as_of=LATER)
    plan = office_imports.plan_of(one_left)
    assert [step.name for step in plan.of("ended")] == ["Kari Vik"]
    assert plan.of("ended")[0].mandate.email == "en@a.example"


def test_another_party_may_be_another_person(alver, staff):
    write(put_in(staff, *FIRST), staff)

    changed = put_in(staff, *FIRST[:1], FIRST[1].replace(";H;", ";FrP;"), *FIRST[2:], as_of=LATER)

    assert counts(changed) == {"same": 2, "checked": 1, "doubtful": 1}
    (step,) = office_imports.plan_of(changed).of("doubtful")
    assert [str(candidate) for candidate in step.candidates] == ["Per Hansen"]
