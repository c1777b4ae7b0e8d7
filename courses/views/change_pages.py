"""The page on which one thing about a booking is changed, or staff is asked for it.

It carries what it showed of the booking, so that whoever saves in a second tab is told first what happened in between.
"""

from hashlib import sha256

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, TermsForbid
from courses.forms.terms import AskForm
from courses.services import change_requests
from courses.services.changes import BookingChanged, Seen, seen_now
from courses.services.guards import refuse_unchangeable
from courses.services.terms import standing_of_booking


def closed_page(request, booking, back, *, held_too=False):
    """Lead back from a change that can no longer be made, before anybody has chosen anything; None when it can.

    `held_too` says that one which is not confirmed can be changed as well, until its course begins.
    """
    if request.method == "POST" or (held_too and booking.is_live and booking.session.first_starts_at > timezone.now()):
        return None
    try:
        refuse_unchangeable(booking, booking.session)
    except CoursesError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return None


def change_page(request, access, form, change, *, color="accent", ask=None, money=None, leave_to="", **page):
    """Show one change of a booking; on POST make it unless something else happened in between, which is told first.

    `change(seen)` makes it and returns what to say then. With `ask`, an (AskForm, function) pair, the form asks staff
    instead; what was typed stays, but nothing is sent before the question itself has been shown. `money()` says what a
    valid form does to the money of the booking; it is shown first, and the change is made by the next press.
    `leave_to` is where to go after it when the page of the booking closes with it. Raises TermsForbid.
    """
    booking, changes, error, said = access.booking, (), "", ""
    seen = Seen.read(request.POST.get("seen", "")) if request.method == "POST" else None
    is_sent = request.method == "POST" and (ask is None or ask[0].is_bound)
    is_right = is_sent and (form is None or form.is_valid()) and (ask is None or ask[0].is_valid())
    if is_right and money and not ask:
        said = money()
    if is_right and (not said or request.POST.get("money_seen") == mark_of(said)):
        try:
            sentence = ask[1](seen) if ask else change(seen)
        except BookingChanged as changed:
            seen, changes = changed.seen, changed.changes
        except CoursesError as refusal:
            if isinstance(refusal, TermsForbid) and ask is None:
                raise
            error = str(refusal)
            if form is not None:
                form.add_error(refusal.field if refusal.field in form.fields else None, error)
        else:
            messages.success(request, sentence)
            return redirect(leave_to or access.url("booking_detail"))
    context = {
        "form": form,
        "ask": ask[0] if ask else None,
        "changes": changes,
        "error": error if form is None else "",
        "color": color,
        "hidden": {"seen": seen or seen_now(booking)} | ({"money_seen": mark_of(said)} if said else {}),
        "money": said,
        "booking": booking,
        "back": access.url("booking_detail"),
    }
    return render(request, "courses/booking_action.html", page | context)


def mark_of(sentence):
    """Return a mark of what was said, so that one press answers just that."""
    return sha256(sentence.encode()).hexdigest()[:16]


def change_or_ask(request, access, form, change, wish, *, act, asking, note="", money=None, **page):
    """Let the booker make a change, or ask staff for it when the terms say so.

    `wish` is what is asked for then, `asking` its title and text. A change that the terms forbid only once it is known,
    such as more seats, shows the same page once more as a question.
    """
    booking = access.booking
    if closed := closed_page(request, booking, access.url("booking_detail")):
        return closed
    standing = standing_of_booking(booking)

    def send(seen):
        change_requests.ask_for_change(
            booking,
            **wish(),
            words=asked.cleaned_data["words"],
            request_key=asked.cleaned_data["request_key"],
            seen=seen,
        )
        return _("We have got your request. The answer comes by e-mail, and stands here.")

    is_question = "request_key" in request.POST
    asked = AskForm(request.POST if is_question else None, about=f"change-{booking.pk}")
    if standing.allows(act) and not is_question:
        try:
            return change_page(request, access, form, change, note=note, money=money, terms=standing.lines, **page)
        except TermsForbid:
            pass
    page |= asking | {"button": _("Ask us"), "color": "accent"}
    return change_page(request, access, form, change, ask=(asked, send), terms=standing.lines, **page)
