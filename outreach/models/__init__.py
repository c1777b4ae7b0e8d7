from .approvals import Approval
from .demands import ConfirmedBlock, Demand, DemandVersion, LegalHook, NeededFact
from .letters import Letter
from .mailings import Mailing
from .offices import Body, Mandate, Politician

__all__ = [
    "Approval",
    "Body",
    "ConfirmedBlock",
    "Demand",
    "DemandVersion",
    "LegalHook",
    "Letter",
    "Mailing",
    "Mandate",
    "NeededFact",
    "Politician",
]
