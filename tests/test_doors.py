"""Who gets in where: every address of the project, tried by everybody (design rule 12).

A new address fails here until a line below says who may open it.
"""

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.models import (
    BankFile,
    BookingMessage,
    CalendarAnswer,
    EInvoiceBatch,
    ExpenseClaim,
    PaymentCase,
    PlannedMail,
    RoadNote,
    SchoolHoliday,
    Swap,
    TrainerOffer,
)
from courses.services.assignments import assign_trainer
from courses.services.einvoices import make_einvoice
from courses.services.trainers import register_trainer
from municipalities.models import FactImport
from outreach.models import FollowUp, Leave, OfficeImport, OfficeTask
from taushet.models import InboundMail, Suppression
from taushet.services.files import PDF, store_file
from tests.doors import addresses
from tests.factories.courses import BookingFactory, ParticipantFactory, RequestOfferFactory, SessionFactory
from tests.factories.invoice_documents import document
from tests.factories.invoices import CreditNoteFactory, InvoiceLineFactory, PaymentFactory
from tests.factories.municipalities import ContactPersonFactory, MembershipFactory, UnitFactory
from tests.factories.outbox import write
from tests.factories.outreach import MandateFactory, indicators, mailing, place, submission, wording_draft
from tests.factories.replies import commitment_with_file, reply_with_file
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_refusals")]

STAFF = ("campaign", "approver", "finance", "administrator")
PEOPLE = {
    "booker": lambda: UserFactory(roles=["booker"]),
    "trainer": lambda: register_trainer(TrainerUserFactory(), courses=[]).user,
    "campaign": lambda: StaffFactory(roles=["campaign"]),
    "approver": lambda: StaffFactory(roles=["approver"]),
    "finance": lambda: StaffFactory(roles=["finance"]),
    "administrator": lambda: StaffFactory(roles=["administrator"]),
    "superuser": lambda: StaffFactory(roles=["administrator"], is_superuser=True, is_staff=True),
}

ANYBODY = """
front_page helplines privacy accessibility robots favicon set_language leave health health_ready
account_login account_logout account_inactive account_signup socialaccount_login_cancelled
municipalities:municipality_list municipalities:municipality_detail
courses:course_list courses:course_detail courses:session_detail courses:public_calendar courses:session_calendar
courses:public_feed open_data open_data_csv open_data_json
courses:lost_link courses:session_wait courses:date_alert_create courses:request_create courses:certificate_form
outreach:demand_list outreach:demand_detail outreach:demand_version
outreach:checklist_detail
"""

# Nobody without the right link or provider, whoever they are.
LINKS = {
    404: """
    openid_connect_login openid_connect_callback
    courses:booking_detail courses:booking_confirm courses:booking_address courses:booking_seats
    courses:booking_second_contact courses:booking_hand_over courses:booking_take_over courses:booking_cancel
    courses:name_list courses:name_list_again courses:name_list_check courses:name_list_save
    courses:booking_names courses:participant_replace courses:participant_remove courses:participant_signup
    courses:participant_adaptation courses:participant_adaptation_delete courses:participant_alias
    courses:participant_alias_remove courses:participant_discretion courses:booking_sheets courses:participant_sheet
    courses:booking_discretion
    courses:own_correct courses:own_address courses:own_address_prove courses:own_pass_on courses:own_copy
    courses:own_erase courses:booking_archive
    courses:participant_detail courses:participant_withdraw courses:feed courses:participant_calendar
    courses:booking_calendar courses:booking_certificate
    courses:offer_accept courses:offer_decline courses:wish_change courses:booking_move
    courses:date_alert_detail courses:date_alert_confirm courses:date_alert_stop
    courses:request_detail courses:request_confirm courses:request_accept courses:request_again
    courses:request_withdraw courses:participant_give_back courses:change_withdraw
    courses:certificate_issue courses:participant_certificate courses:certificate_check courses:evaluation
    courses:participant_material courses:booking_material
    courses:card_pay courses:card_return courses:stripe_webhook
    courses:booking_reference courses:booking_invoice courses:booking_credit_note
    outreach:objection
    """,
    410: "invitation invitation_accept",
}

# Open to programs that watch the house; it says 503 when no worker runs.
WATCHED = "health_worker"

# Steps on the way in, which lead a stranger back to its beginning.
WAY_IN = """
account_request_login_code account_confirm_login_code mfa_login_webauthn mfa_authenticate
account_email_verification_sent
"""

