from .approvals import Approval
from .demands import ConfirmedBlock, Demand, DemandVersion, LegalHook, NeededFact
from .letters import Letter, LetterDemand
from .mailings import DraftRun, Mailing, MailingDemand, MailingPick
from .office_imports import OfficeImport
from .office_tasks import OfficeTask
from .offices import Body, Leave, Mandate, Politician

__all__ = [
    "Approval",
    "Body",
    "ConfirmedBlock",
    "Demand",
    "DemandVersion",
    "DraftRun",
    "Leave",
    "LegalHook",
    "Letter",
    "LetterDemand",
    "Mailing",
    "MailingDemand",
    "MailingPick",
    "Mandate",
    "NeededFact",
    "OfficeImport",
    "OfficeTask",
    "Politician",
]
