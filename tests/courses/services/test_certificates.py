import io
from datetime import timedelta
from multiprocessing import get_context

import pypdf
import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from courses.exceptions import NoCertificate
from courses.models import AttendanceMark, Certificate, Meeting, Participant, Revocation, Session
from courses.services import certificates, erasing
from courses.services.attendance import Seen, record_marks
from taushet.models import AuditEntry, Message, StoredFile
from taushet.pdf import make_pdf
from taushet.services.jobs import run_all_due_jobs
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, MeetingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def held(**fields):
    """A session of three hours that ended an hour ago."""
    return SessionFactory(first_starts_at=timezone.now() - timedelta(hours=4), **fields)


@pytest.fixture
def session():
    return held(course__title_nb="Når hjemmet er farlig", course__title_nn="Når heimen er farleg")


@pytest.fixture
def trainer():
    return UserFactory()


def came(session, by, *, present=True, booking=None, **fields):
    """A participant who was, or was not, at every meeting."""
    person = ParticipantFactory(booking=booking or BookingFactory(session=session), **fields)
    tick(person, present, by)
    return person


def tick(person, present, by):
    for meeting in person.booking.session.meetings.all():
        key = f"{person.pk}-{meeting.pk}-{AttendanceMark.objects.count()}"
        record_marks(meeting, [Seen(person.pk, present, key)], by=by)


def text_of(file):
    return pypdf.PdfReader(io.BytesIO(bytes(file.content))).pages[0].extract_text()


def test_certificate_is_issued_once_with_what_is_true_now(session, trainer):
    person = came(session, trainer, name="Áse Øđegård")

    certificate = certificates.issue_certificate(person)
    again = certificates.issue_certificate(person)

    assert certificate == again
    assert (certificate.name, certificate.course_title, certificate.hours, certificate.number) == (
        "Áse Øđegård",
        "Når hjemmet er farlig",
        3,
        1,
    )
    assert len(certificate.code) == 12
    assert set(certificate.code) <= set(certificates.LETTERS)


@pytest.mark.parametrize("hours", [(1, 4), (4, 1)])
def test_only_the_required_share_of_the_hours_earns_it(trainer, hours):
    first, second = hours
    start = timezone.now() - timedelta(hours=9)
    session = SessionFactory(first_starts_at=start, last_ends_at=start + timedelta(hours=8), meetings=[])
    attended = MeetingFactory(session=session, ends_at=start + timedelta(hours=first))
    MeetingFactory(session=session, ends_at=start + timedelta(hours=second))
    person = ParticipantFactory(booking=BookingFactory(session=session))
    record_marks(attended, [Seen(person.pk, True, "a")], by=trainer)

    if first == 4:
        assert certificates.issue_certificate(person).hours == 4
    else:
        with pytest.raises(NoCertificate):
            certificates.issue_certificate(person)
        assert not Certificate.objects.exists()


def test_course_says_how_much_is_required(session, trainer):
    MeetingFactory(session=session, starts_at=session.first_starts_at, ends_at=session.last_ends_at)
    person = ParticipantFactory(booking=BookingFactory(session=session))
    record_marks(session.meetings.first(), [Seen(person.pk, True, "a")], by=trainer)
    assert not certificates.issue_certificates(session, by=trainer)
    session.course.attendance_required = 50
    session.course.save()

    issued = certificates.issue_certificates(Session.objects.get(), by=trainer)

    assert [certificate.participant for certificate in issued] == [person]


@pytest.mark.parametrize("percent", [0, 101])
def test_required_attendance_is_a_percentage(session, percent):
    with pytest.raises(IntegrityError), transaction.atomic():
        type(session.course).objects.update(attendance_required=percent)


@pytest.mark.parametrize(
    "change",
    [
        {"last_ends_at": timezone.now() + timedelta(hours=1)},
        {"state": Session.State.CANCELLED},
        {"state": Session.State.DRAFT},
    ],
)
def test_nothing_is_issued_before_the_end_or_for_what_was_not_held(session, trainer, change):
    person = came(session, trainer)
    Session.objects.filter(pk=session.pk).update(**change)
    session.refresh_from_db()

    with pytest.raises(NoCertificate):
        certificates.issue_certificate(Participant.objects.get(pk=person.pk))
    with pytest.raises(NoCertificate):
        certificates.issue_certificates(session, by=trainer)


