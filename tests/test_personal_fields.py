"""Every field that can tell of a person has a keep-until rule, in the table the privacy page prints."""

import pytest
from django.apps import apps
from django.db import models

from courses.models import Participant
from taushet.registries import retention_rules

# What a row points at, another row says how long to keep.
TELLING = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
)
NEVER_ABOUT_A_PERSON = frozenset({"language", "request_key", "is_demonstration", "content_hash", "message_hash"})

# What is about courses, places, texts and machinery. Whoever adds a field decides: here, or in a rule.
ABOUT_NOBODY = """
admin.LogEntry.object_id
auditlog.LogEntry.object_pk auditlog.LogEntry.cid
auth.Permission auth.Group contenttypes.ContentType
sessions.Session.session_key
django_tasks_database.DBTaskResult.task_path django_tasks_database.DBTaskResult.worker_ids
django_tasks_database.DBTaskResult.queue_name django_tasks_database.DBTaskResult.backend_name
django_tasks_database.DBTaskResult.exception_class_path
account.EmailConfirmation
socialaccount.SocialApp socialaccount.SocialAccount.provider
taushet.AuditEntry.actor_kind taushet.AuditEntry.action taushet.AuditEntry.object_type taushet.AuditEntry.object_id
taushet.DeliveryEvent.provider taushet.DeliveryEvent.event_id taushet.DeliveryEvent.kind taushet.DeliveryEvent.reason
taushet.DeliveryEvent.provider_id taushet.DeliveryEvent.our_id
taushet.InboundMail.provider taushet.InboundMail.event_id taushet.InboundMail.kind
taushet.StoredFile.name taushet.StoredFile.content_type taushet.StoredFile.sha256
taushet.SecretLink taushet.Mark taushet.MailboxMark taushet.Tick taushet.WorkerProcess
taushet.Message.kind taushet.Message.state_reason taushet.Message.message_id taushet.Message.from_email
taushet.Message.calendar_method
taushet.Attempt.provider_id taushet.Attempt.worker
taushet.User.password
municipalities.CrisisCentre municipalities.Indicator municipalities.Fact municipalities.County
municipalities.Municipality municipalities.Unit
municipalities.FactImport.source municipalities.FactImport.choices municipalities.FactImport.chosen
municipalities.FactImport.counts municipalities.FactImport.written
courses.AttendanceMark.client_key courses.SchoolHoliday
courses.Booking.unit_name courses.Booking.terms
courses.MailRule courses.MailText courses.Material courses.BookingMessage.key
courses.Course courses.Session courses.Meeting courses.RequestOffer
courses.Certificate.course_title courses.EvaluationTicket
courses.EInvoice.number courses.EInvoice.checked_sha256 courses.EInvoice.access_point_id
courses.EInvoiceAttempt.delivery_id courses.EInvoiceFault.rule courses.EInvoiceFault.path
courses.CourseRequest.payer_name courses.CourseRequest.payer_organisation_number
courses.Invoice.terms courses.Invoice.seller courses.Invoice.buyer courses.Invoice.account courses.Invoice.kid
courses.Invoice.vat courses.Invoice.note courses.Invoice.delivery_place
courses.CreditNote.reason courses.CreditNote.seller courses.CreditNote.buyer courses.CreditNote.account
courses.CreditNote.kid courses.CreditNote.vat courses.CreditNote.note
courses.InvoiceLine courses.CreditNoteLine courses.NumberSeries courses.BankFile
courses.StripeEvent.event_id courses.StripeEvent.kind courses.StripeEvent.payment_intent
courses.CardCheckout courses.CardRefund courses.PaymentCase
courses.Payment.external_reference courses.Payment.kid courses.Payment.note
outreach.Approval outreach.LegalHook outreach.Demand outreach.DemandVersion outreach.ConfirmedBlock outreach.Mailing
outreach.Consultation outreach.Submission outreach.SubmissionRevision outreach.SubmissionApproval
outreach.Body outreach.DeliveryChange
outreach.Letter.occasion outreach.Letter.facts outreach.Letter.held_for
outreach.Mandate.title outreach.Mandate.constituency outreach.Mandate.source outreach.Mandate.period
outreach.OfficeImport.source outreach.OfficeImport.choices outreach.OfficeImport.counts
outreach.Letter.held_codes outreach.Letter.holder
outreach.Letter.variant
outreach.LetterDemand outreach.DraftRun
outreach.Letter.pdf_sha256
outreach.MailSystem outreach.Pace taushet.Suppression.purpose
"""


def telling_fields():
    """Each field that can hold a word about somebody, as "app.Model.field"."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label == "kinds":  # models of the tests
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, TELLING) and not field.choices and field.name not in NEVER_ABOUT_A_PERSON:
                yield f"{model._meta.label}.{field.name}"


def without_rule(fields, rules, listed):
    named = {name for rule in rules for name in rule.fields} | set(listed)
    return [field for field in fields if field not in named and field.rpartition(".")[0] not in named]


def test_every_field_that_can_tell_of_a_person_has_a_rule():
    assert without_rule(telling_fields(), retention_rules, ABOUT_NOBODY.split()) == []


def test_new_field_without_a_rule_is_found():
    fields = [*telling_fields(), "courses.Participant.birthday"]

    assert without_rule(fields, retention_rules, ABOUT_NOBODY.split()) == ["courses.Participant.birthday"]


def test_what_is_erased_of_a_participant_is_what_the_rules_are_about():
    named = {name for rule in retention_rules for name in rule.fields if name.startswith("courses.Participant.")}

    assert {f"courses.Participant.{field}" for field in Participant.PERSONAL} == named


def test_rules_and_list_name_only_what_there_is():
    there = set(telling_fields()) | {model._meta.label for model in apps.get_models(include_auto_created=True)}

    named = {name for rule in retention_rules for name in rule.fields} | set(ABOUT_NOBODY.split())

    assert named - there == set()


@pytest.mark.django_db
def test_privacy_page_prints_every_rule(client):
    page = client.get("/personvern/").content.decode()

    assert page.count('role="rowheader"') == len(list(retention_rules))
