import logging

from django.core.management.base import BaseCommand

from taushet.lanes import roles
from taushet.worker import Parent


class Command(BaseCommand):
    help = "Send mail, run tasks and keep the clock, each in a process of its own. Stops on SIGTERM and Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--senders", type=int, default=1, help="processes that send mail (besides sign-in mail)")
        parser.add_argument("--runners", type=int, default=1, help="processes that run tasks")

    def handle(self, senders, runners, **options):
        logging.getLogger("django.tasks").setLevel(logging.WARNING)  # a line for each task started is too much
        Parent(roles(max(1, senders), max(1, runners))).run()
