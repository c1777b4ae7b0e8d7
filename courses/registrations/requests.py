"""What requests for a course at home tell the house: links, mails, who may do what, what waits, and what is kept."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.demonstration import requests as demonstration
from courses.models import CourseRequest, RequestMessage
from courses.services import contacts, request_erasing, request_lists
from courses.services import request_messages as mails
from municipalities.knowledge import Knowledge, knowledge
from taushet import roles
from taushet.registries import (
    SEND,
    Deactivation,
    Decision,
    DemonstrationPart,
    LinkKind,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    SearchSource,
    TodayCard,
    deactivations,
    demonstration_parts,
    link_kinds,
    message_kinds,
    periodic_tasks,
    retention_rules,
    role_permissions,
    search_sources,
    today_cards,
)

State = CourseRequest.State

link_kinds.register(LinkKind("request", "courses:request_detail"))
link_kinds.register(LinkKind("request-receipt", "courses:request_detail"))
link_kinds.register(LinkKind("request-confirm", "courses:request_confirm"))


def only_in(*states):
    """Return a check that cancels a message to a requester unless the request is still such that it is wanted."""

    def before_sending(message):
        row = RequestMessage.objects.select_related("request").filter(message=message).first()
        if row is None or row.request.erased_at or (states and row.request.state not in states):
            return Decision("cancel", "The request has changed since this was written.")
        if row.request.contact_email != message.to_email or contacts.is_shut_out(message.to_email):
            return Decision("cancel", "The access of this person has been closed.")
        return SEND

    return before_sending


for key, label, states in (
    (mails.CONFIRM_ADDRESS, _("Confirm the address of a request"), [State.UNPROVED]),
    (mails.RECEIVED, _("Request received"), [State.WAITING, State.OFFERED]),
    (mails.OFFERED, _("Dates offered"), [State.OFFERED]),
    (mails.CHANGED, _("Offer ended"), [State.WAITING, State.OFFERED]),
    (mails.DECLINED, _("Request declined"), []),
    (mails.WITHDRAWN, _("Request withdrawn"), []),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_in(*states)))
message_kinds.register(MessageKind(mails.STAFF, _("Request answered, to staff")))

WORK = (
    "courses.view_courserequest",
    "courses.change_courserequest",
    "courses.view_requestoffer",
    "courses.add_requestoffer",
    "courses.change_requestoffer",
)

for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"requests-{role}", role, WORK))

periodic_tasks.register(PeriodicTask("lapse-request-offers", timedelta(minutes=15), tasks.lapse_request_offers.enqueue))
deactivations.register(Deactivation("requests", request_erasing.close_request_links_of))
today_cards.register(
    TodayCard(
        "requests-unanswered",
        _("Requests nobody has answered in five working days"),
        "courses.change_courserequest",
        request_lists.unanswered,
        order=0,
    )
)
today_cards.register(
    TodayCard(
        "requests-new",
        _("Requests for a course at home"),
        "courses.change_courserequest",
        request_lists.new_ones,
        order=20,
    )
)
search_sources.register(
    SearchSource(
        "requests", _("Requests for a course at home"), "courses.view_courserequest", request_lists.find_requests
    )
)
knowledge.register(Knowledge("course_requests", _("requests for a course at home"), request_lists.open_requests))
demonstration_parts.register(DemonstrationPart("requests", 60, demonstration.load))

INTEREST = _("Our legitimate interest (GDPR article 6 (1) f)")
retention_rules.register(
    RetentionRule(
        key="requests",
        what=_(
            "Requests for a course at home: name, work e-mail, phone and role of the one who asks, the note, and what"
            " was written back and forth."
        ),
        purpose=_("To find dates and a trainer, and to answer."),
        basis=INTEREST,
        keep=_(
            "Two years after the request ended or the course was held. Municipalities, days and offers are kept after"
            " that, without names."
        ),
        apply=request_erasing.erase_requests,
        fields=(
            "courses.CourseRequest.contact_name",
            "courses.CourseRequest.contact_email",
            "courses.CourseRequest.contact_phone",
            "courses.CourseRequest.contact_role",
            "courses.CourseRequest.note",
            "courses.CourseRequest.place",
            "courses.CourseRequest.invoice_reference",
            "courses.RequestEvent.word",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="unproved-requests",
        what=_("Requests for a course whose e-mail address was never confirmed."),
        purpose=_("To wait for the address to be confirmed."),
        basis=INTEREST,
        keep=_("30 days."),
        apply=request_erasing.erase_unproved,
    )
)
