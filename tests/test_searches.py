"""A name that begins with Ø is found by small letters too, on every page that looks for text."""

import pytest

from courses.services.request_lists import find_requests
from municipalities.models import Municipality
from outreach.forms.recipients import RecipientFilterForm
from outreach.models import Commitment, Reply
from taushet.forms.log import LogFilterForm
from taushet.forms.outbox import OutboxFilter
from taushet.models import AuditEntry, Message, User
from taushet.services import audit
from tests.factories.courses import CourseRequestFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outbox import write
from tests.factories.outreach import mailing, place
from tests.factories.replies import commitment_with_file, reply_with_file
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_person_is_found():
    person = UserFactory(name="Øyvind Ås")

    assert list(User.objects.search("øyvind")) == [person]


def test_request_is_found():
    asked = CourseRequestFactory(contact_name="Øyvind Ås")

    assert [url for _title, _detail, url in find_requests(StaffFactory(), "øyvind")] == [asked.get_staff_url()]


def test_mail_is_found():
    message = write(to_name="Øyvind Ås")

    assert list(OutboxFilter({"q": "øyvind"}).narrow(Message.objects.all(), StaffFactory())) == [message]


def test_line_of_the_log_is_found():
    person = UserFactory(name="Øyvind Ås")
    entry = audit.record("user.changed", person, by=person)

    assert list(LogFilterForm({"who": "øyvind"}).narrow(AuditEntry.objects.all())) == [entry]


def test_municipality_is_found():
    place = MunicipalityFactory(name="Øygarden")

    assert list(RecipientFilterForm({"q": "øygarden"}).narrow(Municipality.objects.all())) == [place]


def test_reply_and_promise_are_found():
    reply = reply_with_file()
    Reply.objects.update(from_name="Øyvind Ås", journal_number="26/1234")
    promise = commitment_with_file(reply, mailing(place()))

    assert list(Reply.objects.search("øyvind")) == list(Reply.objects.search("26/1234")) == [reply]
    assert list(Commitment.objects.search("vi lover")) == [promise]
