"""Staff: what the accountant gets, and closing the books."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.invoices import CloseForm, FirstNumberForm, SpanForm
from courses.models import ClosedPeriod, NumberSeries
from courses.services.ledger import ledger_table
from courses.services.number_series import begin_series, close_period, first_numbers
from taushet.templatetags.ui import day

from .exports import download

may_see = permission_required("courses.view_invoice", raise_exception=True)


def last_month():
    """Return the first and the last day of the month before this one."""
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    return {"fra": last.replace(day=1), "til": last}


def asks_for_days(request):
    return "fra" in request.GET or "til" in request.GET


@require_safe
@never_cache
@may_see
def ledger(request):
    form = SpanForm(request.GET if asks_for_days(request) else None, initial=last_month())
    context = {
        "form": form,
        "span": form.cleaned_data if form.is_bound and form.is_valid() else None,
        "close_form": CloseForm(initial={"until": last_month()["til"]}),
        "series": [(NumberSeries.Kind(kind), number) for kind, number in first_numbers().items() if number],
        "periods": ClosedPeriod.objects.select_related("closed_by")[:12],
    }
    return render(request, "courses/ledger.html", context)


@require_safe
@never_cache
@may_see
def ledger_export(request, ending):
    """The lines of some days, of last month when nothing is said; where the days make no sense the page says so."""
    form = SpanForm(request.GET if asks_for_days(request) else last_month())
    if not form.is_valid():
        return redirect(f"{reverse('courses:ledger')}?{request.GET.urlencode()}")
    first, last = form.cleaned_data["fra"], form.cleaned_data["til"]
    heading, rows = ledger_table(first, last, by=request.user, ending=ending)
    return download(f"fakturalinjer-{first}-{last}", ending, heading, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required("courses.add_closedperiod", raise_exception=True)
def period_close(request):
    """Ask, and then close the books through a day."""
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"until": last_month()["til"]})
    if form.is_valid():
        try:
            period = close_period(form.cleaned_data["until"], by=request.user)
        except CoursesError as refusal:
            form.add_error("until", str(refusal))
        else:
            messages.success(request, _("The books are closed through %(day)s.") % {"day": day(period.until)})
            return redirect("courses:ledger")
    context = {
        "title": _("Close the books?"),
        "text": _("Nothing can be issued with a date through this day any more. This cannot be undone."),
        "button": _("Close the books"),
        "color": "danger",
        "form": form,
    }
    return render(request, "courses/period_close.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required("courses.change_numberseries", raise_exception=True)
def series_begin(request, series):
    """Ask for the first number of a series, as long as nothing has been issued in it."""
    if series not in NumberSeries.Kind.values:
        raise Http404
    label, number = NumberSeries.Kind(series).label, first_numbers()[series]
    if number is None:
        messages.info(request, _("A document has been issued already, so the series goes on by itself."))
        return redirect("courses:ledger")
    form = FirstNumberForm(request.POST if request.method == "POST" else None, initial={"number": number})
    if form.is_valid():
        try:
            begin_series(series, form.cleaned_data["number"], by=request.user)
        except CoursesError as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("The first number is set."))
            return redirect("courses:ledger")
    context = {
        "title": _("%(series)s: set the first number") % {"series": label},
        "text": _("This can be done until the first one is issued. After that no number is left out or used twice."),
        "button": _("Set the number"),
        "color": "accent",
        "form": form,
    }
    return render(request, "courses/period_close.html", context)
