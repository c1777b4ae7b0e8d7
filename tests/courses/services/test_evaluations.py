import re
from collections import Counter
from datetime import time, timedelta
from itertools import combinations
from multiprocessing import get_context

import pytest
from django.core import mail
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from courses.exceptions import WrongState
from courses.models import (
    AttendanceMark,
    Booking,
    EvaluationAnswer,
    EvaluationRound,
    EvaluationTicket,
    MailRule,
    Participant,
    Session,
)
from courses.services import evaluations
from courses.services.attendance import Seen, record_marks
from taushet.clocks import local_moment
from taushet.models import Message
from taushet.registries import message_kinds
from taushet.services.links import find_live
from taushet.services.mime import build_email
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db

Wave = EvaluationRound.Wave
ADDRESS = re.compile(r"/evaluering/([\w-]+)/")


def held(**fields):
    fields = {"state": Session.State.HELD, "municipality": MunicipalityFactory()} | fields
    return SessionFactory(first_starts_at=timezone.now() - timedelta(hours=6), **fields)


def person(session, **fields):
    return ParticipantFactory(booking=BookingFactory(session=session, **fields))


def asked():
    return Message.objects.filter(kind="evaluation").order_by("due_at", "to_email")


def before_sending(message):
    return message_kinds["evaluation"].before_sending(message).action


def new_round(wave=Wave.AFTER, **fields):
    session = held(**fields)
    now = timezone.now()
    return EvaluationRound.objects.create(session=session, wave=wave, opens_at=now, closes_at=now + timedelta(days=60))


def answers(round_, count, *, useful=4, **fields):
    for _number in range(count):
        EvaluationAnswer.objects.create(round=round_, useful=useful, sure_to_ask=3, sure_to_act=3, **fields)


def test_participants_are_asked_three_times_and_each_time_once():
    session = held()
    participant = person(session)

    first, again = evaluations.ask_for_evaluations(), evaluations.ask_for_evaluations()

    assert (first, again) == (1, 0)
    assert set(asked().values_list("to_email", flat=True)) == {participant.email}
    straight_after, *later = [message.due_at for message in asked()]
    assert straight_after <= timezone.now()
    assert [timezone.localtime(moment) for moment in later] == [
        local_moment(timezone.localdate(session.last_ends_at + timedelta(days=days)), time(9)) for days in (91, 182)
    ]
    assert list(session.evaluation_rounds.values_list("asked_count", flat=True)) == [1, 1, 1]


def test_only_those_who_were_there_are_asked():
    session = held()
    meeting, trainer = session.meetings.get(), UserFactory()
    here, away, unmarked, mistaken = (person(session) for _number in range(4))
    ticks = [Seen(here.pk, True, "a"), Seen(away.pk, False, "b"), Seen(mistaken.pk, True, "c", timedelta(hours=1))]
    record_marks(meeting, [*ticks, Seen(mistaken.pk, False, "d")], by=trainer)

    evaluations.ask_for_evaluations()

    assert set(asked().values_list("to_email", flat=True)) == {here.email}
    assert unmarked.email not in set(Message.objects.values_list("to_email", flat=True))

    record_marks(meeting, [Seen(here.pk, False, "e")], by=trainer)

    assert before_sending(asked().last()) == "cancel"


def test_who_was_taken_off_or_has_no_address_is_not_asked():
    session = held()
    gone, silent, cancelled = (person(session) for _number in range(3))
    Participant.objects.filter(pk=gone.pk).update(state=Participant.State.WITHDRAWN)
    Participant.objects.filter(pk=silent.pk).update(email="")
    Booking.objects.filter(pk=cancelled.booking_id).update(state=Booking.State.CANCELLED)

    evaluations.ask_for_evaluations()

    assert not asked().exists()


