"""Kinds whose answers a test can choose."""

from taushet.registries import SEND, LinkKind, MessageKind, link_kinds, message_kinds

ANSWERS = {}  # message kind -> function(message) -> Decision
TOLD = []  # (kind, state) for every message that came to rest


def ask(message):
    return ANSWERS.get(message.kind, lambda message: SEND)(message)


def tell(message):
    TOLD.append((message.kind, message.state))
    if message.to_email.startswith("told-badly@"):
        raise RuntimeError("the kind has an error of its own")


message_kinds.register(MessageKind("test", "Test", ask, tell))
message_kinds.register(
    MessageKind("test-many", "Test of many", ask, tell, before_sending_many=lambda messages: list(map(ask, messages)))
)
message_kinds.register(MessageKind("test-sealed", "Sealed test", ask, tell, sealed=True))
link_kinds.register(LinkKind("test", "outbox_detail_by_token"))
