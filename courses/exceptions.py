"""What can go wrong in courses, said so that it may be shown."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from taushet.exceptions import TaushetError


class CoursesError(TaushetError):
    """The base of what a visitor or staff may be told in a sentence; `field` names the form field it belongs to."""

    def __init__(self, message, *, field: str | None = None):
        super().__init__(message)
        self.field = field


class SeatsTaken(CoursesError):
    """Fewer seats are free than were asked for; nothing was taken. `free` says how many there are."""

    def __init__(self, free: int):
        super().__init__(self.sentence(free) % {"free": free}, field="seats")
        self.free = free

    def sentence(self, free: int) -> str:
        if not free:
            return _("All seats are taken now. Nothing has been booked: choose another date.")
        return ngettext(
            "Only %(free)d seat is free now. Nothing has been booked yet: choose fewer seats, or another date.",
            "Only %(free)d seats are free now. Nothing has been booked yet: choose fewer seats, or another date.",
            free,
        )


class BookedBefore(CoursesError):
    """The same contact has just booked the same seats for another workplace, payer or reference; `made` is that."""

    def __init__(self, made):
        super().__init__(
            _(
                "You have just booked these seats with another workplace, payer or reference."
                " Nothing more has been booked."
            )
        )
        self.made = made


class NoMoreSeats(SeatsTaken):
    """A booking cannot grow as much as was asked for and stays as it was; `free` says how many it could have."""

    def sentence(self, free: int) -> str:
        return ngettext(
            "There is room for %(free)d seat in this booking now. Nothing has been changed.",
            "There is room for %(free)d seats in this booking now. Nothing has been changed.",
            free,
        )


class PriceChanged(CoursesError):
    """The price is no longer the one the form showed; nothing is booked."""

    def __init__(self, price: str):
        sentence = _(
            "The price has changed since you opened the page: it is now %(price)s. Nothing has been booked. Send the"
            " form once more if you want to book at this price."
        )
        super().__init__(sentence % {"price": price}, field="shown_price")


class NotBookable(CoursesError):
    """The session takes no bookings: it has begun, is not announced yet, is cancelled or over."""


class ClosedToOthers(CoursesError):
    """The session is held for another municipality."""


class TooManyHolds(CoursesError):
    """Too many bookings wait for a confirmation already, for this address or this municipality."""


class WrongState(CoursesError):
    """The booking or the participant is no longer in a state where this can be done."""


class TermsForbid(WrongState):
    """The terms of the booking no longer let the booker do this alone; staff can be asked."""


class FeeTooHigh(CoursesError):
    """A fee that is more than the booker was told of."""


class NameTaken(CoursesError):
    """All seats of a booking have names, or this person has one already."""


class CapacityTooSmall(CoursesError):
    """A session would get fewer seats than are taken; `over` says how many would be beyond, and needs a yes."""

    def __init__(self, message, *, over: int):
        super().__init__(message, field="capacity")
        self.over = over


class NoRoom(SeatsTaken):
    """Somebody came without a seat, and none is free."""

    def sentence(self, free: int) -> str:
        return _("All seats are taken, so there is no room for one more.")


class AttendanceClosed(CoursesError):
    """Attendance cannot be taken: the day has not come, the meeting is cancelled, or it is too long ago."""


class NoCertificate(CoursesError):
    """A course certificate cannot be issued: the session is not over, or too little of it was attended."""


class RequestRefused(CoursesError):
    """A request for a course at home that cannot be made as it is."""


class WindowRefused(RequestRefused):
    """Days that cannot be asked for: in the past, of the wrong order, too long or there twice."""


class RequestChanged(CoursesError):
    """Somebody else has done something with the request since it was opened."""


class NotInvoiceable(CoursesError):
    """A booking that cannot be invoiced yet; the sentence says what is missing."""


class NothingToInvoice(CoursesError):
    """Everything that is owed has been invoiced already."""


class CreditRefused(CoursesError):
    """A credit note that cannot be issued: more than is left of the invoice, or nothing."""


class PeriodClosed(CoursesError):
    """The books are closed for the day the document would carry."""


class OfferRefused(CoursesError):
    """A date that cannot be offered as it is."""


class OfferClosed(CoursesError):
    """The offer can no longer be answered: it lapsed, was taken back or answered otherwise."""


class OfferGone(OfferClosed):
    """What was offered can no longer be had, since the trainer was given to others first."""


class TrainerBusy(CoursesError):
    """The trainer teaches elsewhere at that time."""


class TrainerUnfit(CoursesError):
    """The trainer is not active or may not teach the course."""


class NeedsReason(CoursesError):
    """Something speaks against the trainer, and whoever chooses that one even so has to say why."""


class NoNeed(CoursesError):
    """The session needs no trainer of that kind: it has all it wants, or is over or cancelled."""


class TrainerOfferRefused(CoursesError):
    """An offer to trainers that cannot be made as it is: to nobody, or to somebody who has been asked already."""


class TrainerOfferClosed(CoursesError):
    """The offer cannot be answered by this trainer: others were first, its time is over, or it does not fit."""


class ContentChanged(CoursesError):
    """Somebody else has changed what is edited since its form was opened; `now` is its content, nothing is saved."""

    def __init__(self, message: str, now: dict) -> None:
        super().__init__(message)
        self.now = now
