"""A real SMTP server for the tests. How it treats a message is told by the recipient's name."""

import asyncio
import email.policy
import socket
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller


class Mailbox:
    """What the server took."""

    def __init__(self):
        self.taken = []  # raw bytes

    @property
    def messages(self):
        return [message_from_bytes(raw, policy=email.policy.default) for raw in self.taken]

    @property
    def identities(self):
        return [message["Message-ID"] for message in self.messages]


class Postman:
    """Puts what comes into a mailbox. Recipients called refuse, later, drop, hang and so on get what they ask for.

    `drop` and `hang` take the message and never say so, which is what makes a message's fate unknown. It is apart from
    the mailbox, since aiosmtpd reads every attribute of it whenever somebody connects.
    """

    def __init__(self, taken):
        self.taken = taken

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name.startswith("unknown"):
            return "550 5.1.1 No such user"
        if name.startswith("greylisted"):
            return "450 4.2.0 Come back later"
        if name.startswith("drop-early"):
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name.startswith("refuse"):
            return "554 5.7.1 Not wanted"
        if name.startswith("later"):
            return "451 4.3.0 Not now"
        self.taken.append(envelope.original_content)
        if name.startswith("drop"):
            server.transport.abort()
        if name.startswith("hang"):
            await asyncio.sleep(30)
        if name.startswith("slow"):
            await asyncio.sleep(0.5)
        return "250 OK"


@contextmanager
def smtp_server():
    """Run a server; yields the mailbox and its MAILERS setting."""
    mailbox = Mailbox()
    controller = Controller(Postman(mailbox.taken), hostname="127.0.0.1", port=free_port())
    controller.start()
    options = {"host": "127.0.0.1", "port": controller.port, "timeout": 2}
    try:
        yield mailbox, {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    finally:
        controller.stop(no_assert=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
