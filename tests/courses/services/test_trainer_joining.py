"""Trainers who have not been here yet: they cannot answer, and staff sees so before anybody counts on them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import NeedsReason, TrainerOfferRefused
from courses.services.assignments import assign_trainer
from courses.services.candidates import candidates_for, say_reason
from courses.services.coverage import picture, weeks_ahead
from courses.services.swaps import colleagues_for
from courses.services.trainer_joining import finish_joining, invite_trainer
from courses.services.trainer_offers import open_call
from courses.services.trainers import register_trainer
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def counted(session):
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    rows = picture(weeks_ahead(monday, 8), course=session.course).rows
    return max(sum(cell.states.values()) for row in rows for cell in row.cells)


def test_one_who_has_never_signed_in_is_not_counted_on_until_the_first_sign_in(client):
    session, staff = SessionFactory(municipality=MunicipalityFactory()), StaffFactory()
    trainer = register_trainer(TrainerUserFactory(name="Kari", last_login=None), courses=[session.course], by=staff)

    [one] = candidates_for(session)
    assert [say_reason(reason) for reason in one.warnings] == [
        "has never signed in here, so nobody knows whether the question is seen"
    ]
    with pytest.raises(TrainerOfferRefused, match="It fits nobody now"):
        open_call(session, kind="lead", by=staff)
    with pytest.raises(NeedsReason, match="has never signed in here"):
        assign_trainer(session, trainer=trainer, by=staff)
    assert (colleagues_for(session), counted(session)) == ([], 0)

    sign_in(client, trainer.user)

    assert [one.fits for one in candidates_for(session)] == [True]
    assert (colleagues_for(session), counted(session)) == ([trainer], 1)
    assert assign_trainer(session, trainer=trainer, by=staff).overridden == []


def test_one_who_is_invited_is_not_counted_on_before_the_profile_is_saved(client):
    session, staff = SessionFactory(), StaffFactory()
    trainer = invite_trainer(name="Kari", email="kari@kurs.test", language="nb", courses=[session.course], by=staff)

    def against():
        return [say_reason(reason) for reason in candidates_for(session)[0].warnings]

    assert against() == ["has not answered the invitation to be a trainer"]
    sign_in(client, trainer.user)
    assert against() == ["has not answered the invitation to be a trainer"]
    finish_joining(trainer)

    assert against() == []
