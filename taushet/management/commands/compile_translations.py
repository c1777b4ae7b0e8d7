from django.core.management.base import BaseCommand

from taushet.translations import compile_translations


class Command(BaseCommand):
    help = "Compile the translations that have changed. Needs no gettext."
    requires_system_checks = []

    def handle(self, **options):
        self.stdout.write(f"Compiled {compile_translations()} files.")
