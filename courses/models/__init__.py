from .adaptations import Adaptation
from .address_changes import AddressChange
from .assignments import AssignedMeeting, Assignment
from .attendance import AttendanceMark
from .availability import Availability, AvailabilityException
from .bookings import Booking, ConfirmedAddress, HandOver
from .busy import BusyCalendar, BusyPeriod
from .calendars import Invitation
from .catalogue import Audience, Course, DateAlert, Format
from .certificates import Certificate, Revocation
from .evaluations import EvaluationAnswer, EvaluationRound, EvaluationTicket
from .messages import BookingMessage, MailKind, MailRule, MailText, Material, PlannedMail
from .participants import Participant
from .requests import (
    CourseRequest,
    PartOfDay,
    RequestEvent,
    RequestMessage,
    RequestOffer,
    RequestParty,
    RequestWindow,
)
from .sessions import Meeting, Session
from .terms import BookingFee, ChangeRequest
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
    "Booking",
    "BookingFee",
    "BookingMessage",
    "BusyCalendar",
    "BusyPeriod",
    "Certificate",
    "ChangeRequest",
    "ConfirmedAddress",
    "Course",
    "CourseRequest",
    "DateAlert",
    "EvaluationAnswer",
    "EvaluationRound",
    "EvaluationTicket",
    "Format",
    "HandOver",
    "Invitation",
    "MailKind",
    "MailRule",
    "MailText",
    "Material",
    "Meeting",
    "PartOfDay",
    "Participant",
    "PlannedMail",
    "RequestEvent",
    "RequestMessage",
    "RequestOffer",
    "RequestParty",
    "RequestWindow",
    "Revocation",
    "Session",
    "Trainer",
    "TrainerOffer",
    "WaitingPlace",
]
