from .approvals import Approval
from .bodies import Body
from .commitments import Commitment, CommitmentChange
from .consultations import Consultation
from .demands import CitedHook, ConfirmedBlock, Demand, DemandVersion, LegalHook, NeededFact
from .departures import MailSystem, Objection, Pace, Redelivery
from .follow_ups import FollowUp
from .letters import Letter, LetterDemand
from .mailings import DraftRun, Mailing, MailingDemand, MailingPick
from .office_imports import OfficeImport
from .office_tasks import OfficeTask
from .offices import Leave, Mandate, Politician
from .published_words import PublishedWords
from .replies import Reply, ReplyAttachment, ReplyCopy, ReplyLink
from .submissions import DeliveryChange, Submission, SubmissionApproval, SubmissionRevision

__all__ = [
    "Approval",
    "Body",
    "CitedHook",
    "Commitment",
    "CommitmentChange",
    "ConfirmedBlock",
    "Consultation",
    "DeliveryChange",
    "Demand",
    "DemandVersion",
    "DraftRun",
    "FollowUp",
    "Leave",
    "LegalHook",
    "Letter",
    "LetterDemand",
    "MailSystem",
    "Mailing",
    "MailingDemand",
    "MailingPick",
    "Mandate",
    "NeededFact",
    "Objection",
    "OfficeImport",
    "OfficeTask",
    "Pace",
    "Politician",
    "PublishedWords",
    "Redelivery",
    "Reply",
    "ReplyAttachment",
    "ReplyCopy",
    "ReplyLink",
    "Submission",
    "SubmissionApproval",
    "SubmissionRevision",
]