# Everybody's own; what asks for the second factor again does so here too.
ACCOUNT = """
profile start_signed_in account_email account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn
mfa_index mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn mfa_remove_webauthn mfa_edit_webauthn
usersessions_list openid_connect openid_disconnect
"""

SIGNED_IN = "courses:my_municipality courses:booker_feeds courses:booker_feed_renew"

# What belongs to somebody: others are told that it is not there.
SOMEBODYS = """
courses:my_booking courses:my_membership_answer courses:municipality_feed_renew
courses:my_invoice courses:my_credit_note courses:my_payer
"""

TRAINERS = """
courses:trainer_home courses:trainer_feed courses:trainer_feed_renew courses:trainer_profile
courses:trainer_availability courses:trainer_day courses:trainer_hours courses:trainer_busy
courses:trainer_out_today courses:trainer_calendar_week courses:trainer_calendar_month
courses:trainer_calendar_list courses:trainer_today courses:trainer_calendar_choice courses:trainer_expenses
courses:trainer_swaps
"""
ONE_TRAINERS = """
courses:trainer_session courses:trainer_session_calendar courses:trainer_attendance_overview
courses:trainer_attendance courses:trainer_attendance_marks courses:trainer_attendance_walk_in
courses:trainer_attendance_print courses:trainer_certificates_issue courses:trainer_adaptations
courses:trainer_material courses:trainer_exception_remove courses:trainer_busy_read courses:trainer_busy_remove
courses:trainer_leave courses:trainer_offer courses:trainer_offer_accept courses:trainer_offer_decline
courses:trainer_note courses:trainer_expense_claim courses:swap_ask courses:swap_accept courses:swap_decline
courses:swap_take_back
"""

