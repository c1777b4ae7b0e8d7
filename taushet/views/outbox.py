"""The outbox: what has left, what waits, what is in trouble, and what a person may do about it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override

from taushet.forms.outbox import OutboxFilter
from taushet.models import Message, Suppression
from taushet.registries import message_kinds
from taushet.services import audit, outbox
from taushet.services.mail_html import hide_private_links
from taushet.services.protection import hidden_addresses, is_hidden_from
from taushet.views.acting import Action, ask_first

State = Message.State
LIST_FIELDS = ("kind", "state", "state_reason", "to_email", "to_name", "subject", "created_at", "due_at", "settled_at")


ACTIONS = {
    "outbox_mark_sent": Action(
        outbox.mark_message_sent,
        frozenset({State.UNKNOWN}),
        gettext_lazy("Mark as sent"),
        gettext_lazy("Do this when you know that it has arrived. It will not be sent again."),
        gettext_lazy("The message is marked as sent."),
    ),
    "outbox_send_again": Action(
        outbox.send_message_again,
        frozenset({State.UNKNOWN, State.FAILED, State.STAYED}),
        gettext_lazy("Send again"),
        gettext_lazy("If it has arrived after all, the recipient gets it twice."),
        gettext_lazy("The message is waiting to be sent again."),
    ),
    "outbox_release": Action(
        outbox.release_message,
        frozenset({State.HELD}),
        gettext_lazy("Release"),
        gettext_lazy("It is sent as soon as nothing else keeps it back."),
        gettext_lazy("The message is waiting to be sent."),
    ),
    "outbox_hold": Action(
        outbox.hold_message,
        frozenset({State.QUEUED}),
        gettext_lazy("Hold back"),
        gettext_lazy("It is not sent until somebody releases it."),
        gettext_lazy("The message is held back."),
    ),
    "outbox_cancel": Action(
        outbox.cancel_message,
        frozenset({State.QUEUED, State.HELD, State.FAILED}),
        gettext_lazy("Cancel for good"),
        gettext_lazy("It will never be sent. This cannot be undone."),
        gettext_lazy("The message is cancelled."),
        color="danger",
    ),
}


LETS_GO = ("outbox_release", "outbox_send_again")


@permission_required("taushet.read_outbox", raise_exception=True)
def outbox_list(request):
    form = OutboxFilter(request.GET)
    found = form.narrow(Message.objects.only(*LIST_FIELDS), request.user)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    hidden = hidden_addresses(message.to_email for message in page)
    for message in page:
        message.kind_label = kind_label(message)
        message.is_hidden = message.to_email.lower() in hidden
    counts = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    states = [(state.value, state.label, counts.get(state.value, 0)) for state in State]
    context = {"form": form, "page": page, "states": states}
    return render(request, "taushet/outbox_list.html", context)


@permission_required("taushet.read_outbox", raise_exception=True)
def outbox_detail(request, pk):
    message = get_object_or_404(Message, pk=pk)
    audit.record("message.seen", message, by=request.user)
    can_steer = request.user.has_perm("taushet.steer_outbox")
    if is_hidden_from(request.user, message.to_email):
        context = {"message": message, "kind_label": kind_label(message)}
        return render(request, "taushet/outbox_hidden.html", context)
    context = {
        "message": message,
        "kind_label": kind_label(message),
        "text": outbox.read_message(message),
        "attempts": message.attempts.all(),
        "events": message.delivery_events.order_by("received_at"),
        "attachments": message.attachments.select_related("file").defer("file__content"),
        "suppression": Suppression.objects.stopping(message, purpose_of(message)).first(),
        "actions": possible_actions(message) if can_steer else [],
    }
    return render(request, "taushet/outbox_detail.html", context)


@permission_required("taushet.read_outbox", raise_exception=True)
@csp_override({"default-src": [CSP.NONE], "style-src": [CSP.UNSAFE_INLINE]})
def outbox_html(request, pk):
    """Show the HTML form as the recipient sees it, without the private links."""
    message = get_object_or_404(Message, pk=pk)
    if is_hidden_from(request.user, message.to_email):
        raise PermissionDenied
    audit.record("message.seen", message, by=request.user)
    return HttpResponse(hide_private_links(message.html, _("private link")))


@permission_required("taushet.steer_outbox", raise_exception=True)
def outbox_act(request, pk, name):
    """Ask first, then do one of ACTIONS."""
    message = get_object_or_404(Message, pk=pk)
    action = ACTIONS[name]
    words = {"recipient": shown_recipient(message), "consequence": action.consequence}
    asked = _("To %(recipient)s: %(consequence)s") % words
    text = f"{asked} {warning_of(message) if name in LETS_GO else ''}".strip()
    return ask_first(request, message, action, text, back=came_from(request))


def came_from(request):
    """Return the page of ours that asked for a decision, such as a mailing with the next letter to decide about."""
    address = request.GET.get("fra", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else ""


@permission_required("taushet.read_outbox", raise_exception=True)
def suppression_list(request):
    page = Paginator(Suppression.objects.order_by("-created_at", "-pk"), 50).get_page(request.GET.get("page"))
    hidden = hidden_addresses(suppression.email for suppression in page)
    for suppression in page:
        suppression.is_hidden = suppression.email.lower() in hidden
        suppression.about = purpose_label(suppression.purpose)
    return render(request, "taushet/suppression_list.html", {"page": page})


@permission_required("taushet.steer_outbox", raise_exception=True)
def suppression_lift(request, pk):
    suppression = get_object_or_404(Suppression, pk=pk)
    if request.method == "POST":
        outbox.lift_suppression(suppression, by=request.user)
        messages.success(request, _("Mail may go to the address again."))
        return redirect("suppression_list")
    notes = [kind.address_note(suppression.email) for kind in message_kinds]
    context = {
        "title": _("Allow mail to this address"),
        "text": " ".join(
            filter(
                None,
                [_("Do this when the owner asks for it, or when you know that the address works again."), *notes],
            )
        ),
        "button": _("Allow mail"),
        "back": reverse("suppression_list"),
    }
    return render(request, "confirm.html", context)


def warning_of(message):
    """Say why a message that is let go now would be held again, when that is known."""
    kind = message_kinds.get(message.kind)
    why = kind.warning(message) if kind else ""
    return _("As it is now, it is held again at once: %(why)s") % {"why": _(why)} if why else ""


def purpose_of(message):
    kind = message_kinds.get(message.kind)
    return kind.purpose if kind else ""


def shown_recipient(message):
    return _("somebody whose name is protected") if hidden_addresses([message.to_email]) else message.to_email


def kind_label(message):
    kind = message_kinds.get(message.kind)
    return kind.label if kind else message.kind


def purpose_label(purpose):
    """Say which mail an address does not get: all, or what one sort of mail is called."""
    if not purpose:
        return _("All mail")
    return next((kind.label for kind in message_kinds if kind.purpose == purpose), purpose)


def possible_actions(message):
    return [(name, action.label, action.color) for name, action in ACTIONS.items() if message.state in action.states]
