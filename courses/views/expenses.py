"""Travel and outlays: written by the trainer, settled and taken out by staff."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.expenses import ClaimFilterForm, ExpenseForm, OutlayFormSet, SeenForm
from courses.models import ExpenseClaim
from courses.services import expenses
from courses.services.catalogue import session_texts

from .exports import download
from .requests import row_errors
from .trainers import for_trainers


@require_safe
@never_cache
@for_trainers
def trainer_expenses(request, trainer):
    rows = list(expenses.assignments_to_claim(trainer))
    claims = {
        claim.assignment_id: claim
        for claim in ExpenseClaim.objects.filter(assignment__in=rows).prefetch_related("outlays")
    }
    lines = [(row, claims.get(row.pk), session_texts(row.session)) for row in rows]
    now = timezone.now()
    context = {
        "lines": [line for line in lines if line[0].session.first_starts_at <= now or line[1]],
        "ahead": [line for line in reversed(lines) if line[0].session.first_starts_at > now and not line[1]],
    }
    return render(request, "courses/trainer_expenses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_expense_claim(request, trainer, assignment_id):
    assignment = get_object_or_404(expenses.assignments_to_claim(trainer), pk=assignment_id)
    claim = ExpenseClaim.objects.filter(assignment=assignment).first()
    data = request.POST if request.method == "POST" else None
    initial = {"kilometres": claim.kilometres or None, "note": claim.note} if claim else {}
    outlays = claim.outlays.values("what", "amount") if claim else []
    form, rows = ExpenseForm(data, initial=initial), OutlayFormSet(data, prefix="utlegg", initial=list(outlays))
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        try:
            expenses.claim_expenses(assignment, **form.cleaned_data, outlays=rows.outlays(), by=request.user)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. You can change it until the campaign staff has settled it."))
            return redirect("courses:trainer_expenses")
    context = {"form": form, "rows": rows, "claim": claim}
    session = assignment.session
    context |= {"session": session, **session_texts(session), **row_errors(rows)}
    return render(request, "courses/trainer_expense_claim.html", context)


@require_safe
@never_cache
@permission_required("courses.view_expenseclaim", raise_exception=True)
def expense_list(request):
    form = ClaimFilterForm(request.GET)
    claims = expenses.claims_with_rows(form.narrow(ExpenseClaim.objects.all()))
    page = Paginator(claims, 50).get_page(request.GET.get("page"))
    holds = dict(form.fields["tilstand"].choices)[form.state]
    return render(request, "courses/expense_list.html", {"form": form, "page": page, "holds": holds})


@require_safe
@never_cache
@permission_required("courses.view_expenseclaim", raise_exception=True)
def expense_export(request, ending):
    """Give the expenses of the list as it is narrowed, all pages of it."""
    form = ClaimFilterForm(request.GET)
    claims = form.narrow(ExpenseClaim.objects.all())
    heading, rows = expenses.expense_table(claims, by=request.user, ending=ending)
    return download(f"reiseutgifter-{form.state or 'ikke-oppgjort'}-{timezone.localdate()}", ending, heading, rows)


@require_POST
@permission_required("courses.change_expenseclaim", raise_exception=True)
def expense_settle(request, claim_id):
    claim = get_object_or_404(ExpenseClaim, pk=claim_id)
    form = SeenForm(request.POST)
    try:
        expenses.settle_expenses(claim, seen=form.cleaned_data["seen"] if form.is_valid() else None, by=request.user)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Settled. The trainer can no longer change it."))
    return redirect("courses:expense_list")


@require_POST
@permission_required("courses.change_expenseclaim", raise_exception=True)
def expense_reopen(request, claim_id):
    expenses.reopen_expenses(get_object_or_404(ExpenseClaim, pk=claim_id), by=request.user)
    messages.success(request, _("The trainer can change it again."))
    return redirect("courses:expense_list")