FOR_ROLES = {
    STAFF: """
    today staff_search municipalities:staff_municipality_list municipalities:municipality_facts
    municipalities:indicator_list municipalities:fact_lack_list municipalities:fact_lack_csv
    courses:staff_session_list courses:staff_session_detail courses:staff_course_list
    courses:session_choice_csv courses:session_choice_xlsx
    courses:staff_calendar_week courses:staff_calendar_month courses:staff_calendar_list
    courses:staff_feed courses:staff_feed_renew
    """,
    ("campaign", "approver", "administrator"): """
    outbox_list outbox_detail outbox_html suppression_list inbound_list inbound_detail
    outreach:mailing_list outreach:mailing_detail outreach:mailing_print outreach:letter_detail outreach:letter_test
    outreach:mailing_progress outreach:mailing_variants outreach:mailing_picks outreach:letter_export
    outreach:recipient_list outreach:recipient_detail outreach:politician_detail outreach:wording_list
    outreach:wording_draft outreach:hook_list
    outreach:politician_list outreach:politician_csv
    outreach:mailing_sending outreach:letter_pdf outreach:letter_redeliver
    outreach:politician_told outreach:politician_told_json outreach:politician_told_pdf
    outreach:reply_list outreach:reply_detail outreach:reply_attachment
    outreach:commitment_list outreach:commitment_detail outreach:commitment_evidence
    outreach:commitment_confirm outreach:commitment_refuse outreach:commitment_withdraw
    outreach:commitment_change_confirm outreach:commitment_change_refuse
    outreach:follow_up_list outreach:follow_up_detail
    outreach:consultation_list outreach:consultation_detail outreach:deadline_feed_page outreach:deadline_feed_renew
    outreach:deadline_feed_close outreach:submission_detail outreach:submission_docx outreach:submission_pdf
    courses:evaluation_results
    """,
    ("campaign", "finance", "administrator"): """
    courses:staff_booking_list courses:staff_booking_detail courses:booking_csv courses:booking_xlsx
    courses:booking_choice_csv courses:booking_choice_xlsx
    courses:expense_list courses:expenses_csv courses:expenses_xlsx courses:expense_settle courses:expense_reopen
    courses:invoice_list courses:invoice_detail courses:invoice_pdf courses:credit_note_pdf courses:invoice_due
    courses:payment_list courses:ledger courses:ledger_csv courses:ledger_xlsx courses:staff_booking_reference
    courses:staff_session_funding courses:session_payer
    municipalities:unit_create municipalities:unit_update
    """,
    ("campaign", "administrator"): """
    outbox_hold outbox_release outbox_cancel outbox_send_again outbox_mark_sent suppression_lift inbound_settle
    municipalities:fact_update municipalities:contact_create municipalities:contact_update
    municipalities:contact_delete municipalities:membership_list municipalities:membership_confirm
    municipalities:membership_end
    municipalities:indicator_create municipalities:indicator_update
    municipalities:fact_import municipalities:fact_import_check municipalities:fact_import_save
    municipalities:fact_import_example municipalities:fact_import_list municipalities:fact_import_detail
    municipalities:fact_import_discard municipalities:fact_import_undo
    courses:participant_csv courses:participant_xlsx
    courses:staff_booking_start courses:staff_booking_create courses:staff_booking_cancel
    courses:staff_session_create courses:staff_session_update courses:staff_session_open
    courses:staff_session_confirm courses:staff_session_hold courses:staff_session_cancel
    courses:staff_course_create courses:staff_course_update courses:staff_course_terms
    courses:staff_session_choice courses:staff_session_share courses:staff_session_unshare
    courses:staff_booking_words courses:staff_session_words courses:staff_meeting_move
    courses:staff_calendar_trainers courses:staff_calendar_counties
    courses:staff_booking_choice courses:staff_booking_seats courses:staff_booking_move courses:staff_booking_names
    courses:staff_name_replace courses:staff_name_remove courses:staff_change_approve courses:staff_change_refuse
    courses:trainer_list courses:trainer_create courses:trainer_update courses:assignment_create
    courses:session_staffing courses:staffing_ask courses:staffing_call courses:staffing_take_back
    courses:trainer_invite courses:calendar_answer_list courses:calendar_answer_settle courses:swap_list
    courses:swap_approve courses:swap_refuse courses:road_note_list courses:road_note_remove
    courses:school_holiday_list courses:school_holiday_remove
    courses:assignment_withdraw courses:staff_let_in courses:staff_certificates_issue
    courses:staff_attendance_overview courses:staff_attendance courses:staff_attendance_marks
    courses:staff_attendance_walk_in courses:staff_attendance_print
    courses:staff_adaptations courses:staff_participant courses:staff_participant_alias
    courses:staff_participant_alias_remove courses:staff_participant_adaptation
    courses:staff_participant_adaptation_delete
    courses:staff_request_list courses:staff_request_detail courses:staff_request_offer courses:staff_offer_accept
    courses:staff_offer_take_back courses:staff_request_decline
    courses:staff_course_mails courses:staff_course_mail_update courses:staff_course_mail_preview
    courses:staff_message_again courses:staff_planned_stop courses:staff_planned_restart courses:staff_material
    outreach:mailing_create outreach:mailing_update outreach:mailing_draft outreach:mailing_submit
    outreach:audience_count outreach:mailing_count outreach:pick_add outreach:pick_drop outreach:pick_undo
    outreach:letter_edit outreach:letter_edit_drop
    outreach:mailing_cancel outreach:mailbox_update outreach:mayor_update outreach:mayor_end outreach:wording_update
    outreach:wording_confirm outreach:wording_publish outreach:wording_discard outreach:demand_create
    outreach:demand_status outreach:checklist_update outreach:hook_create outreach:hook_update outreach:hook_check
    outreach:office_import_list outreach:office_import_councils outreach:office_import_storting
    outreach:office_import_detail outreach:office_import_columns outreach:office_import_decide
    outreach:office_import_mailboxes outreach:office_import_example outreach:office_import_discard
    outreach:office_import_write outreach:office_import_undo outreach:office_task_list outreach:office_task_detail
    outreach:office_task_address outreach:office_task_end outreach:office_task_dismiss
    outreach:office_create_other outreach:office_create_county outreach:office_create
    outreach:mandate_update outreach:mandate_end outreach:leave_create outreach:leave_end
    outreach:mailing_sending_update outreach:mailing_pause outreach:mailing_resume outreach:mailing_remind
    outreach:mailing_rate outreach:mailing_correct outreach:letter_redeliver_propose outreach:letter_redeliver_withdraw
    outreach:politician_object outreach:politician_object_withdraw
    outreach:reply_sort outreach:reply_sort_save outreach:reply_find_letters outreach:reply_put_back
    outreach:reply_verify outreach:reply_publish
    outreach:reply_take_back outreach:commitment_create outreach:commitment_update
    outreach:commitment_take_back outreach:commitment_hand_on
    outreach:follow_up_settle outreach:follow_up_reopen outreach:follow_up_mail
    outreach:follow_up_several outreach:follow_up_several_mail
    outreach:consultation_create outreach:consultation_update outreach:consultation_import
    outreach:consultation_import_write outreach:submission_create outreach:submission_update
    outreach:submission_submit outreach:submission_delivered outreach:delivery_correct outreach:delivery_take_back
    """,
    ("approver", "administrator"): """
    outreach:mailing_approve outreach:mailing_return outreach:letter_redeliver_approve outreach:submission_approve
    outreach:submission_return
    """,
    ("finance", "administrator"): """
    courses:invoice_issue_due courses:invoice_issue courses:invoice_credit courses:invoice_remind
    courses:invoice_reissue
    courses:payment_create courses:payment_place courses:payment_correct courses:bank_file courses:bank_file_put_away
    courses:period_close
    courses:einvoice_list courses:einvoice_detail courses:einvoice_file courses:einvoice_refused
    courses:einvoice_send_again courses:einvoice_ask courses:einvoice_mark_sent courses:einvoice_never_arrived
    courses:einvoice_batch_create courses:einvoice_batch courses:einvoice_batch_zip courses:einvoice_batch_sent
    courses:einvoice_batch_take_back
    courses:card_payment_list courses:card_payment_detail courses:card_refund courses:payment_case_settle
    """,
    ("administrator",): """
    people_list person_invite person_detail person_update person_invite_again person_deactivate person_reactivate
    person_remove_factors log_list retention_list courses:series_begin
    """,
}


