from pathlib import Path

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from outreach.exceptions import BrokenExport
from outreach.services.offices.storting import Changes, import_storting
from outreach.services.offices.storting_export import LISTS, SEATS, Export, read_bundled, read_official

EXPORT = "https://data.stortinget.no/eksport/"
MAX_BYTES = 20 * 1024 * 1024


class Command(BaseCommand):
    help = "Bring representatives, ministers and committees up to date. Twice in a row changes nothing."

    def add_arguments(self, parser):
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--network", action="store_true", help=f"read from {EXPORT}")
        source.add_argument(
            "--from-files",
            metavar="DIR",
            type=Path,
            help=f"read {', '.join(LISTS)} (.json or .xml) from a folder; else the project's own copy",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")
        parser.add_argument("--seats", type=int, default=SEATS, help="how many representatives the export must have")

    @no_translations
    def handle(self, network, from_files, dry_run, seats, **options):
        try:
            export = self.read(network, from_files)
            changes = import_storting(export, seats=seats, write=not dry_run, say=self.stdout.write)
        except BrokenExport as error:
            raise CommandError(f"{error}\nNothing was changed. Another number of seats: --seats.") from error
        self.report(changes, export, dry_run)

    def read(self, network, folder) -> Export:
        if network:
            return read_official({name: self.download(name) for name in LISTS})
        return read_official(self.files_in(folder)) if folder else read_bundled()

    def download(self, name) -> bytes:
        self.stdout.write(f"Reading {EXPORT}{name}")
        agent = f"taushettarliv ({settings.OUTREACH_FROM})"
        try:
            answer = requests.get(
                EXPORT + name,
                params={"format": "json"},
                headers={"User-Agent": agent},
                timeout=30,
                allow_redirects=False,
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            raise BrokenExport(f"{EXPORT}{name} did not answer as it should: {error}") from error
        if answer.status_code != requests.codes.ok or len(answer.content) > MAX_BYTES:
            raise BrokenExport(f"{EXPORT}{name} answered {answer.status_code} with {len(answer.content)} bytes.")
        return answer.content

    def files_in(self, folder) -> dict[str, bytes]:
        if not folder.is_dir():
            raise BrokenExport(f"{folder} is not a folder.")
        files = {}
        for name in LISTS:
            found = sorted(path for path in folder.glob(f"{name}*") if path.suffix in {".json", ".xml"})
            if len(found) > 1:
                raise BrokenExport(f"Which one is {name}: {', '.join(path.name for path in found)}?")
            if found:
                files[name] = found[0].read_bytes()
        return files

    def report(self, changes: Changes, export: Export, dry_run):
        idle = sorted(
            export.committees.keys() - {key for person in export.representatives for key in person.committees}
        )
        if idle:
            self.stdout.write(f"Without members today, so not an office: {', '.join(idle)}")
        for word, lines in (("new", changes.new), ("changed", changes.changed), ("ended", changes.ended)):
            if dry_run or word != "new":  # a first import has hundreds of new ones
                for line in lines:
                    self.stdout.write(f"  {word}: {line}")
        done = "Would change" if dry_run else "Changed"
        self.stdout.write(
            f"{done} as of {export.as_of}: {len(changes.new)} new, {len(changes.changed)} changed, "
            f"{len(changes.ended)} ended"
        )
