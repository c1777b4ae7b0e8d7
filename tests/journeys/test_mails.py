"""Staff words a reminder and looks at it, it reaches the booker, the log tells so; material follows afterwards."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import PlannedMail
from courses.services.assignments import assign_trainer
from courses.services.messages import tell_confirmed
from courses.tasks import write_due_mails
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import issue_link, page_address
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory
from tests.servers.smtp import smtp_server

from .people import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mailbox(settings):
    with smtp_server() as (mailbox, mailers):
        settings.OUTGOING_MAIL, settings.MAILERS = True, mailers
        yield mailbox


@pytest.fixture
def booking():
    session = SessionFactory(first_starts_at=timezone.now() + timedelta(days=20))
    booking = BookingFactory(session=session, contact_name="Kari Nordmann", contact_email="kari@bodo.example", seats=2)
    ParticipantFactory(booking=booking, name="Per Hansen", email="per@bodo.example")
    tell_confirmed(booking)
    return booking


def let_time_come():
    """Let the reminder be due, and the worker do what it does each minute."""
    run_all_due_jobs()
    PlannedMail.objects.filter(kind="reminder").update(due_at=timezone.now())
    write_due_mails.enqueue()
    run_all_due_jobs()
    send_all_due()


def told(mailbox, address):
    """Return the texts an address has got, the newest last."""
    mails = [message_from_bytes(raw, policy=policy.default) for raw in mailbox.taken]
    mine = [mail for mail in mails if mail["To"].addresses[0].addr_spec == address]
    return [mail.get_body(preferencelist=("plain",)).get_content() for mail in mine]


@pytest.mark.main_job
@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_staff_words_a_reminder_and_the_booker_gets_it(new_page, site, booking, mailbox, accessible, width, scripts):
    page = signed_in(new_page(width=width, scripts=scripts), StaffFactory(), site)

    def look():
        if scripts:  # axe is a script
            accessible(page)

    page.goto(booking.session.get_staff_url())
    page.get_by_role("link", name="E-postene til kurset").click()
    look()
    page.get_by_role("link", name="Påminnelse", exact=True).click()
    expect(page.locator(".mail-paper")).to_contain_text("Dette er en påminnelse om et møte du er påmeldt.")
    look()
    page.get_by_label("Egen tekst på bokmål").fill("Hei igjen, {{ navn }}.")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator(".error-summary")).to_contain_text("Linje 1 nevner navn, som ikke er kjent.")
    look()
    page.get_by_label("Egen tekst på bokmål").fill("Ta med matpakke, {{ name }}.")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.locator(".mail-paper")).to_contain_text("Ta med matpakke, Per Hansen.")
    look()
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Endringen er lagret.")).to_be_visible()

    let_time_come()
    [text] = told(mailbox, "kari@bodo.example")[1:]
    assert "Ta med matpakke, Kari Nordmann." in text
    assert page_address("booking", issue_link("booking", booking.pk)) in text

    page.goto(booking.staff_address)
    expect(page.locator("#mails .mail-row")).to_have_count(4)
    look()
    page.get_by_role("button", name="Stopp: Navn mangler").first.click()
    expect(page.get_by_text("E-posten er stoppet og blir ikke sendt.")).to_be_visible()
    Message.objects.update(created_at=timezone.now() - timedelta(hours=1))
    page.get_by_role("button", name="Send på nytt: Påminnelse til Per Hansen").click()
    expect(page.get_by_text("Den er sendt en gang til.")).to_be_visible()
    send_all_due()
    assert len([one for one in told(mailbox, "per@bodo.example") if "matpakke" in one]) == 2

    booker = new_page(width=width, scripts=scripts)
    booker.goto(page_address("booking", issue_link("booking", booking.pk)))
    expect(booker.locator("#mails li").first).to_contain_text("til Per Hansen")
    expect(booker.locator("#planned-mails li")).to_have_count(2 + 4)  # evaluation and certificate
    booker.get_by_text("E-poster som er planlagt").click()
    expect(booker.locator("#planned-mails li").first).to_be_visible()
    if scripts:
        accessible(booker)


@pytest.mark.parametrize(("width", "language"), [(390, "nn"), (1280, "nb")])
def test_trainer_puts_in_material_and_the_participant_reads_it(
    new_page, site, booking, mailbox, accessible, width, language
):
    trainer = TrainerFactory()
    trainer.courses.add(booking.session.course)
    assign_trainer(booking.session, trainer=trainer, by=StaffFactory())
    page = signed_in(new_page(width=width, language=language), trainer.user, site)
    page.goto(f"/kursholder/{booking.session.pk}/")
    page.get_by_role("link", name="Materiell etterpå").click()
    accessible(page)
    page.locator("textarea[name=text]").fill("Les vegleiaren: https://les.example/vegleiar")
    page.locator("form.stack button.ds-button").click()
    expect(page.get_by_text("Materiellet er lagr")).to_be_visible()

    PlannedMail.objects.filter(kind="material").update(due_at=timezone.now())
    write_due_mails.enqueue()
    run_all_due_jobs()
    send_all_due()
    text = told(mailbox, "per@bodo.example")[-1]
    address = f"{site}{page_address('participant', issue_link('participant', booking.participants.get().pk))}materiell/"
    assert address in text
    assert "vegleiar" not in text

    reader = new_page(width=width, language=language)
    reader.goto(address)
    expect(reader.get_by_role("link", name="https://les.example/vegleiar")).to_be_visible()
    accessible(reader)