OF_MONEY = tuple(f"courses:{start}" for start in ("invoice", "credit", "my_", "booking_"))


@pytest.fixture
def world():
    """One of everything, none of it belonging to whoever walks."""
    municipality = place()
    trainer = register_trainer(TrainerUserFactory(), courses=[])
    session = SessionFactory(municipality=municipality)
    trainer.courses.add(session.course)
    booking = BookingFactory(session=session, municipality=municipality)
    letters = mailing(municipality)
    wording_draft(letters.demand_version)
    letter = letters.letters.get()
    letter.pdf = store_file("brev.pdf", b"%PDF-", allowed=frozenset({PDF}))
    letter.save()
    letter.redeliveries.create(to_email="ny@kommune.example", proposed_by=UserFactory())
    return SimpleNamespace(
        municipality=municipality,
        person=trainer.user,
        trainer=trainer,
        session=session,
        meeting=session.meetings.get(),
        participant=ParticipantFactory(booking=booking),
        change=booking.change_requests.create(kind="cancel", request_key="change"),
        offer=RequestOfferFactory(),
        asked=TrainerOffer.objects.create(session=session, way="turn", made_by=UserFactory()),
        assignment=(assignment := assign_trainer(session, trainer=trainer, by=UserFactory())),
        swap=Swap.objects.create(
            assignment=assignment, colleague=register_trainer(TrainerUserFactory(), courses=[]), state="agreed"
        ),
        claim=ExpenseClaim.objects.create(assignment=assignment, kilometres=10),
        note=RoadNote.objects.create(
            municipality=municipality, session=session, written_by=trainer.user, text="Inngang bak."
        ),
        holiday=SchoolHoliday.objects.create(
            county=municipality.county,
            kind="autumn",
            first_on="2027-10-04",
            last_on="2027-10-08",
            source="https://fylke.example/",
        ),
        payment=(payment := PaymentFactory(way="card", booking=booking)),
        case=PaymentCase.objects.create(kind="late", reference="one", payment=payment, booking=booking, amount=1),
        answer=CalendarAnswer.objects.create(answer="declined", answered_at=timezone.now()),
        inbound=InboundMail.objects.create(provider="x", event_id="1", size=0, handled_at=timezone.now()),
        einvoice=make_einvoice(document()),
        batch=EInvoiceBatch.objects.create(made_by=UserFactory()),
        booking=booking,
        mail=BookingMessage.objects.create(booking=booking, message=write()),
        planned=PlannedMail.objects.create(
            booking=booking, session=session, kind="joining", due_at=session.first_starts_at
        ),
        membership=MembershipFactory(municipality=municipality),
        unit=UnitFactory(municipality=municipality),
        contact=ContactPersonFactory(municipality=municipality),
        indicator=indicators()[0],
        fact_import=FactImport.objects.create(
            observed_on="2026-11-01",
            content=[[1, "Alver", "ja"]],
            choices={"parts": ["place", ""], "has_heading": False},
            created_by=UserFactory(),
        ),
        message=write(),
        suppression=Suppression.objects.create(email="dead@kommune.example", cause="bounce"),
        mailing=letters,
        letter=letter,
        politician=(office := MandateFactory()).politician,
        office=office,
        leave=Leave.objects.create(mandate=office, starts_on="2026-11-01"),
        office_task=OfficeTask.objects.create(mandate=office, reason="bounce"),
        office_import=OfficeImport.objects.create(
            kind="councils",
            source="x",
            as_of="2026-11-01",
            content=[[1, "Kari Nordmann"]],
            choices={"parts": ["name"], "has_heading": False, "place": municipality.pk, "is_whole": True},
            created_by=UserFactory(),
        ),
        reply=(reply := reply_with_file()),
        commitment=(commitment := commitment_with_file(reply, letters)),
        follow_up=FollowUp.objects.create(rule="overdue", commitment=commitment),
        submission=submission(),
        line=(line := InvoiceLineFactory(booking=booking, invoice__number=7)),
        credit=CreditNoteFactory(invoice=line.invoice, number=7, net=100),
        bank_file=BankFile.objects.create(name="bank.csv", sha256="0", rows=[], uploaded_by=UserFactory()),
    )


