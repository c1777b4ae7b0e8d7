"""The pages on which staff asks and trainers answer; what is not theirs to answer is not there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.exceptions import TrainerOfferClosed
from courses.models import Assignment, Session, TrainerOffer
from courses.registrations.staffing import sessions_soon, sessions_to_staff
from courses.services.assignments import AssignmentRefused, assign_trainer, withdraw_assignment
from courses.services.trainer_answers import accept_trainer_offer, decline_trainer_offer, leave_session, seen_of
from courses.services.trainer_offers import ask_trainers, open_call
from courses.services.trainers import register_trainer
from taushet.models import Message
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

State = Assignment.State


@pytest.fixture
def session():
    return SessionFactory(municipality=MunicipalityFactory())


@pytest.fixture
def trainer(session):
    return register_trainer(TrainerUserFactory(name="Kari"), courses=[session.course])


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def others(session, *names):
    found = [TrainerFactory(user__name=name) for name in names]
    for one in found:
        one.courses.add(session.course)
    return found


def page(name, *args):
    return reverse(f"courses:{name}", args=args)


def test_trainer_answers_from_the_page_of_the_mail(client, session, trainer):
    offer = ask_trainers(session, kind="lead", trainers=[trainer], by=StaffFactory())
    [mail] = Message.objects.filter(kind="trainer-asked")
    path = page("trainer_offer", offer.pk)
    assert path in mail.text
    assert client.get(path).url == f"{reverse('account_login')}?next={path}"
    sign_in(client, trainer.user)

    shown = client.get(path)
    home = client.get(page("trainer_home"))
    answered = client.post(
        page("trainer_offer_accept", offer.pk), {"seen": shown.context["seen"].initial["seen"]}, follow=True
    )

    assert f'href="{path}"' in home.text
    assert answered.redirect_chain[-1][0] == page("trainer_session", session.pk)
    assert session.assignments.standing().get().trainer == trainer
    assert client.get(path).url == page("trainer_session", session.pk)


def test_who_comes_too_late_reads_why(client, session, trainer):
    [rival] = others(session, "Rival")
    call = open_call(session, kind="lead", by=StaffFactory())
    sign_in(client, trainer.user)
    seen = {"seen": seen_of(session.meetings.all())}
    assign_trainer(session, trainer=rival, by=UserFactory())

    answered = client.post(page("trainer_offer_accept", call.pk), seen, follow=True)
    later = client.get(page("trainer_offer", call.pk))

    assert "Somebody else was first" in answered.text
    assert "Somebody else was first" in later.text
    assert "<form" not in later.text.partition("<main")[2].partition("</main>")[0]
    assert page("trainer_offer", call.pk) not in client.get(page("trainer_home")).text


def test_a_call_is_there_only_for_those_it_fits(client, session, trainer):
    others(session, "Fits")
    trainer.impartial_in.add(session.municipality)
    call = open_call(session, kind="lead", by=StaffFactory())
    named = ask_trainers(session, kind="lead", trainers=others(session, "Asked"), by=StaffFactory())
    sign_in(client, trainer.user)

    met = [client.get(page("trainer_offer", one.pk)).status_code for one in (call, named)] + [
        client.post(page(f"trainer_offer_{what}", call.pk)).status_code for what in ("accept", "decline")
    ]
    trainer.impartial_in.clear()
    now_it_fits = client.get(page("trainer_offer", call.pk)).status_code

    assert met == [404] * 4
    assert now_it_fits == 200
    assert call.assignments.filter(trainer=trainer).count() == 0
    client.post(page("trainer_offer_decline", call.pk))
    assert call.assignments.get(trainer=trainer).state == State.DECLINED


def test_those_in_line_do_not_see_what_they_have_not_been_asked(client, session, trainer):
    first = others(session, "First")
    offer = ask_trainers(session, kind="lead", trainers=[*first, trainer], by=StaffFactory())
    sign_in(client, trainer.user)

    before = client.get(page("trainer_offer", offer.pk)).status_code
    decline_trainer_offer(offer, trainer=first[0])

    assert (before, client.get(page("trainer_offer", offer.pk)).status_code) == (404, 200)


def test_leaving_closes_the_list_of_participants(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    sign_in(client, trainer.user)
    path = page("trainer_leave", session.pk)

    assert "nothing about health" in client.get(path).text
    left = client.post(path, {"word": "Spør Berit."}, follow=True)

    assert "The campaign staff have been told" in left.text
    closed = ["trainer_session", "trainer_attendance_overview", "trainer_adaptations", "trainer_leave"]
    assert {client.get(page(name, session.pk)).status_code for name in closed} == {404}
    assert session.assignments.get().leaving_word == "Spør Berit."


def test_what_is_over_can_neither_be_left_nor_given_away(client, session, trainer):
    assignment = assign_trainer(session, trainer=trainer, by=UserFactory())
    sign_in(client, trainer.user)
    rows, now = Session.objects.filter(pk=session.pk), timezone.now()
    paths = [page("trainer_leave", session.pk), page("swap_ask", session.pk)]

    def answers():
        return [[client.get(path).status_code, client.post(path, {}).status_code] for path in paths]

    rows.update(state=Session.State.HELD)
    held = answers()
    rows.update(state=session.state, first_starts_at=now - timedelta(hours=9), last_ends_at=now - timedelta(hours=1))
    over = answers()
    with pytest.raises(AssignmentRefused, match="nothing left to leave"):
        leave_session(assignment)
    rows.update(last_ends_at=now + timedelta(days=1))
    begun = [client.get(path).status_code for path in paths]

    assert held == over == [[404, 404], [404, 404]]
    assert begun == [200, 404]
    assert session.assignments.get().state == State.ACCEPTED
    assert client.post(paths[0], {}).status_code == 302
    assert session.assignments.get().state == State.WITHDRAWN


def test_whoever_staff_took_off_has_not_said_no(client, session, trainer):
    staff = sign_in(client, StaffFactory())
    withdraw_assignment(assign_trainer(session, trainer=trainer, by=staff), by=staff)

    found = client.get(page("session_staffing", session.pk))
    assert "Taken off by us" in found.text
    assert "Have left it" not in found.text
    assert [one.trainer for one in found.context["open_needs"][0].fit] == [trainer]
    assert "Said no before" not in client.get(page("staffing_ask", session.pk)).text
    open_call(session, kind="lead", by=staff)
    offer = session.trainer_offers.get()
    withdraw_assignment(accept_trainer_offer(offer, trainer=trainer), by=staff)
    with pytest.raises(TrainerOfferClosed):
        accept_trainer_offer(offer, trainer=trainer)

    leave_session(assign_trainer(session, trainer=trainer, by=staff))
    sign_in(client, staff)
    found = client.get(page("session_staffing", session.pk))
    assert [len(found.context[name]) for name in ("taken_off", "left")] == [2, 1]
    assert found.context["open_needs"][0].fit == []
    assert "Said no before" in client.get(page("staffing_ask", session.pk)).text


def today(course):
    now = timezone.now()
    session = SessionFactory(course=course, meetings=[])
    session.meetings.create(starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(minutes=1))
    Session.objects.filter(pk=session.pk).update(
        first_starts_at=now - timedelta(minutes=1), last_ends_at=now + timedelta(minutes=1)
    )
    return Session.objects.get(pk=session.pk)


def test_ill_today_is_one_button_and_staff_asks_all_with_one_click(client, session, trainer):
    staff, running = StaffFactory(), today(session.course)
    others(session, "Anne", "Berit")
    assign_trainer(running, trainer=trainer, by=staff)
    sign_in(client, trainer.user)
    assert page("trainer_out_today") in client.get(page("trainer_home")).text

    client.post(page("trainer_out_today"))

    assert page("trainer_out_today") not in client.get(page("trainer_home")).text
    [(_text, url)] = sessions_soon(staff)
    [told] = Message.objects.filter(kind="trainer-staff", to_email=staff.email)
    assert url in told.text
    sign_in(client, staff)
    shown = client.get(url)
    assert [one.trainer.user.name for one in shown.context["open_needs"][0].fit] == ["Anne", "Berit"]
    client.post(page("staffing_call", running.pk), {"som": "lead", "within": "hours"})
    asked = Message.objects.filter(kind="trainer-asked").values_list("to_name", flat=True)
    assert sorted(asked) == ["Anne", "Berit"]


def test_staff_chooses_puts_in_order_and_asks(client, session, staff):
    anne, berit = others(session, "Anne", "Berit")
    choose = page("staffing_ask", session.pk)
    empty = client.get(choose, {"som": "lead", "valg": "1"})
    ask = client.get(choose, {"som": "lead", "valgt": [anne.pk, berit.pk]})
    content = {"som": "lead", "within": "day", "valgt": [anne.pk, berit.pk]}
    numbers = {f"nr-{anne.pk}": 1, f"nr-{berit.pk}": 1}

    twice = client.post(choose, content | numbers)
    client.post(choose, content | numbers | {f"nr-{anne.pk}": 2})

    assert "Choose at least one trainer." in empty.text
    assert [field.field.initial for _one, field in ask.context["form"].rows()] == [1, 2]
    assert "Two of them have the same number." in twice.text
    offer = TrainerOffer.objects.get()
    in_line = offer.assignments.order_by("place_in_line").values_list("trainer__user__name", "state")
    assert list(in_line) == [("Berit", "offered"), ("Anne", "next")]
    shown = client.get(page("session_staffing", session.pk))
    assert "Anne is asked." in shown.text
    assert client.get(page("staffing_take_back", session.pk, offer.pk)).context["asked"].get().trainer == berit
    client.post(page("staffing_take_back", session.pk, offer.pk))
    offer.refresh_from_db()
    assert offer.end == "taken_back"


def test_staff_asks_somebody_who_does_not_fit_only_with_a_reason(client, session, staff):
    [anne] = others(session, "Anne")
    anne.impartial_in.add(session.municipality)
    choose, content = page("staffing_ask", session.pk), {"som": "lead", "within": "day", "valgt": anne.pk}

    refused = client.post(choose, content)
    assert "Write why you choose Anne even so." in refused.text
    client.post(choose, content | {"reason": "Avklart med kommunen."})

    assert session.assignments.get().override_reason == "Avklart med kommunen."
    nobody = client.post(page("staffing_call", session.pk), {"som": "lead", "within": "day"})
    assert "It fits nobody now." in nobody.text


def test_what_a_session_lacks_is_said_where_sessions_are_listed(client, session, staff):
    full = SessionFactory(course=session.course)
    Session.objects.filter(pk=session.pk).update(seconds_wanted=2)
    [anne] = others(session, "Anne")
    assign_trainer(full, trainer=anne, by=staff)

    listed = client.get(reverse("courses:staff_session_list")).text
    detail = client.get(session.get_staff_url()).text
    narrowed = client.get(reverse("courses:staff_session_list"), {"lacks_trainer": "on"})

    assert (listed.count("Lacks 1 lead trainer"), listed.count("Lacks 2 second trainers")) == (1, 1)
    assert "Lacks 2 second trainers" in detail
    assert list(narrowed.context["page"].object_list) == [session]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page_do_not_grow(client, staff, count, django_assert_num_queries):
    session = SessionFactory(municipality=MunicipalityFactory(), leads_wanted=9)
    for number in range(count):
        ask_trainers(session, kind="lead", trainers=others(session, f"Asked {number}", "Next"), by=staff)
        others(session, f"Free {number}")
    url = page("session_staffing", session.pk)
    client.get(url)

    with django_assert_num_queries(21):
        client.get(url)


def test_asking_by_name_is_offered_only_while_there_is_somebody_to_ask(client, session, staff):
    [anne] = others(session, "Anne")
    anne.impartial_in.add(session.municipality)
    choose, shown = page("staffing_ask", session.pk), page("session_staffing", session.pk)
    assert "asked, to answer" not in next(sessions_to_staff(staff))[0]
    assert choose in client.get(shown).text

    client.post(choose, {"som": "lead", "within": "day", "valgt": anne.pk, "reason": "Avklart."})

    assert choose not in client.get(shown).text
    assert choose not in client.get(page("staffing_call", session.pk), {"som": "lead"}).text
    assert "asked, to answer before" in next(sessions_to_staff(staff))[0]
