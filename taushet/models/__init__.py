from .audit import AuditEntry
from .events import DeliveryEvent
from .files import StoredFile
from .imports import Import, ImportQuerySet
from .inbound import InboundMail, MailboxMark
from .links import SecretLink
from .marks import Mark
from .outbox import Attempt, Message, MessageAttachment, Suppression
from .ticks import Tick
from .users import User
from .workers import WorkerProcess

__all__ = [
    "Attempt",
    "AuditEntry",
    "DeliveryEvent",
    "Import",
    "ImportQuerySet",
    "InboundMail",
    "MailboxMark",
    "Mark",
    "Message",
    "MessageAttachment",
    "SecretLink",
    "StoredFile",
    "Suppression",
    "Tick",
    "User",
    "WorkerProcess",
]
