from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from courses.models import Certificate, Participant, Revocation, Session
from courses.services import certificates, erasing
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from courses.views.certificates import CHECKS_AN_HOUR
from taushet.roles import FINANCE
from taushet.services.links import issue_link
from tests.courses.services.test_certificates import came, held, tick
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def session():
    return held(municipality=MunicipalityFactory())


@pytest.fixture
def by():
    return UserFactory()


def own(participant, name="participant_detail"):
    return reverse(f"courses:{name}", args=[issue_link("participant", participant.pk)])


def check(client, code):
    return client.get(reverse("courses:certificate_check", args=[code]))


def test_valid_certificate_shows_course_and_date_and_nothing_of_its_holder(client, session, by):
    certificate = certificates.issue_certificate(came(session, by, name="Åse Ødegård", workplace="Ungdomsskolen"))

    response = check(client, certificate.shown_code)

    page = response.content.decode()
    assert response.status_code == 200
    assert response.context["certificate"] == certificate
    assert certificate.course_title in page
    assert not any(word in page for word in ("Åse", "Ungdomsskolen", session.municipality.name, "Booker"))
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_revoked_certificate_is_not_valid_and_shows_nothing(client, session, by):
    person = came(session, by)
    certificate = certificates.issue_certificate(person)
    tick(person, False, by)

    response = check(client, certificate.shown_code)

    assert (response.status_code, response.context["is_revoked"], response.context["certificate"]) == (200, True, None)
    assert certificate.course_title not in response.content.decode()


def test_erased_and_never_issued_codes_answer_alike(client, session, by):
    certificate = certificates.issue_certificate(came(session, by))
    erasing.erase_certificates(Participant.objects.all(), timezone.now())

    erased, unknown = check(client, certificate.shown_code), check(client, "CCCC-DDDD-FFFF")

    def shown(response):
        return response.status_code, response.content.replace(response.request["PATH_INFO"].encode(), b"")

    assert shown(erased) == shown(unknown)
    assert erased.status_code == 404


def test_erased_after_it_was_revoked_is_not_known_either(client, session, by):
    person = came(session, by)
    certificate = certificates.issue_certificate(person)
    tick(person, False, by)
    erasing.erase_certificates(Participant.objects.all(), timezone.now())

    assert check(client, certificate.shown_code).status_code == 404
    assert Revocation.objects.count() == 1


def test_guessing_is_stopped_also_for_the_right_code(client, session, by):
    certificate = certificates.issue_certificate(came(session, by))
    cache.clear()

    statuses = [check(client, "CCCC-DDDD-FFFF").status_code for _number in range(CHECKS_AN_HOUR)]

    assert set(statuses) == {404}
    assert check(client, certificate.shown_code).status_code == 429
    assert client.get(reverse("courses:certificate_check", args=["X"]), REMOTE_ADDR="10.0.0.9").status_code == 404


@pytest.mark.parametrize(
    ("typed", "leads_to"), [("cdfghjkm2345", "CDFG-HJKM-2345"), (" CDFG-HJKM 2345 ", "CDFG-HJKM-2345")]
)
def test_code_can_be_typed(client, typed, leads_to):
    response = client.get(reverse("courses:certificate_form"), {"kode": typed})

    assert response.url == reverse("courses:certificate_check", args=[leads_to])


@pytest.mark.parametrize("typed", ["", "---", "a" * 41])
def test_what_is_no_code_is_asked_for_again(client, typed):
    response = client.get(reverse("courses:certificate_form"), {"kode": typed})

    assert response.status_code == 200
    assert response.context["form"].errors


def test_participant_fetches_the_certificate_from_the_own_page(client, session, by):
    person = came(session, by)

    before = client.get(own(person))
    download_before = client.get(own(person, "participant_certificate"))
    issued = client.post(own(person, "certificate_issue"))
    after = client.get(own(person))
    download = client.get(own(person, "participant_certificate"))

    assert (before.context["certificate"], before.context["no_certificate"]) == (None, "")
    assert (download_before.status_code, issued.status_code) == (404, 302)
    certificate = Certificate.objects.get()
    assert (after.context["certificate"], certificate.language) == (certificate, "en")
    assert b"".join(download.streaming_content).startswith(b"%PDF-")
    assert download.headers["Content-Disposition"] == 'attachment; filename="kursbevis.pdf"'
    assert download.headers["Cache-Control"] == "private, no-store"


