"""Invented replies in the demonstration, for somebody to sort: they name no letter, since none has left yet."""

from collections.abc import Callable
from email.message import EmailMessage

from django.conf import settings

from taushet.services.inbound import handle_inbound, store_raw

# From, subject, text, and what a machine has put on it.
MAILS = (
    (
        "Postmottak Alver <postmottak@alver.example>",
        "Svar på krav om handlingsplan",
        "Hei.\n\nKommunestyret behandla saka i møtet i november. Vi skal vedta ein handlingsplan mot vald i nære"
        " relasjonar innan 1. juni 2027, og alle tilsette i barnehage og skule skal få opplæring.\n\n"
        "Vår ref.: 2026/1234\n\nHelsing\nAlver kommune",
        "",
    ),
    (
        "Postmottak Drammen <postmottak@drammen.example>",
        "Bekreftelse på mottak",
        "Vi bekrefter mottak av henvendelsen deres. Den er gitt saksnr. 26/778 og blir besvart av kommunedirektøren.",
        "",
    ),
    (
        "Postmottak Molde <postmottak@molde.example>",
        "Spørsmål om brevet",
        "Gjelder kravet også dem som arbeider i idrettslag, eller bare ansatte i kommunen?",
        "",
    ),
    (
        "Postmottak Luster <postmottak@luster.example>",
        "Automatisk svar",
        "Sentralbordet er stengt til måndag. E-posten din blir lesen då.",
        "auto-replied",
    ),
)


def load(write: Callable[[str], None]) -> None:
    """Let the invented mails come in, each once."""
    count = 0
    for sender, subject, text, automatic in MAILS:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, settings.OUTREACH_FROM, subject
        if automatic:
            mail["Auto-Submitted"] = automatic
        mail.set_content(f"{text}\n\n(Demonstrasjonsdata)\n")
        raw = mail.as_bytes()
        stored = store_raw(raw, len(raw), "demonstration")
        if stored:
            handle_inbound(stored.pk)
            count += 1
    write(f"{count} replies")
