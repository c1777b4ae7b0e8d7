"""Staff: an invoice that the payer does not accept, credited and issued anew with another reference."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.reissuing import ReissueForm
from courses.models import Invoice
from courses.services.reissuing import draft_whole_credit, reissue_invoice


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(("courses.add_invoice", "courses.add_creditnote"), raise_exception=True)
def invoice_reissue(request, number):
    """Say what becomes of both invoices, and do it when the right reference is sent."""
    rows = Invoice.objects.with_balance().select_related("payer")
    invoice = get_object_or_404(rows, number=number)
    draft, error, form = None, "", None
    try:
        draft = draft_whole_credit(invoice)
    except CoursesError as refusal:
        error = str(refusal)
    else:
        form = ReissueForm(request.POST if request.method == "POST" else None, invoice=invoice)
        form.fields["seen_total"].initial = draft.note.total
    if form and form.is_valid():
        data = form.cleaned_data
        try:
            new = reissue_invoice(
                invoice, reference=data["invoice_reference"], by=request.user, seen_total=data["seen_total"]
            )
        except CoursesError as refusal:
            form.add_error(None, str(refusal))
        else:
            said = {"old": invoice.shown_number, "new": new.shown_number}
            messages.success(request, _("Invoice %(old)s is credited, and invoice %(new)s is issued.") % said)
            return redirect("courses:invoice_detail", new.number)
    context = {"invoice": invoice, "draft": draft, "error": error, "form": form}
    return render(request, "courses/invoice_reissue.html", context)