def test_who_was_taken_off_or_never_marked_gets_none(session, trainer):
    gone, unmarked = came(session, trainer), ParticipantFactory(booking=BookingFactory(session=session))
    Participant.objects.filter(pk=gone.pk).update(state=Participant.State.WITHDRAWN)

    for person in (gone, unmarked):
        with pytest.raises(NoCertificate):
            certificates.issue_certificate(person)
    assert certificates.issue_certificates(session, by=trainer) == []


def test_corrected_attendance_revokes_and_a_second_correction_issues_anew(session, trainer):
    person = came(session, trainer)
    first = certificates.issue_certificate(person)

    tick(person, False, trainer)
    with pytest.raises(NoCertificate):
        certificates.issue_certificate(person)
    tick(person, True, trainer)
    second = certificates.issue_certificate(person)

    assert (first.revocation.percent, first.revocation.revoked_by) == (0, trainer)
    assert [second.number, second.code == first.code] == [2, False]
    assert list(person.certificates.standing()) == [second]
    assert AuditEntry.objects.about(first).filter(action="certificate.revoked").count() == 1


def test_a_late_mark_that_does_not_count_revokes_nothing(session, trainer):
    person = came(session, trainer)
    certificates.issue_certificate(person)

    record_marks(session.meetings.get(), [Seen(person.pk, False, "old", timedelta(hours=2))], by=trainer)

    assert not Revocation.objects.exists()


def test_correcting_one_leaves_the_others_valid(session, trainer):
    person, other = came(session, trainer), came(session, trainer)
    certificates.issue_certificates(session, by=trainer)

    tick(person, False, trainer)

    assert [certificate.participant for certificate in Certificate.objects.standing()] == [other]


@pytest.mark.parametrize("field", ["name", "code", "course_title", "issued_at"])
def test_database_refuses_to_edit_a_certificate(session, trainer, field):
    certificate = certificates.issue_certificate(came(session, trainer))
    value = timezone.now() if field == "issued_at" else "ANNET"

    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**{field: value})


def test_database_refuses_to_edit_marks_and_revocations(session, trainer):
    person = came(session, trainer)
    certificates.issue_certificate(person)
    tick(person, False, trainer)

    for rows, change in (
        (AttendanceMark.objects.all(), {"is_present": True}),
        (AttendanceMark.objects.all(), {"made_at": timezone.now()}),
        (AttendanceMark.objects.all(), {"made_by": UserFactory()}),
        (Revocation.objects.all(), {"percent": 90}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ["Kursbevis", "har deltatt på kurset", "Når hjemmet er farlig", "3 timer"]),
        ("nn", ["Kursbevis", "har delteke på kurset", "Når heimen er farleg", "3 timar"]),
        ("en", ["Course certificate", "has taken part in the course", "3 hours"]),
    ],
)
def test_document_is_tagged_and_in_the_language_of_the_participant(session, trainer, language, words):
    booking = BookingFactory(session=session, language=language)
    certificate = certificates.issue_certificate(came(session, trainer, booking=booking, name="Áse Øđegårdš <#evil>"))

    file = certificates.certificate_file(certificate)

    reader = pypdf.PdfReader(io.BytesIO(bytes(file.content)))
    root, text = reader.trailer["/Root"], reader.pages[0].extract_text()
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a boolean of the library's own
    assert root["/Lang"].partition("-")[0] == language
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert len(reader.pages) == 1
    for word in [*words, "Áse Øđegårdš <#evil>", certificate.shown_code]:
        assert word in text
    assert (file.name, file.content_type) == ("kursbevis.pdf", "application/pdf")


def test_long_names_and_titles_stay_on_one_page(trainer):
    session = held(course__title_nb="Krisesenterlovgivning " * 5)
    certificate = certificates.issue_certificate(came(session, trainer, name="Wilhelmina-Konstanse " * 5))

    file = certificates.certificate_file(certificate)

    assert len(pypdf.PdfReader(io.BytesIO(bytes(file.content))).pages) == 1


def test_document_is_made_once_and_comes_out_alike(session, trainer):
    certificate = certificates.issue_certificate(came(session, trainer))

    first = certificates.certificate_file(certificate)
    second = certificates.certificate_file(Certificate.objects.get())
    again = make_pdf("courses/certificate.typ", certificates._inputs(certificate), made_at=certificate.issued_at)

    assert first == second
    assert StoredFile.objects.count() == 1
    assert again == bytes(first.content)