def values_of(name, world):
    """Return what stands in an address, by the names of its parameters."""
    pk = {
        "outbox": world.message,
        "inbound": world.inbound,
        "suppression": world.suppression,
        "person": world.person,
        "municipalities:unit": world.unit,
        "municipalities:contact": world.contact,
        "municipalities:membership": world.membership,
        "municipalities:fact_import": world.fact_import,
        "outreach:mailing": world.mailing,
        "outreach:letter_export": world.mailing,
        "outreach:consultation": world.submission.consultation,
        "outreach:submission_create": world.submission.consultation,
        "outreach:submission": world.submission,
        "outreach:delivery": world.submission,
        "outreach:letter": world.letter,
        "outreach:pick": world.mailing,
        "outreach:politician": world.politician,
        "outreach:mandate": world.office,
        "outreach:leave_create": world.office,
        "outreach:leave_end": world.leave,
        "outreach:office_task": world.office_task,
        "outreach:office_import": world.office_import,
        "outreach:reply": world.reply,
        "outreach:commitment_create": world.reply,
        "outreach:commitment": world.commitment,
        "outreach:follow_up": world.follow_up,
    }
    row = next((row for start, row in pk.items() if name.startswith(start)), None)
    slug = world.mailing.demand_version.demand.slug if name.startswith("outreach:") else world.session.course.slug
    return {
        "pk": row.pk if row else 1,
        "number": 7 if name.startswith(OF_MONEY) else 1 if "attachment" in name else world.municipality.number,
        "payment_id": world.payment.pk,
        "file_id": world.bank_file.pk,
        "unit_id": world.unit.pk,
        "key": {"open_data": "lofter", "outreach:": "lov"}.get(name[:9], world.indicator.key),
        "version": 1,
        "kind": "postmottak",
        "slug": slug,
        "token": "a" * 43,
        "provider_id": "nobody",
        "session_id": world.session.pk,
        "booking_id": world.booking.pk,
        "trainer_id": world.trainer.pk,
        "assignment_id": world.assignment.pk,
        "membership_id": world.membership.pk,
        "participant_id": world.participant.pk,
        "change_id": world.commitment.changes.get().pk if name.startswith("outreach:") else world.change.pk,
        "meeting_id": world.meeting.pk,
        "exception_id": 1,
        "calendar_id": 1,
        "swap_id": world.swap.pk,
        "claim_id": world.claim.pk,
        "note_id": world.note.pk,
        "holiday_id": world.holiday.pk,
        "answer_id": world.answer.pk,
        "case_id": world.case.pk,
        "request_id": world.offer.request_id,
        "offer_id": world.asked.pk if "trainer_offer" in name or "staffing" in name else world.offer.pk,
        "einvoice_id": world.einvoice.pk,
        "batch_id": world.batch.pk,
        "code": "AAAA-AAAA-AAAA",
        "word": "paminnelse",
        "series": "invoice",
        "row_id": world.mail.pk,
        "planned_id": world.planned.pk,
        "mailing_pk": world.mailing.pk,
        "mandate_pk": world.office.pk,
        "object_id": 1,
        "content_type_id": 1,
        "app_label": "courses",
        "url": "nowhere",
    }


