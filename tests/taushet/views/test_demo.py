import re
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from taushet.demonstration import PEOPLE, load_people
from taushet.models import Message, Suppression, User
from taushet.registries import MessageKind, message_kinds
from taushet.services.files import store_file
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import placeholder
from taushet.services.outbox import write_message
from tests.factories.taushet import UserFactory

message_kinds.register(MessageKind("mailbox-test", "Mailbox test"))

pytestmark = pytest.mark.django_db


def test_outside_the_demonstration_there_is_no_such_address(client):
    with pytest.raises(NoReverseMatch):
        reverse("demo")
    assert client.get("/demo/").status_code == 404


def test_outside_the_demonstration_its_people_are_not_made():
    with pytest.raises(ImproperlyConfigured):
        load_people(print)
    assert not User.objects.exists()


@pytest.mark.usefixtures("demonstration")
class TestDemonstration:
    def test_loading_twice_makes_the_same_people(self):
        load_people(print)
        load_people(print)

        assert set(User.objects.values_list("email", flat=True)) == {person.email for person in PEOPLE}
        assert User.objects.get(is_superuser=True).email == "administrator@demo.example"

    @pytest.mark.parametrize("key", [person.key for person in PEOPLE])
    def test_one_click_signs_in(self, client, key):
        load_people(print)

        response = client.post("/demo/", {"person": key})

        assert response.url == reverse("start_signed_in")
        assert client.session["_auth_user_id"] == str(User.objects.get(email=f"{key}@demo.example").pk)

    def test_the_second_factor_counts_as_used(self, client):
        load_people(print)
        client.post("/demo/", {"person": "campaign"})

        assert client.get("/stab/nowhere/").status_code == 404

    def test_nobody_is_signed_in_as_somebody_else(self, client):
        load_people(print)
        User.objects.create_user("real@kommune.example", is_superuser=True)

        response = client.post("/demo/", {"person": "real"})

        assert response.url == "/demo/"
        assert "_auth_user_id" not in client.session

    def test_a_deactivated_person_is_not_signed_in(self, client):
        load_people(print)
        User.objects.filter(email="trainer@demo.example").update(is_active=False)

        client.post("/demo/", {"person": "trainer"})

        assert "_auth_user_id" not in client.session


def stayed(**fields):
    values = {
        "kind": "mailbox-test",
        "to_email": "a@kommune.example",
        "subject": "Hei",
        "text": "Hei",
        "language": "nb",
    }
    message = write_message(**values | fields)
    Message.objects.filter(pk=message.pk).update(state=Message.State.STAYED)
    return message


def test_outside_the_demonstration_there_is_no_mailbox(client):
    assert client.get("/demo/postkasse/").status_code == 404


@pytest.mark.usefixtures("demonstration")
class TestMailbox:
    def test_mail_that_stayed_is_listed_newest_first_and_by_address(self, client):
        stayed(subject="Første")
        stayed(subject="Andre", to_email="b@kommune.example")
        write_message(kind="mailbox-test", to_email="c@kommune.example", subject="Venter", text="x", language="nb")

        def subjects(query):
            return [message.subject for message in client.get("/demo/postkasse/" + query).context["page"]]

        assert subjects("") == ["Andre", "Første"]
        assert subjects("?to=a@kommune.example") == ["Første"]
        assert subjects("?to=nobody") == ["Andre", "Første"]
        Message.objects.filter(subject="Første").update(settled_at=datetime(2099, 11, 30, 9, tzinfo=UTC))
        page = client.get("/demo/postkasse/").text
        assert (subjects(""), "november 2099" in page.lower()) == (["Første", "Andre"], True)

    def test_a_link_in_the_mail_works(self, client):
        user = UserFactory()
        EmailAddress.objects.update(verified=False)
        message = stayed(text=f"Åpne {placeholder('invite', user.pk)}")

        page = client.get(f"/demo/postkasse/{message.pk}/").content.decode()

        address = re.search(r'href="http://localhost:8000(/konto/invitasjon/[^"]+)"', page)[1]
        assert client.get(address).status_code == 200

    def test_a_sign_in_code_can_be_read(self, client):
        message = stayed(kind="sign-in", text="Koden er BCDF-GHJK")

        assert "BCDF-GHJK" in client.get(f"/demo/postkasse/{message.pk}/").content.decode()

    def test_the_calendar_entry_can_be_fetched(self, client):
        message = stayed(calendar="BEGIN:VCALENDAR\nEND:VCALENDAR\n", calendar_method="REQUEST")

        response = client.get(f"/demo/postkasse/{message.pk}/kalender.ics")

        assert response.content == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        assert response.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'

    def test_an_attachment_can_be_fetched(self, client):
        file = store_file("a.txt", b"hei", allowed=frozenset({"text/plain"}))
        message = stayed(attachments=[file])

        response = client.get(f"/demo/postkasse/{message.pk}/vedlegg/{message.attachments.get().pk}/")

        assert b"".join(response.streaming_content) == b"hei"

    @pytest.mark.parametrize(("button", "dead"), [("dead", True), ("full", False)])
    def test_a_mail_comes_back_the_way_a_provider_reports_it(self, client, button, dead):
        user = UserFactory()
        message = stayed(headers={"List-Unsubscribe": f"<{placeholder('invite', user.pk)}>"})
        page = client.get(f"/demo/postkasse/{message.pk}/").text
        assert re.search(r"List-Unsubscribe</dt><dd[^>]*><a href=\"http://localhost:8000/konto/invitasjon/", page)

        client.post(f"/demo/postkasse/{message.pk}/retur/", {button: "1"})
        run_all_due_jobs()

        message.refresh_from_db()
        assert (message.state, Suppression.objects.exists()) == (Message.State.FAILED, dead)

    def test_what_has_not_stayed_cannot_be_read(self, client):
        message = stayed()
        Message.objects.update(state=Message.State.QUEUED)

        assert client.get(f"/demo/postkasse/{message.pk}/").status_code == 404

    def test_only_what_is_a_link_in_the_mail_is_one_in_the_mailbox(self, client):
        ours = "https://egen.example/side"
        message = stayed(text=f"Se {ours} og http://evil.example/<b>.", links=[ours])

        page = client.get(f"/demo/postkasse/{message.pk}/").text.partition("mail-text")[2].partition("</div>")[0]

        assert re.findall(r'href="([^"]+)"', page) == [ours]
        assert "og http://evil.example/&lt;b&gt;." in page
