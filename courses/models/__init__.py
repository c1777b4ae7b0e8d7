from .adaptations import Adaptation
from .address_changes import AddressChange
from .assignments import AssignedMeeting, Assignment
from .attendance import AttendanceMark
from .availability import Availability, AvailabilityException
from .bookings import Booking, ConfirmedAddress, HandOver
from .busy import BusyCalendar, BusyPeriod
from .calendar_answers import CalendarAnswer
from .calendars import Invitation
from .card_payments import CardCheckout, CardRefund, PaymentCase, StripeEvent
from .catalogue import Audience, Course, DateAlert, Format
from .certificates import Certificate, Revocation
from .einvoices import EInvoice, EInvoiceAttempt, EInvoiceBatch, EInvoiceFault
from .evaluations import EvaluationAnswer, EvaluationRound, EvaluationTicket
from .expenses import ExpenseClaim, Outlay
from .invoices import (
    ClosedPeriod,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    InvoiceReminder,
    NumberSeries,
)
from .messages import BookingMessage, MailKind, MailRule, MailText, Material, PlannedMail
from .participants import Participant
from .payments import BankFile, Payment
from .prices import FundedSeats, PriceKind, VatRate, VatTreatment
from .request_offers import RequestEvent, RequestOffer
from .requests import CourseRequest, PartOfDay, RequestMessage, RequestParty, RequestWindow
from .road_notes import RoadNote
from .school_holidays import SchoolHoliday
from .sessions import Meeting, Session
from .swaps import Swap
from .terms import BookingFee, ChangeRequest
from .trainer_invitations import TrainerInvitation
from .trainer_offers import TrainerOffer
from .trainers import Trainer
from .waiting import WaitingPlace

__all__ = [
    "Adaptation",
    "AddressChange",
    "AssignedMeeting",
    "Assignment",
    "AttendanceMark",
    "Audience",
    "Availability",
    "AvailabilityException",
    "BankFile",
    "Booking",
    "BookingFee",
    "BookingMessage",
    "BusyCalendar",
    "BusyPeriod",
    "CalendarAnswer",
    "CardCheckout",
    "CardRefund",
    "Certificate",
    "ChangeRequest",
    "ClosedPeriod",
    "ConfirmedAddress",
    "Course",
    "CourseRequest",
    "CreditNote",
    "CreditNoteLine",
    "DateAlert",
    "EInvoice",
    "EInvoiceAttempt",
    "EInvoiceBatch",
    "EInvoiceFault",
    "EvaluationAnswer",
    "EvaluationRound",
    "EvaluationTicket",
    "ExpenseClaim",
    "Format",
    "FundedSeats",
    "HandOver",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "InvoiceReminder",
    "MailKind",
    "MailRule",
    "MailText",
    "Material",
    "Meeting",
    "NumberSeries",
    "Outlay",
    "PartOfDay",
    "Participant",
    "Payment",
    "PaymentCase",
    "PlannedMail",
    "PriceKind",
    "RequestEvent",
    "RequestMessage",
    "RequestOffer",
    "RequestParty",
    "RequestWindow",
    "Revocation",
    "RoadNote",
    "SchoolHoliday",
    "Session",
    "StripeEvent",
    "Swap",
    "Trainer",
    "TrainerInvitation",
    "TrainerOffer",
    "VatRate",
    "VatTreatment",
    "WaitingPlace",
]