@pytest.mark.parametrize(
    ("state", "days"),
    [("cancelled", 0), ("draft", 0), ("open", 0), ("held", 15)],
)
def test_sessions_that_were_not_held_or_long_ago_are_left_alone(state, days):
    session = held()
    person(session)
    gone = timedelta(days=days)
    Session.objects.update(
        state=state, first_starts_at=session.first_starts_at - gone, last_ends_at=session.last_ends_at - gone
    )

    assert evaluations.ask_for_evaluations() == 0


def test_session_with_ticks_was_held_also_before_staff_says_so():
    session = held(state=Session.State.CONFIRMED)
    record_marks(session.meetings.get(), [Seen(person(session).pk, True, "a")], by=UserFactory())

    assert evaluations.ask_for_evaluations() == 1


@pytest.mark.parametrize("change", ["withdrawn", "erased", "cancelled", "session", "switched off"])
def test_planned_mail_does_not_leave_for_who_is_erased_or_withdrawn(change):
    session = held()
    participant = person(session)
    evaluations.ask_for_evaluations()
    later = asked().last()
    assert before_sending(later) == "send"

    if change == "withdrawn":
        Participant.objects.update(state=Participant.State.WITHDRAWN)
    elif change == "erased":
        Participant.objects.update(name="", email="", erased_at=timezone.now())
    elif change == "switched off":
        MailRule.objects.create(course=session.course, kind="evaluation", is_on=False)
    elif change == "cancelled":
        Booking.objects.update(state=Booking.State.CANCELLED)
    else:
        Session.objects.update(state=Session.State.CANCELLED)

    assert before_sending(Message.objects.get(pk=later.pk)) == "cancel"
    assert participant.messages.count() == 3


def test_mail_leaves_also_when_the_address_of_the_participant_has_been_erased_as_planned():
    person(held())
    evaluations.ask_for_evaluations()
    Participant.objects.update(email="", workplace="", role="")

    assert before_sending(asked().last()) == "send"


def test_stored_mail_holds_no_link_and_the_one_that_leaves_has_the_same_in_all_its_parts():
    session = held()
    person(session)
    evaluations.ask_for_evaluations()
    message = asked().first()
    round_ = session.evaluation_rounds.get(wave=Wave.AFTER)

    email = build_email(message, first_tried_at=timezone.now())

    assert f"[[link:evaluation:{round_.pk}]]" in message.text
    found = ADDRESS.findall(email.body) + ADDRESS.findall(email.alternatives[0].content)
    assert len(set(found)) == 1
    ticket = EvaluationTicket.objects.get()
    assert (ticket.round, evaluations.find_ticket(found[0])) == (round_, ticket)
    assert find_live(found[0], "evaluation") is None
    assert mail.outbox == []


def test_nothing_in_the_database_joins_a_ticket_or_an_answer_to_a_person():
    session = held()
    for _number in range(3):
        person(session)
    evaluations.ask_for_evaluations()
    tokens = []
    for message in asked()[:3]:
        tokens += set(ADDRESS.findall(build_email(message, first_tried_at=timezone.now()).body))
    ticket = evaluations.find_ticket(tokens[0])

    evaluations.answer_evaluation(ticket, useful=5, sure_to_ask=5, sure_to_act=5)

    columns = {
        model: {field.name for field in model._meta.get_fields() if field.concrete}
        for model in (EvaluationTicket, EvaluationAnswer)
    }
    assert columns[EvaluationTicket] == {"id", "round", "token_sha256", "is_used"}
    assert not {"ticket", "participant", "created_at", "answered_at"} & columns[EvaluationAnswer]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not [row for row in cursor.fetchall() if any(tokens[0] in str(value) for value in row)], table


def test_ticket_answers_once():
    token = evaluations.draw_ticket(new_round().pk)
    ticket = evaluations.find_ticket(token)

    for useful in (5, 1):
        evaluations.answer_evaluation(ticket, useful=useful, sure_to_ask=3, sure_to_act=3)

    assert EvaluationAnswer.objects.get().useful == 5


