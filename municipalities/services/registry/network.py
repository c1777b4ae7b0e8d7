"""Asks the official services for everything the registry needs, and can keep the answers as files."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from municipalities.exceptions import RegistryError

from .official import Answers, read_answers
from .reading import need, parse
from .records import Edition

KLASS = "https://data.ssb.no/api/klass/v1/classifications"
KARTVERKET = "https://ws.geonorge.no/kommuneinfo/v1/fylkerkommuner"
BRREG = "https://data.brreg.no/enhetsregisteret/api/enheter"
FIELDS = (
    "fylkesnummer,kommuner.fylkesnummer,kommuner.kommunenummer,kommuner.kommunenavnNorsk,kommuner.gyldigeNavn,"
    "kommuner.punktIOmrade,kommuner.samiskForvaltningsomrade"
)
FIRST_CHANGE = date(2024, 1, 1)
TIMEOUT = (5, 60)
PAGE_SIZE = 100
LONGEST_ANSWER = 50 * 1024 * 1024


def read_network(*, as_of: date, tell: Callable[[str], None], save_to: Path | None = None) -> Edition:
    """Return the edition the official services give for a day; raises RegistryError when one does not answer well."""
    with requests.Session() as session:
        agent = f"taushet/1 (+{settings.BASE_URL}; {settings.SERVER_EMAIL})"
        session.headers.update({"User-Agent": agent, "Accept": "application/json"})
        ask = Asker(session, tell, save_to)
        until = (as_of + timedelta(days=1)).isoformat()
        day = as_of.isoformat()
        answers = Answers(
            municipalities=ask("klass_131_codes", f"{KLASS}/131/codesAt.json", date=day),
            counties=ask("klass_104_codes", f"{KLASS}/104/codesAt.json", date=day),
            changes=ask("klass_131_changes", f"{KLASS}/131/changes.json", **{"from": FIRST_CHANGE, "to": until}),
            counties_of=ask(
                "klass_104_to_131", f"{KLASS}/104/correspondsAt.json", targetClassificationId=131, date=day
            ),
            places=[ask("kartverket_fylkerkommuner", KARTVERKET, filtrer=FIELDS)],
            units=ask.pages("brreg_kommuner", BRREG, organisasjonsform="KOMM", size=PAGE_SIZE),
        )
    return read_answers(answers, label=_("the official services"), as_of=as_of)


class Asker:
    """One question at a time: tells of it, asks, looks at the answer, keeps it when asked to."""

    def __init__(self, session: requests.Session, tell: Callable[[str], None], save_to: Path | None):
        self.session = session
        self.tell = tell
        self.save_to = save_to

    def __call__(self, name: str, url: str, **parameters) -> tuple[str, dict]:
        self.tell(_("Asking %(address)s …") % {"address": url})
        try:
            answer = self.session.get(url, params=parameters, timeout=TIMEOUT)
            answer.raise_for_status()
        except requests.RequestException as error:
            reason = {"address": url, "error": error}
            raise RegistryError(_("%(address)s did not answer: %(error)s.") % reason) from error
        if len(answer.content) > LONGEST_ANSWER:
            raise RegistryError(_("%(address)s answered with far too much.") % {"address": url})
        data = parse(answer.content, url)
        if self.save_to:
            self.save_to.mkdir(parents=True, exist_ok=True)
            (self.save_to / f"{name}.json").write_bytes(answer.content)
        return url, data

    def pages(self, name: str, url: str, **parameters) -> list[tuple[str, dict]]:
        """Ask for page after page until the last."""
        pages: list[tuple[str, dict]] = []
        total = 1
        while len(pages) < total:
            where, data = self(f"{name}_{len(pages)}", url, page=len(pages), **parameters)
            total = need(need(data, "page", where), "totalPages", where)
            pages.append((f"{where}?page={len(pages)}", data))
        return pages
