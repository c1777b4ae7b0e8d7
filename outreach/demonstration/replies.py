"""Invented replies in the demonstration: some to letters that have run their course, some that name no letter."""

from collections.abc import Callable
from email.message import EmailMessage

from django.conf import settings

from outreach.demonstration.mailings import TITLE
from outreach.models import Letter, Reply
from outreach.services.replies.reply_addresses import reply_address
from outreach.services.replies.sorting import sort_reply
from taushet.models import User
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

# Answers to the letters of the mailing that has run its course, by municipality; the first is sorted as an answer.
ANSWERS = (
    (
        "0301",
        "Postmottak Oslo <postmottak@oslo.example>",
        "Hei.\n\nOslo kommune har en handlingsplan mot vold i nære relasjoner. Bystyret behandler en ny plan innen"
        " 1. mai 2027, og alle ansatte i skole og barnehage skal få opplæring.\n\n"
        "Vår ref.: 26/4410\n\nHilsen\nOslo kommune",
    ),
    (
        "3238",
        "Postmottak Nannestad <postmottak@nannestad.example>",
        "Hei.\n\nKravet blir lagt fram for formannskapet i januar. Vi kommer tilbake med svar da.\n\n"
        "Hilsen\nNannestad kommune",
    ),
)


def load(write: Callable[[str], None]) -> None:
    """Let the invented mails come in, each once."""
    count = 0
    for sender, subject, text, automatic in MAILS:
        count += come_in(sender, settings.OUTREACH_FROM, subject, text, automatic)
    letters = {letter.municipality_id: letter for letter in Letter.objects.filter(mailing__title=TITLE)}
    for place, sender, text in ANSWERS:
        if letter := letters.get(place):
            count += come_in(sender, reply_address(letter), f"SV: {letter.subject}", text)
    sort_first(letters.get(ANSWERS[0][0]))
    write(f"{count} replies")


def come_in(sender: str, to: str, subject: str, text: str, automatic: str = "") -> bool:
    """Let a mail come in as from the outside; the same mail once."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    if automatic:
        mail["Auto-Submitted"] = automatic
    mail.set_content(f"{text}\n\n(Demonstrasjonsdata)\n")
    raw = mail.as_bytes()
    stored = store_raw(raw, len(raw), "demonstration")
    if stored:
        handle_inbound(stored.pk)
    return bool(stored)


def sort_first(letter: Letter | None) -> None:
    """Sort the first answer, as somebody has done before the demonstration begins."""
    reply = letter and letter.replies.filter(kind=Reply.Kind.UNSORTED).first()
    sorter = User.objects.filter(email="campaign@demo.example").first()
    if reply and sorter:
        sort_reply(reply, kind=Reply.Kind.ANSWER, letters=[letter.pk], by=sorter)
