"""Being told of new dates: the form, and the pages its mails lead to."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from courses.forms.date_alerts import DateAlertForm
from courses.services import date_alerts
from courses.services.catalogue import session_texts
from taushet.services.limits import is_within
from taushet.services.links import issue_link, page_address
from taushet.views.errors import too_many

from .secret import opens_alert

ASKS_AN_HOUR = 20


@csrf_exempt  # the form stands on pages one only reads; with a token each of them would set a cookie
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def date_alert_create(request):
    """Take a wish; what is answered does not tell whether the address is known."""
    form = DateAlertForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        where = get_adapter(request).get_client_ip(request)
        if not is_within("date-alert", where, times=ASKS_AN_HOUR, every=timedelta(hours=1)):
            return too_many(request)
        data = form.cleaned_data
        date_alerts.ask_for_dates(**data, language=get_language())
        messages.success(
            request,
            _("Now open the e-mail we send to %(email)s and press the button in it. Only then will you be told.")
            % {"email": data["email"]},
        )
        return redirect(data["course"] or "courses:course_list")
    return render(request, "courses/date_alert_form.html", {"form": form, "course": chosen_course(form)})


def chosen_course(form):
    """Return the course a form that came back is about, if any."""
    return form.cleaned_data.get("course") if form.is_bound else None


@opens_alert("alert")
@require_safe
def date_alert_detail(request, alert, token):
    """Show what somebody is told of, and the dates there are of it."""
    sessions = date_alerts.matching_sessions(alert).upcoming()
    sessions = sessions.select_related("course", "municipality__county")[: date_alerts.LISTED]
    rows = [(session, session_texts(session)) for session in sessions] if alert.is_live else []
    return render(request, "courses/date_alert_detail.html", {"alert": alert, "token": token, "rows": rows})


@opens_alert("alert-confirm")
@require_http_methods(["GET", "HEAD", "POST"])
def date_alert_confirm(request, alert, token):
    """Ask for a press of a button, since mail programs open links by themselves; a POST confirms."""
    if request.method == "POST":
        alert = date_alerts.confirm_alert(alert)
        if alert.is_live:
            messages.success(request, _("You will get an e-mail when there are new dates."))
    if alert.confirmed_at or alert.stopped_at:
        return redirect(page_address("alert", issue_link("alert", alert.pk)))
    return render(request, "courses/date_alert_confirm.html", {"alert": alert})


# A mail program that stops for its reader sends a POST with no cookie (RFC 8058); the token is what proves it.
@csrf_exempt
@opens_alert("alert", "alert-stop")
@require_http_methods(["GET", "HEAD", "POST"])
def date_alert_stop(request, alert, token):
    """Ask for a press of a button, since mail programs open links by themselves; a POST stops."""
    if request.method == "POST":
        date_alerts.stop_alerts(alert.email)
    is_stopped = request.method == "POST" or alert.stopped_at is not None
    return render(request, "courses/date_alert_stop.html", {"is_stopped": is_stopped})
