"""Load the municipalities, or refresh them from the official services."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.exceptions import OlderEdition, RegistryError
from municipalities.services.registry.bundled import read_bundled
from municipalities.services.registry.network import read_network
from municipalities.services.registry.reporting import plan_lines
from municipalities.services.registry.saved import read_saved
from municipalities.services.registry.writing import import_edition


class Command(BaseCommand):
    help = (
        "Load the municipalities of Norway: from the project's own data, or refreshed from Statistics Norway (Klass), "
        "Kartverket and Enhetsregisteret, by network or from saved answers. A second run changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--source",
            choices=["bundled", "network"],
            default="bundled",
            help="the project's own data (default) or the official services",
        )
        parser.add_argument(
            "--from-files",
            type=Path,
            metavar="DIR",
            help="read saved JSON answers of the official services; they are told apart by what is in them",
        )
        parser.add_argument("--save-to", type=Path, metavar="DIR", help="keep the answers of the network in a folder")
        parser.add_argument(
            "--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day to ask for (default: today)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")

    def handle(self, *args, **options):
        self.verbosity = options["verbosity"]
        try:
            edition = self.read(options)
            self.tell_read(edition)
            plan = import_edition(edition, dry_run=options["dry_run"])
        except OlderEdition as error:
            self.tell(str(error))
        except RegistryError as error:
            raise CommandError(_("%(error)s Nothing is changed.") % {"error": error}) from error
        else:
            for line in plan_lines(plan, dry_run=options["dry_run"], details=self.verbosity > 1):
                self.tell(line)

    def read(self, options):
        as_of = options["date"] or timezone.localdate()
        if options["from_files"]:
            return read_saved(options["from_files"], as_of=as_of)
        if options["source"] == "network":
            return read_network(as_of=as_of, tell=self.tell, save_to=options["save_to"])
        return read_bundled()

    def tell_read(self, edition):
        line = _("Read %(municipalities)d municipalities in %(counties)d counties from %(source)s.")
        self.tell(
            line
            % {
                "municipalities": len(edition.municipalities),
                "counties": len(edition.counties),
                "source": edition.label,
            }
        )

    def tell(self, line):
        if self.verbosity:
            self.stdout.write(line)
            self.stdout.flush()
