from .approvals import Approval
from .demands import ConfirmedBlock, Demand, DemandVersion, LegalHook, NeededFact
from .letters import Letter
from .mailings import Mailing
from .office_imports import OfficeImport
from .office_tasks import OfficeTask
from .offices import Body, Leave, Mandate, Politician

__all__ = [
    "Approval",
    "Body",
    "ConfirmedBlock",
    "Demand",
    "DemandVersion",
    "Leave",
    "LegalHook",
    "Letter",
    "Mailing",
    "Mandate",
    "NeededFact",
    "OfficeImport",
    "OfficeTask",
    "Politician",
]
