"""Staff write to the bookers of several bookings, or of all bookings of several sessions: written, looked at, sent."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.staff_words import WordsForm
from courses.models import Booking
from courses.services.staff_words import bookers_of, mail_to, why_not_write, write_to_bookers

from .choices import chosen_numbers

may_write = permission_required("courses.change_booking", raise_exception=True)


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def staff_booking_words(request):
    data = request.POST if request.method == "POST" else request.GET
    return page(request, chosen(request).filter(pk__in=chosen_numbers(data)), back="courses:staff_booking_list")


@may_write
@require_safe
def staff_session_words(request):
    """Begin a message to everybody who has booked one of the sessions that were ticked."""
    rows = chosen(request).filter(session__in=chosen_numbers(request.GET))
    return page(request, rows, back="courses:staff_session_list")


def chosen(request):
    together = ("municipality", "session__course", "session__municipality")
    return Booking.objects.visible_to(request.user).select_related(*together).order_by("pk")


def page(request, rows, *, back):
    rows = list(rows)
    fit = [row for row in rows if not why_not_write(row)]
    if not fit:
        messages.warning(request, _("There is nobody to write to among these."))
        return redirect(back)
    form = WordsForm(request.POST if request.method == "POST" else None, bookings=fit)
    bookers, preview = bookers_of(fit), None
    if form.is_valid():
        if form.is_as_shown:
            return send(request, fit, form, back)
        subject, text = mail_to(bookers[0], form.cleaned_data["text"])
        preview = {"subject": subject, "text": text, "language": bookers[0].bookings[0].language}
    context = {
        "form": form,
        "fit": fit,
        "left_out": [(row, why) for row in rows if (why := why_not_write(row))],
        "count": len(bookers),
        "preview": preview,
        "back": back,
    }
    return render(request, "courses/staff_booking_words.html", context)


def send(request, bookings, form, back):
    try:
        key, text = form.cleaned_data["request_key"], form.cleaned_data["text"]
        count = write_to_bookers(bookings, text, by=request.user, request_key=key)
    except CoursesError as error:
        messages.error(request, str(error))
        return redirect(back)
    if count:
        sentence = ngettext("Written to %(count)d booker.", "Written to %(count)d bookers.", count)
        messages.success(request, sentence % {"count": count})
    else:
        messages.info(request, _("They have been written to already."))
    return redirect(back)
