from django.core.management.base import BaseCommand, CommandError

from outreach.exceptions import OutreachError
from outreach.services.demands.demands import load_demands


class Command(BaseCommand):
    help = "Add the demands and legal hooks a fresh copy starts with. What is there already stays as it is."

    def handle(self, **options):
        try:
            load_demands(self.stdout.write)
        except OutreachError as error:
            raise CommandError(str(error)) from error
