"""Reading the official export of hearings in the Storting (data.stortinget.no/eksport/horinger, XML).

Local names are matched, since the namespace has varied. Nothing is guessed: a row that cannot be used is named.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from outreach.exceptions import BrokenExport
from outreach.models import Consultation
from outreach.services.offices.storting_export import Problems
from taushet.workdays import OSLO

FILE = "horinger"
MAX_BYTES = 5 * 1024 * 1024
PAGE = "https://www.stortinget.no/no/Hva-skjer-pa-Stortinget/Horing/horing/?h={id}"
STATES = {
    "planlagt": Consultation.State.PLANNED,
    "avholdt": Consultation.State.HELD,
    "avlyst": Consultation.State.CANCELLED,
}
NO_DATE = "0001-01-01"


@dataclass(frozen=True)
class Hearing:
    """A hearing as the export has it; times are aware, in Oslo."""

    external_id: str
    title: str
    reference: str
    held_by: str
    state: str
    source_status: str
    is_written: bool
    speak_by: datetime | None
    speak_by_is_day: bool
    answer_by: datetime | None
    answer_by_is_day: bool
    starts_at: datetime | None
    place: str


def read_hearings(content: bytes) -> list[Hearing]:
    """Return the hearings of an export.

    Raises BrokenExport, which names the rows, when it is too large, cut off, not this export, or a row lacks what we
    need or is there twice.
    """
    if len(content) > MAX_BYTES:
        raise BrokenExport(_("The file is too large."))
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BrokenExport(_("This is not a whole XML file.")) from error
    if name_of(root) != "horinger_oversikt":
        raise BrokenExport(_("This is not the export of hearings (horinger)."))
    rows = [row for part in root if name_of(part) == "horinger_liste" for row in part if name_of(row) == "horing"]
    problems, hearings, seen = Problems(), [], set()
    for number, row in enumerate(rows, 1):
        key = text_of(row, "id")
        try:
            hearing = read_hearing(row)
        except (ValueError, BrokenExport) as error:
            problems.add(FILE, number, key, str(error))
            continue
        if key in seen:
            problems.add(FILE, number, key, _("It is there twice."))
        seen.add(key)
        hearings.append(hearing)
    problems.raise_if_any()
    return hearings


def read_hearing(row: Element) -> Hearing:
    cases = [case for part in row if name_of(part) == "horing_sak_info_liste" for case in part]
    title = "; ".join(filter(None, (text_of(case, "sak_korttittel") or text_of(case, "sak_tittel") for case in cases)))
    reference = "; ".join(filter(None, (text_of(case, "sak_henvisning") for case in cases)))
    committee = next((text_of(part, "navn") for part in row if name_of(part) == "komite"), "")
    key, status = text_of(row, "id"), text_of(row, "horing_status") or text_of(row, "status")
    if not key or key == "-1":
        raise BrokenExport(_("It has no id."))
    if not committee:
        raise BrokenExport(_("It has no committee."))
    times = [each for part in row if name_of(part) == "horingstidspunkt_liste" for each in part]
    first = min(times, key=lambda each: text_of(each, "tidspunkt"), default=None)
    speak_by, speak_by_is_day = deadline(text_of(row, "soknadfrist_dato") or text_of(row, "anmodningsfrist_dato_tid"))
    answer_by, answer_by_is_day = deadline(text_of(row, "innspillsfrist"))
    starts_at = local(text_of(row, "start_dato")) or (local(text_of(first, "tidspunkt")) if first is not None else None)
    return Hearing(
        external_id=key[:40],
        title=(title or _("Hearing in %(committee)s") % {"committee": committee})[:300],
        reference=reference[:200],
        held_by=committee[:160],
        state=STATES.get(status.casefold(), Consultation.State.UNKNOWN),
        source_status=status[:60],
        is_written=text_of(row, "skriftlig") == "true",
        speak_by=speak_by,
        speak_by_is_day=speak_by_is_day,
        answer_by=answer_by,
        answer_by_is_day=answer_by_is_day,
        starts_at=starts_at,
        place=text_of(first, "sted")[:160] if first is not None else "",
    )


def name_of(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def text_of(element: Element, name: str) -> str:
    """Return the text of a child, empty where there is none or it is nil; control signs become spaces."""
    for child in element:
        if name_of(child) == name:
            return " ".join("".join(sign if sign.isprintable() else " " for sign in child.text or "").split())
    return ""


def local(text: str) -> datetime | None:
    """Return a time of the export, which is Oslo time, None where it has none; raises ValueError."""
    if not text or text.startswith(NO_DATE):
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(OSLO) if moment.tzinfo else moment.replace(tzinfo=OSLO)


def deadline(text: str) -> tuple[datetime | None, bool]:
    """Return a deadline, and whether it is a whole day: then it is the last minute of that day in Oslo."""
    moment = local(text)
    if moment is None or moment.time() != time(0):
        return moment, False
    return end_of_day(moment), True


def end_of_day(moment: datetime) -> datetime:
    """Return 23.59 of a day in Oslo."""
    return (datetime.combine(moment.date(), time(0)) + timedelta(hours=23, minutes=59)).replace(tzinfo=OSLO)
