"""A list of names that the booker pastes or uploads: put in, looked over, saved."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from courses.exceptions import CoursesError
from courses.forms.name_lists import ColumnsForm, ListLost, NameListForm, unseal_table
from courses.services.changes import BookingChanged, Seen, seen_now
from courses.services.participants import name_participants, named_by_request, refuse_over
from taushet.services.limits import is_within
from taushet.views.errors import too_many

from .participants import say_how_many
from .secret import OWNER, SECOND, opens_booking

LISTS_AN_HOUR = 60


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def name_list(request, access):
    booking = access.booking
    if (closed := why_closed(booking)) and request.method != "POST":
        messages.error(request, closed)
        return redirect(access.url("booking_detail"))
    form = NameListForm(request.POST, request.FILES) if request.method == "POST" else NameListForm()
    if form.is_bound:
        if not is_within("name-list", str(booking.pk), times=LISTS_AN_HOUR, every=timedelta(hours=1)):
            return too_many(request)
        if form.is_valid():
            data = form.cleaned_data
            return preview(request, access, ColumnsForm(booking=booking, table=data["table"], pasted=data["text"]))
    return render(request, "courses/name_list.html", {"access": access, "form": form})


@opens_booking(OWNER, SECOND)
@require_POST
def name_list_again(request, access):
    """Give a pasted list back, to be corrected or exchanged."""
    try:
        pasted = unseal_table(access.booking, request.POST.get("table", ""))[1]
    except ListLost as refusal:
        return start_again(request, access, refusal)
    return render(request, "courses/name_list.html", {"access": access, "form": NameListForm(initial={"text": pasted})})


@opens_booking(OWNER, SECOND)
@require_POST
def name_list_check(request, access):
    """Show what the list becomes with other columns."""
    try:
        form = ColumnsForm(request.POST, booking=access.booking)
    except ListLost as refusal:
        return start_again(request, access, refusal)
    form.is_valid()
    return preview(request, access, form)


@opens_booking(OWNER, SECOND)
@require_POST
def name_list_save(request, access):
    try:
        form = ColumnsForm(request.POST, booking=access.booking)
    except ListLost as refusal:
        return start_again(request, access, refusal)
    if form.is_valid():
        done = named_by_request(access.booking, form.cleaned_data["request_key"])
        if done:
            say_how_many(request, len(done))
            return redirect(access.url("booking_detail"))
        if not form.is_as_shown:
            form.add_error(None, _("You have chosen other columns. Look over what they became, and save then."))
        elif form.faulty and not form.cleaned_data["leave_out"]:
            form.add_error("leave_out", _("Tick that the faulty lines are left out, or put in a corrected list."))
        else:
            return save(request, access, form)
    return preview(request, access, form)


def save(request, access, form):
    """Save the lines without fault, all of them or none; say on the form when it could not be done."""
    seen, people = Seen.read(request.POST.get("seen", "")), [line.person for line in form.usable]
    try:
        name_participants(access.booking, people, request_key=form.cleaned_data["request_key"], seen=seen)
    except BookingChanged as changed:
        return preview(request, access, form, seen=changed.seen, changes=changed.changes)
    except CoursesError as error:
        form.add_error(None, str(error))
        return preview(request, access, form)
    say_how_many(request, len(people))
    return redirect(access.url("booking_detail"))


def preview(request, access, form, *, seen=None, changes=()):
    """Show what a list becomes; the page carries what of the booking it was looked over with."""
    seen = seen or Seen.read(request.POST.get("seen", "")) or seen_now(access.booking)
    usable = len(form.usable)
    button = ngettext("Save %(count)d name", "Save %(count)d names", usable) % {"count": usable}
    context = {
        "access": access,
        "booking": access.booking,
        "form": form,
        "button": button,
        "seen": seen,
        "changes": changes,
    }
    return render(request, "courses/name_list_preview.html", context)


def start_again(request, access, refusal):
    messages.error(request, str(refusal))
    return redirect(access.url("name_list"))


def why_closed(booking):
    """Return why no names can be put in, as a sentence; empty when they can."""
    try:
        refuse_over(booking)
    except CoursesError as refusal:
        return str(refusal)
    return ""