def test_worker_makes_the_documents_and_tells_each_once(session, trainer):
    with_mail = came(session, trainer, email="kari@bodo.test")
    booking = BookingFactory(session=session, seats=2, contact_email="leder@bodo.test")
    for _number in range(2):
        came(session, trainer, booking=booking, email="")
    came(session, trainer, present=False)

    certificates.issue_certificates(session, by=trainer)
    certificates.issue_certificates(session, by=trainer)
    run_all_due_jobs()

    assert certificates.make_files.call(session.pk) == 0
    assert Certificate.objects.exclude(file=None).count() == StoredFile.objects.count() == 3
    sent = Message.objects.filter(kind__startswith="certificate").order_by("pk")
    assert list(sent.values_list("kind", "to_email", "priority")) == [
        ("certificate-ready", "kari@bodo.test", Message.Priority.BULK),
        ("certificates-to-hand-out", "leder@bodo.test", Message.Priority.BULK),
    ]
    assert f"[[link:participant:{with_mail.pk}]]" in sent[0].text
    assert not any("hjemmet" in message.subject + message.text for message in sent)


def test_mail_does_not_leave_for_a_certificate_revoked_meanwhile(session, trainer):
    person = came(session, trainer, email="kari@bodo.test")
    certificates.issue_certificates(session, by=trainer)
    run_all_due_jobs()
    tick(person, False, trainer)

    send_all_due()

    assert Message.objects.get(kind="certificate-ready").state == Message.State.CANCELLED


@pytest.mark.parametrize("shape", ["{}", " {} ", "{0}", "\t{}\n"])
def test_code_is_found_as_people_type_it(session, trainer, shape):
    certificate = certificates.issue_certificate(came(session, trainer))

    for code in (certificate.shown_code, certificate.code, certificate.code.lower(), " ".join(certificate.code)):
        assert certificates.check_code(shape.format(code)) == certificate


@pytest.mark.parametrize("code", ["", "-", "A", "CCCC-DDDD-FFFF", "ÅÅÅÅ-ÅÅÅÅ-ÅÅÅÅ", "0" * 12, "C" * 5000, "\x00" * 12])
def test_code_that_nobody_has_is_not_known(session, trainer, code):
    certificates.issue_certificate(came(session, trainer))

    assert certificates.check_code(code) is None


def test_erased_with_the_participant_document_and_all(session, trainer):
    certificate = certificates.issue_certificate(came(session, trainer))
    certificates.certificate_file(certificate)
    now = session.last_ends_at + timedelta(days=732)

    erasing.erase_bookings(now)

    certificate = Certificate.objects.get()
    assert (certificate.name, certificate.code, certificate.file, certificate.erased_at) == ("", None, None, now)
    assert not StoredFile.objects.exists()


def test_document_is_not_made_for_what_was_erased_meanwhile(session, trainer):
    certificate = certificates.issue_certificate(came(session, trainer))
    erasing.erase_certificates(Participant.objects.all(), timezone.now())

    with pytest.raises(Certificate.DoesNotExist):
        certificates.certificate_file(certificate)
    assert not StoredFile.objects.exists()


def issue_and_correct(participant, meeting, by, number, start, answers):
    """Issue again and again while the other process corrects the attendance to and fro."""
    start.wait()
    for turn in range(15):
        if number:
            record_marks(meeting, [Seen(participant.pk, turn % 2 == 0, f"turn-{turn}")], by=by)
        else:
            try:
                certificates.issue_certificate(participant)
            except NoCertificate:
                continue
    answers.put("done")


@pytest.mark.django_db(transaction=True)
def test_issuing_beside_a_correction_leaves_no_certificate_that_is_not_earned():
    session, by = held(), UserFactory()
    person = came(session, by)
    meeting = Meeting.objects.get()
    context = get_context("fork")
    start, answers = context.Barrier(2), context.Queue()
    both = [
        context.Process(target=issue_and_correct, args=(person, meeting, by, number, start, answers))
        for number in range(2)
    ]
    connections.close_all()

    for one in both:
        one.start()
    done = [answers.get(timeout=60) for _one in both]
    for one in both:
        one.join(timeout=30)
    record_marks(meeting, [Seen(person.pk, False, "last")], by=by)

    assert done == ["done", "done"]
    assert not Certificate.objects.standing().exists()
    numbers = list(Certificate.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
