"""E-invoices for finance: what is ready, what did not arrive, and what may be done about it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.einvoices import EInvoiceFilterForm, RefusedForm
from courses.models import EInvoice, EInvoiceBatch, EInvoiceFault
from courses.services import access_point, einvoice_batches
from courses.services import einvoice_steps as steps
from courses.services.einvoice_states import invoices_of
from courses.services.reissuing import REPLACEABLE
from taushet.services import audit
from taushet.services.files import serve_file
from taushet.views.acting import Action, ask_first, attempt

State = EInvoice.State
SEE, SEND = "courses.view_einvoice", "courses.change_einvoice"
REISSUE = ("courses.add_invoice", "courses.add_creditnote")


@dataclass(frozen=True)
class EInvoiceAction(Action):
    """Something a person may do to an e-invoice, some of it only once it has been tried to send it."""

    needs_attempt: bool = False


ACTIONS = {
    "einvoice_send_again": EInvoiceAction(
        steps.send_again,
        frozenset({State.FAULTY, State.REFUSED}),
        gettext_lazy("Make anew and send again"),
        gettext_lazy(
            "It is made anew from the document, checked and sent. It keeps its number, and its reference and amounts"
            " stay as they are."
        ),
        gettext_lazy("It is made anew and checked, and sent if it holds."),
    ),
    "einvoice_ask": EInvoiceAction(
        steps.ask_now,
        frozenset({State.UNKNOWN, State.SENT}),
        gettext_lazy("Ask the access point now"),
        gettext_lazy("It tells what has become of it. Nothing is sent."),
        gettext_lazy("The access point is asked. Look here again in a minute."),
        needs_attempt=True,
    ),
    "einvoice_mark_sent": EInvoiceAction(
        steps.mark_sent,
        frozenset({State.HANDED_OVER, State.UNKNOWN}),
        gettext_lazy("Mark as sent"),
        gettext_lazy("Do this when you know that it has left. It will not be sent again."),
        gettext_lazy("It is marked as sent."),
    ),
    "einvoice_never_arrived": EInvoiceAction(
        steps.mark_never_arrived,
        frozenset({State.UNKNOWN}),
        gettext_lazy("It has not arrived"),
        gettext_lazy("Do this when the access point or the payer has told you so. It is sent again."),
        gettext_lazy("It waits to be sent again."),
    ),
}
CAN_BE_REFUSED = {State.SENT, State.ACCEPTED, State.HANDED_OVER}


@require_safe
@never_cache
@permission_required(SEE, raise_exception=True)
def einvoice_list(request):
    form = EInvoiceFilterForm(request.GET)
    standing = Prefetch("faults", EInvoiceFault.objects.standing(), to_attr="standing_faults")
    page = Paginator(form.narrow(EInvoice.objects.prefetch_related(standing)), 50).get_page(request.GET.get("page"))
    counts = dict(EInvoice.objects.order_by().values_list("state").annotate(Count("pk")))
    rules = EInvoiceFault.objects.standing().order_by().values("rule")
    context = {
        "form": form,
        "page": page,
        "states": [(state.value, state.label, counts[state]) for state in State if counts.get(state)],
        "ready": counts.get(State.CHECKED, 0),
        "rules": rules.annotate(count=Count("einvoice", distinct=True)).order_by("-count", "rule")[:20],
        "batches": EInvoiceBatch.objects.filter(einvoices__state=State.HANDED_OVER)
        .annotate(count=Count("einvoices"))
        .select_related("made_by"),
        "has_access_point": access_point.is_configured(),
    }
    return render(request, "courses/einvoice_list.html", context)


@require_safe
@never_cache
@permission_required(SEE, raise_exception=True)
def einvoice_detail(request, einvoice_id):
    einvoice = get_object_or_404(EInvoice.objects.select_related("batch"), pk=einvoice_id)
    faults, attempts = list(einvoice.faults.all()), list(einvoice.attempts.all())
    can_send = request.user.has_perm(SEND)
    invoice = invoices_of([einvoice]).select_related("replaced_by").first()
    context = {
        "einvoice": einvoice,
        "invoice": invoice,
        "can_reissue": invoice
        and einvoice.kind == EInvoice.Kind.INVOICE
        and einvoice.state in REPLACEABLE
        and request.user.has_perms(REISSUE),
        "faults": [fault for fault in faults if not fault.is_remark],
        "remarks": [fault for fault in faults if fault.is_remark],
        "attempts": attempts,
        "actions": [
            (name, action.label)
            for name, action in ACTIONS.items()
            if can_send and einvoice.state in action.states and (attempts or not action.needs_attempt)
        ],
        "can_be_refused": can_send and einvoice.state in CAN_BE_REFUSED,
    }
    return render(request, "courses/einvoice_detail.html", context)


@require_safe
@never_cache
@permission_required(SEE, raise_exception=True)
def einvoice_file(request, einvoice_id):
    """Give the file to look into. That it was taken out is noted; its state stays as it is."""
    einvoice = get_object_or_404(EInvoice.objects.select_related("file"), pk=einvoice_id)
    audit.record("einvoice.downloaded", einvoice, by=request.user)
    return serve_file(einvoice.file)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(SEND, raise_exception=True)
def einvoice_act(request, einvoice_id, name):
    """Ask first, then do one of ACTIONS."""
    einvoice = get_object_or_404(EInvoice, pk=einvoice_id)
    action = ACTIONS[name]
    return ask_first(request, einvoice, action, f"{einvoice}. {action.consequence}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(SEND, raise_exception=True)
def einvoice_refused(request, einvoice_id):
    einvoice = get_object_or_404(EInvoice, pk=einvoice_id)
    form = RefusedForm(request.POST or None)
    if form.is_valid():
        done = _("It is put down as refused, and keeps its number.")
        attempt(request, lambda: steps.mark_refused(einvoice, **form.cleaned_data, by=request.user), done)
        return redirect(einvoice)
    text = _("%(document)s. Do this when the payer has told you that they do not accept it.") % {"document": einvoice}
    title = _("Put down as refused")
    context = {"title": title, "text": text, "button": title, "form": form, "back": einvoice.get_absolute_url()}
    return render(request, "confirm.html", context)


@require_POST
@permission_required(SEND, raise_exception=True)
def einvoice_batch_create(request):
    try:
        batch = einvoice_batches.make_batch(by=request.user)
    except CoursesError as error:
        messages.error(request, str(error))
        return redirect("courses:einvoice_list")
    return redirect(batch)


@require_safe
@never_cache
@permission_required(SEE, raise_exception=True)
def einvoice_batch(request, batch_id):
    batch = get_object_or_404(EInvoiceBatch.objects.select_related("made_by"), pk=batch_id)
    einvoices = list(batch.einvoices.order_by("pk"))
    left = sum(einvoice.state == State.HANDED_OVER for einvoice in einvoices)
    return render(request, "courses/einvoice_batch.html", {"batch": batch, "einvoices": einvoices, "left": left})


@require_safe
@never_cache
@permission_required(SEND, raise_exception=True)
def einvoice_batch_zip(request, batch_id):
    batch = get_object_or_404(EInvoiceBatch, pk=batch_id)
    content = einvoice_batches.zip_batch(batch, by=request.user)
    headers = {"Content-Disposition": f'attachment; filename="{batch}.zip"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@require_POST
@permission_required(SEND, raise_exception=True)
def einvoice_batch_sent(request, batch_id):
    batch = get_object_or_404(EInvoiceBatch, pk=batch_id)
    count = einvoice_batches.mark_batch_sent(batch, by=request.user)
    sentence = ngettext("%(n)s e-invoice is marked as sent.", "%(n)s e-invoices are marked as sent.", count)
    messages.success(request, sentence % {"n": count})
    return redirect(batch)


@require_POST
@permission_required(SEND, raise_exception=True)
def einvoice_batch_take_back(request, batch_id):
    batch = get_object_or_404(EInvoiceBatch, pk=batch_id)
    count = einvoice_batches.take_batch_back(batch, by=request.user)
    sentence = ngettext("%(n)s e-invoice waits to be sent again.", "%(n)s e-invoices wait to be sent again.", count)
    messages.success(request, sentence % {"n": count})
    return redirect("courses:einvoice_list")
