"""Load the municipalities, or refresh them from the official services."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from municipalities.exceptions import OlderEdition, RegistryError
from municipalities.services.registry.bundled import read_bundled
from municipalities.services.registry.reporting import plan_lines
from municipalities.services.registry.writing import import_edition


class Command(BaseCommand):
    help = "Load the municipalities of Norway from the project's own data, the official services or saved files."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")

    def handle(self, *args, **options):
        try:
            edition = self.read(options)
            self.say(
                _("Read %(municipalities)d municipalities in %(counties)d counties from %(source)s.")
                % {
                    "municipalities": len(edition.municipalities),
                    "counties": len(edition.counties),
                    "source": edition.label,
                }
            )
            plan = import_edition(edition, dry_run=options["dry_run"])
        except OlderEdition as error:
            self.say(str(error))
            return
        except RegistryError as error:
            raise CommandError(_("%(error)s Nothing is changed.") % {"error": error}) from error
        for line in plan_lines(plan, dry_run=options["dry_run"], details=options["verbosity"] > 1):
            self.say(line)

    def read(self, options):
        return read_bundled()

    def say(self, line):
        if line and self.verbosity:
            self.stdout.write(line)

    def execute(self, *args, **options):
        self.verbosity = options["verbosity"]
        return super().execute(*args, **options)
