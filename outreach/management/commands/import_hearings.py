from pathlib import Path

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from outreach.exceptions import BrokenExport
from outreach.services.consultations.consultations import import_hearings
from outreach.services.consultations.hearings_export import MAX_BYTES, read_hearings

EXPORT = "https://data.stortinget.no/eksport/horinger"


class Command(BaseCommand):
    help = "Bring the hearings of the Storting up to date. Twice in a row changes nothing."

    def add_arguments(self, parser):
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--network", action="store_true", help=f"read {EXPORT}")
        source.add_argument("--from-file", metavar="FILE", type=Path, help="read a file of that export (XML)")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")

    @no_translations
    def handle(self, network, from_file, dry_run, **options):
        try:
            content = self.download() if network else from_file.read_bytes()
            changes = import_hearings(read_hearings(content), write=not dry_run)
        except (BrokenExport, OSError) as error:
            raise CommandError(f"{error}\nNothing was changed.") from error
        for line in changes.doubtful:
            self.stdout.write(f"  doubtful: {line}")
        done = "Would change" if dry_run else "Changed"
        self.stdout.write(f"{done}: {len(changes.new)} new, {len(changes.changed)} changed, {changes.same} as before")

    def download(self) -> bytes:
        agent = f"taushettarliv ({settings.OUTREACH_FROM})"
        try:
            answer = requests.get(EXPORT, headers={"User-Agent": agent}, timeout=30, allow_redirects=False)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise BrokenExport(f"{EXPORT} did not answer as it should: {error}") from error
        if answer.status_code != requests.codes.ok or len(answer.content) > MAX_BYTES:
            raise BrokenExport(f"{EXPORT} answered {answer.status_code} with {len(answer.content)} bytes.")
        return answer.content