def test_participant_who_attended_too_little_is_told_why(client, session, by):
    person = came(session, by, present=False)

    page = client.get(own(person))
    client.post(own(person, "certificate_issue"))

    assert page.context["no_certificate"] == "The course certificate takes 80 % attendance, and 0 % is recorded."
    assert not Certificate.objects.exists()


def test_revoked_certificate_can_no_longer_be_downloaded(client, session, by):
    person = came(session, by)
    certificates.issue_certificate(person)
    tick(person, False, by)

    assert client.get(own(person, "participant_certificate")).status_code == 404
    assert client.get(own(person)).context["certificate"] is None


def test_before_the_end_nothing_is_said_of_a_certificate(client):
    person = ParticipantFactory()

    page = client.get(own(person))

    assert b"ertificate" not in page.content


def booking_page(booking, name="booking_detail", *args, purpose="booking"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk), *args])


def test_contact_hands_out_certificates_of_those_without_an_address_only(client, session, by):
    booking = BookingFactory(session=session, seats=2)
    paper, mail = came(session, by, booking=booking, email=""), came(session, by, booking=booking, email="a@bodo.test")
    certificates.issue_certificates(session, by=by)

    page = client.get(booking_page(booking))
    handed = client.get(booking_page(booking, "booking_certificate", paper.pk))
    other = client.get(booking_page(booking, "booking_certificate", mail.pk))
    receipt = client.get(booking_page(booking, "booking_certificate", paper.pk, purpose="booking-receipt"))

    assert page.content.decode().count("kursbevis.pdf") == 1
    assert (handed.status_code, other.status_code, receipt.status_code) == (200, 404, 404)


def test_contact_does_not_get_at_the_others_when_addresses_have_been_erased(client, session, by):
    booking = BookingFactory(session=session)
    person = came(session, by, booking=booking)
    certificates.issue_certificates(session, by=by)
    month = timedelta(days=29)
    Session.objects.update(first_starts_at=session.first_starts_at - month, last_ends_at=session.last_ends_at - month)
    Participant.objects.update(email="")

    assert client.get(booking_page(booking, "booking_certificate", person.pk)).status_code == 404


def issue(client, session, room="trainer"):
    return client.post(reverse(f"courses:{room}_certificates_issue", args=[session.pk]))


def test_trainer_issues_the_certificates_of_the_own_session(client, session, by):
    teacher = register_trainer(TrainerUserFactory(), courses=[session.course])
    ahead = SessionFactory(course=session.course, municipality=MunicipalityFactory())
    assign_trainer(ahead, trainer=teacher, by=by)
    Session.objects.filter(pk=ahead.pk).update(
        first_starts_at=session.first_starts_at, last_ends_at=session.last_ends_at
    )
    ahead.meetings.update(starts_at=session.first_starts_at, ends_at=session.last_ends_at)
    ahead.refresh_from_db()
    came(ahead, by)
    came(session, by)
    sign_in(client, teacher.user)

    mine, theirs = issue(client, ahead), issue(client, session)

    assert (mine.status_code, theirs.status_code) == (302, 404)
    assert [certificate.session for certificate in Certificate.objects.all()] == [ahead]


def test_staff_issue_with_the_permission_only(client, session, by):
    came(session, by)
    sign_in(client, StaffFactory(roles=[FINANCE]))
    refused = issue(client, session, "staff")
    sign_in(client, StaffFactory())

    issue(client, session, "staff")
    issue(client, session, "staff")

    assert refused.status_code == 403
    assert Certificate.objects.count() == 1


def test_issuing_before_the_end_says_why_not(client):
    session = SessionFactory()
    sign_in(client, StaffFactory())

    response = client.post(reverse("courses:staff_certificates_issue", args=[session.pk]), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "Course certificates can be issued when the session is over."
    ]