def test_closed_round_takes_no_answers():
    round_ = new_round()
    ticket = evaluations.find_ticket(evaluations.draw_ticket(round_.pk))
    now = timezone.now()
    EvaluationRound.objects.update(opens_at=now - timedelta(days=61), closes_at=now - timedelta(days=1))

    with pytest.raises(WrongState):
        evaluations.answer_evaluation(ticket, useful=5, sure_to_ask=3, sure_to_act=3)
    assert not EvaluationAnswer.objects.exists()
    assert evaluations.erase_tickets(now) == 1


@pytest.mark.parametrize("useful", [0, 6])
def test_answers_stay_on_the_scale(useful):
    with pytest.raises(IntegrityError), transaction.atomic():
        answers(new_round(), 1, useful=useful)


def test_nothing_is_shown_of_fewer_than_five():
    round_ = new_round()
    answers(round_, 4, text="Bra")
    evaluations.release_answers()
    before = list(evaluations.results_by("round__wave"))

    answers(round_, 1, useful=1)
    evaluations.release_answers()

    assert before == []
    [row] = evaluations.results_by("round__wave")
    assert (row["count"], row["average_useful"]) == (5, pytest.approx(3.4))
    assert evaluations.texts_of(round_.session.course_id) == ["Bra"] * 4


def test_next_answers_wait_until_they_are_five_again():
    round_ = new_round()
    counts = []
    for _number in range(12):
        answers(round_, 1)
        evaluations.release_answers()
        counts.append(sum(row["count"] for row in evaluations.results_by("round__wave")))

    assert counts == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]


def test_no_two_figures_differ_by_one_to_four_answers():
    """Courses, counties and audiences that overlap, some with too few answers, read every day."""
    places = [MunicipalityFactory(), MunicipalityFactory(), None]
    courses = [CourseFactory(audience="leaders"), CourseFactory(audience="leaders"), CourseFactory(audience="services")]
    rounds = {
        (course.pk, place and place.county_id): new_round(course=course, municipality=place)
        for course in courses
        for place in places
    }
    sizes = [7, 3, 11, 2, 5, 1, 9, 4, 6]
    fields = ("round__session__course", "round__session__municipality__county", "round__session__course__audience")
    figures = []
    for day in range(3):
        for size, round_ in zip(sizes, rounds.values(), strict=True):
            answers(round_, max(size - 2 * day, 1))
        evaluations.release_answers()
        figures += [
            frozenset(ids_shown(**{field: row[field]})) for field in fields for row in evaluations.results_by(field)
        ]
        figures.append(frozenset(ids_shown()))

    gaps = Counter(len(one - other) for one, other in combinations(set(figures), 2))
    gaps += Counter(len(other - one) for one, other in combinations(set(figures), 2))
    meets = Counter(len(one & other) for one, other in combinations(set(figures), 2))
    assert not {1, 2, 3, 4} & (set(gaps) | set(meets))
    assert len(set(figures)) > 8


def ids_shown(**chosen):
    return EvaluationAnswer.objects.filter(is_released=True, **chosen).values_list("pk", flat=True)


def test_texts_are_erased_after_two_years_and_numbers_stay():
    round_ = new_round()
    answers(round_, 1, text="Bra")

    kept = evaluations.erase_texts(round_.closes_at + timedelta(days=700))
    erased = evaluations.erase_texts(round_.closes_at + timedelta(days=732))

    assert (kept, erased) == (0, 1)
    assert list(EvaluationAnswer.objects.values_list("text", "useful")) == [("", 4)]


def run_clock(start, done):
    start.wait()
    done.put(evaluations.ask_for_evaluations())


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_ask_each_participant_once():
    session = held()
    person(session)
    context = get_context("fork")
    start, done = context.Barrier(2), context.Queue()
    clocks = [context.Process(target=run_clock, args=(start, done)) for _number in range(2)]
    connections.close_all()

    for clock in clocks:
        clock.start()
    asked_by = sorted(done.get(timeout=60) for _clock in clocks)
    for clock in clocks:
        clock.join(timeout=30)

    assert asked_by == [0, 1]
    assert asked().count() == 3
    assert not AttendanceMark.objects.exists()