def outcome(client, address):
    """Say what one meets at an address, asking as a browser does, and posting where only that is taken."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address)
        transaction.set_rollback(True)
    client.cookies = cookies
    if answer.status_code in {301, 302}:
        if answer.url.startswith((reverse("account_login"), reverse("admin:login"))) or answer.url == "/admin/":
            return "sign in"
        if answer.url in {reverse("mfa_index")} or answer.url.startswith(reverse("account_reauthenticate")):
            return "second factor"
    is_open = answer.status_code <= 400  # whoever is told what is wrong with their question has come in
    return "open" if is_open else answer.status_code


def doors(world, *, of_administration=False):
    """Give every address by name; Django's administration is a house of its own, with guards of its own."""
    for name, parameters in addresses():
        if name.startswith("anymail:") or name.startswith("admin:") != of_administration or name == "admin:None":
            continue
        values = values_of(name, world)
        yield name, reverse(name, kwargs={key: values[key] for key in parameters})


def expected():
    """Return what strangers and people with each role shall meet, by the name of the address."""
    everyone = ["stranger", *PEOPLE]
    table = {name: dict.fromkeys(everyone, "open") for name in ANYBODY.split()}
    for code, names in LINKS.items():
        table |= {name: dict.fromkeys(everyone, code) for name in names.split()}
    table[WATCHED] = dict.fromkeys(everyone, 503)
    behind = {"stranger": "sign in"}
    table |= {name: dict.fromkeys(PEOPLE, "open") | behind for name in SIGNED_IN.split()}
    table |= {name: dict.fromkeys(PEOPLE, 404) | behind for name in SOMEBODYS.split()}
    table |= {name: dict.fromkeys(PEOPLE, 403) | behind | {"trainer": "open"} for name in TRAINERS.split()}
    table |= {name: dict.fromkeys(PEOPLE, 403) | behind | {"trainer": 404} for name in ONE_TRAINERS.split()}
    for roles, names in FOR_ROLES.items():
        allowed = dict.fromkeys([*roles, "superuser"], "open")
        table |= {name: dict.fromkeys(PEOPLE, 403) | behind | allowed for name in names.split()}
    return table


def enter(client, who, **how):
    if who != "stranger":
        sign_in(client, PEOPLE[who](), **how)
    return client


def test_somebody_has_said_who_may_open_each_address(world):
    listed = {*expected(), *WAY_IN.split(), *ACCOUNT.split()}

    assert {name for name, _address in doors(world)} == listed


@pytest.mark.parametrize("who", ["stranger", *PEOPLE])
def test_everybody_gets_in_where_they_may_and_nowhere_else(client, world, who):
    enter(client, who)
    table = expected()

    met = {name: outcome(client, address) for name, address in doors(world) if name in table}

    assert met == {name: row[who] for name, row in table.items()}


@pytest.mark.parametrize("who", ["stranger", *PEOPLE])
def test_the_own_account_is_open_to_whoever_is_signed_in(client, world, who):
    enter(client, who)

    met = {name: outcome(client, address) for name, address in doors(world) if name in ACCOUNT.split()}

    assert {name for name, how in met.items() if how == "sign in"} == (set(met) if who == "stranger" else set())


@pytest.mark.parametrize("who", STAFF)
def test_without_the_second_factor_staff_get_nowhere_under_stab(client, world, who):
    enter(client, who, second_factor=False)

    met = {outcome(client, address) for _name, address in doors(world) if address.startswith("/stab/")}

    assert met == {"second factor"}


@pytest.mark.parametrize(("who", "met"), [("stranger", "sign in"), ("trainer", 403), ("administrator", 403)])
def test_the_administration_is_closed_to_everybody_else(client, world, who, met):
    enter(client, who)

    assert {outcome(client, address) for _name, address in doors(world, of_administration=True)} == {met}


def test_the_administration_is_open_to_superusers(client):
    enter(client, "superuser")

    assert outcome(client, "/admin/") == "open"


@pytest.mark.parametrize("name", ["postmark_tracking_webhook", "postmark_inbound_webhook"])
def test_providers_need_the_secret_of_the_webhooks(client, name):
    answer = client.post(reverse(f"anymail:{name}"), b"{}", content_type="application/json")

    assert answer.status_code == 400


def test_other_providers_are_not_answered(client):
    assert (
        client.post("/webhooks/epost/amazon_ses/tracking/", b"{}", content_type="application/json").status_code == 404
    )
