"""Invented replies in the demonstration, so that sorting, publishing and a promise can be tried at once.

They answer letters that have run their course; each shows another thing that a reply can be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from django.conf import settings

from outreach.demonstration.mailings import SENT
from outreach.models import Letter, Reply
from outreach.services.replies.reply_addresses import reply_address
from outreach.services.replies.sorting import sort_reply
from taushet.models import User
from taushet.services.inbound import handle_inbound, store_raw


@dataclass(frozen=True)
class Mail:
    """What somebody writes, and about the letter of which municipality, if any; `sender` says who where none does."""

    place: str
    text: str
    subject: str = ""
    sender: str = ""
    to_letter: bool = True
    # What our own receiver found of the sender (DMARC); empty when it has not looked.
    checked: str = "pass"
    # A file by name; with a line of text it is a PDF, else something that is kept by name only.
    file: str = ""
    file_says: str = ""
    automatic: str = ""


MAILS = (
    # Sorted as an answer before anybody comes, so that it can be published and something promised in it at once.
    Mail(
        "0301",
        "Hei.\n\nOslo kommune har en handlingsplan mot vold i nære relasjoner. Bystyret skal vedta en ny plan innen"
        " 1. mai 2027, og alle ansatte i skole og barnehage skal få opplæring.\n\n"
        "Vår ref.: 26/4410\n\nHilsen\nOslo kommune",
    ),
    Mail(
        "3238",
        "Hei.\n\nKravet blir lagt fram for formannskapet i januar. Vi kommer tilbake med svar da. Saksframlegget er"
        " vedlagt.\n\nHilsen\nNannestad kommune",
        file="Saksframlegg.pdf",
        file_says="Saksframlegg: krav om handlingsplan (demonstrasjon)",
    ),
    Mail("4644", "Sentralbordet er stengt til måndag. E-posten din blir lesen då.", automatic="auto-replied"),
    Mail(
        "5501",
        "Vi bekrefter mottak av henvendelsen deres. Den er gitt saksnr. 26/778 og blir besvart av kommunedirektøren.",
        subject="Bekreftelse på mottak",
    ),
    # Names no letter and is not checked, so that somebody has to find the letter and make sure of the sender.
    Mail(
        "4644",
        "Hei.\n\nKommunestyret behandla saka i møtet i november. Vi skal vedta ein handlingsplan mot vald i nære"
        " relasjonar innan 1. juni 2027, og alle tilsette i barnehage og skule skal få opplæring.\n\n"
        "Vår ref.: 2026/1234\n\nHelsing\nLuster kommune",
        subject="Svar på krav om handlingsplan",
        to_letter=False,
        checked="",
    ),
    Mail(
        "4601",
        "Hei.\n\nVi skal legge fram en handlingsplan mot vold i nære relasjoner for bystyret innen 1. april 2027."
        " Utkastet ligger ved.\n\nHilsen\nordføreren i Bergen",
        file="Utkast til plan.docm",
    ),
    Mail(
        "5001",
        "Hei.\n\nJeg har gått av som ordfører. Ny ordfører er Ida Fjellheim; skriv heretter til"
        " ordforer@trondheim.example.\n\nHilsen",
    ),
    # Claims to be whom we wrote to, and our receiver says that it is not.
    Mail("4204", "Vi avviser alle kravene. Ikke skriv til oss igjen.", checked="fail"),
    # About something else than any letter.
    Mail(
        "",
        "Gjelder kurset i Molde også dem som arbeider i idrettslag, eller bare ansatte i kommunen?",
        subject="Spørsmål om kurset",
        sender="Postmottak Molde <postmottak@molde.example>",
        to_letter=False,
    ),
)


def load(write: Callable[[str], None]) -> None:
    """Let the invented mails come in, each once."""
    sent = Letter.objects.filter(mailing__title__in=[title for title, _role, _places in SENT])
    letters = {letter.municipality_id: letter for letter in sent.received()}
    count = sum(come_in(mail, letters.get(mail.place)) for mail in MAILS if not mail.place or mail.place in letters)
    sort_first(letters.get(MAILS[0].place))
    write(f"{count} replies")


def come_in(mail: Mail, letter: Letter | None) -> bool:
    """Let a mail come in as from the outside; the same mail once."""
    raw = as_sent(mail, letter).as_bytes()
    stored = store_raw(raw, len(raw), "demonstration")
    if stored:
        handle_inbound(stored.pk)
    return bool(stored)


def as_sent(mail: Mail, letter: Letter | None) -> EmailMessage:
    """Return a mail as it would come, with what our own receiver puts on top of it."""
    message = EmailMessage()
    sender = mail.sender or f'"{letter.to_name}" <{letter.to_email}>'
    receiver = next(iter(sorted(settings.AUTHSERV_IDS)), "")
    if mail.checked and receiver:
        domain = sender.rpartition("@")[2].rstrip(">")
        message["Authentication-Results"] = f"{receiver}; dmarc={mail.checked} header.from={domain}"
    message["From"] = sender
    message["To"] = reply_address(letter) if mail.to_letter else settings.OUTREACH_FROM
    message["Subject"] = mail.subject or f"SV: {letter.subject}"
    if mail.automatic:
        message["Auto-Submitted"] = mail.automatic
    message.set_content(f"{mail.text}\n\n(Demonstrasjonsdata)\n")
    if mail.file:
        is_pdf = bool(mail.file_says)
        content = small_pdf(mail.file_says) if is_pdf else b"Demonstrasjonsdata"
        kind = {"subtype": "pdf"} if is_pdf else {"subtype": "octet-stream"}
        message.add_attachment(content, maintype="application", filename=mail.file, **kind)
        message.set_boundary(f"demonstrasjon-{mail.place}")  # else another one each time, and so another mail
    return message


def small_pdf(line: str) -> bytes:
    """Return a page with one line of text, always the same bytes for the same line (ISO 32000-1, 7.5)."""
    shown = b"BT /F1 14 Tf 60 760 Td (%s) Tj ET" % line.replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return made + head + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(made))


def sort_first(letter: Letter | None) -> None:
    """Sort the first answer, as somebody has done before the demonstration begins."""
    reply = letter and letter.replies.filter(kind=Reply.Kind.UNSORTED).first()
    sorter = User.objects.filter(email="campaign@demo.example").first()
    if reply and sorter:
        sort_reply(reply, kind=Reply.Kind.ANSWER, letters=[letter.pk], by=sorter)
