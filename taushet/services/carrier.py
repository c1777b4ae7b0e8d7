"""The line to the mail provider: opened when needed, kept for the next message, closed when it rests."""

import smtplib
import time
from contextlib import suppress

from anymail.exceptions import AnymailUnsupportedFeature
from django.core.mail import mailers

from taushet.models import Attempt
from taushet.services.answers import Answer, read_error
from taushet.services.mime import PLAIN_ADDRESS, SevenBitEmail

READ_BEFORE: dict[str, str] = {}  # addresses as they are put in a From, which are few, and without the name
KEPT_OPEN = 5  # seconds; servers hang up on silent lines, and a line that was hung up costs an attempt


class Carrier:
    """Hands e-mails to the provider of `MAILERS["default"]`, several over one connection."""

    def __init__(self):
        self.at_once = 1  # how many messages the line takes in a short while, as far as it has shown
        self._mailer = None
        self._used_at = 0.0
        self._text_has_left = False

    def open(self) -> None:
        """Connect unless connected; raises whatever the mailer raises, and then no message has been mentioned."""
        if self._mailer is not None and time.monotonic() - self._used_at > KEPT_OPEN:
            self.close()
        if self._mailer is None:
            mailer = mailers.default
            mailer.open()
            self._mailer = mailer
            self._watch_smtp(getattr(mailer, "connection", None))

    def hand_over(self, email: SevenBitEmail) -> Answer:
        """Give the message to the provider and return what came of it; never raises an error of the sending.

        Raises AnymailUnsupportedFeature, before anything has left, when the provider cannot carry a part of it.
        """
        self._text_has_left = not hasattr(self._mailer, "connection")
        try:
            count = self._send(email)
        except AnymailUnsupportedFeature:
            raise
        except Exception as error:  # noqa: BLE001  an outer edge: whatever it is, it is judged, never lost
            self.close()
            return read_error(error, text_has_left=self._text_has_left)
        self._used_at = time.monotonic()
        return Answer(
            Attempt.Outcome.ACCEPTED if count else Attempt.Outcome.UNKNOWN,
            provider_id=(getattr(getattr(email, "anymail_status", None), "message_id", None) or "")[:200],
        )

    def _send(self, email: SevenBitEmail) -> int:
        """Send by the mailer; over SMTP as its backend would, but with the bytes written in the short way."""
        connection = getattr(self._mailer, "connection", None)
        if not isinstance(connection, smtplib.SMTP):
            return self._mailer.send_messages([email])
        sender, recipient = (bare_address(one, self._mailer) for one in (email.from_email, email.to_address))
        connection.sendmail(sender, [recipient], email.wire())
        return 1

    def close(self) -> None:
        """Hang up; what goes wrong there is of no interest."""
        mailer, self._mailer = self._mailer, None
        if mailer is not None:
            with suppress(Exception):
                mailer.close()

    def rest(self) -> None:
        """Hang up when the line has been silent for a while."""
        if self._mailer is not None and time.monotonic() - self._used_at > KEPT_OPEN:
            self.close()

    def _watch_smtp(self, connection: object) -> None:
        """Note when the text of a message begins to leave; until then a dropped line has done no harm."""
        if not isinstance(connection, smtplib.SMTP):
            return
        send_text = connection.data

        def data(text):
            self._text_has_left = True
            return send_text(text)

        connection.data = data


def bare_address(address: str, mailer) -> str:
    """Return the address alone; raises ValueError for one that is none."""
    if PLAIN_ADDRESS.fullmatch(address):
        return address
    if address not in READ_BEFORE:
        if len(READ_BEFORE) > 20:
            READ_BEFORE.clear()
        READ_BEFORE[address] = mailer.prep_address(address)
    return READ_BEFORE[address]
