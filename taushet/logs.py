"""What is written to the log: ids, never a secret link (design rule 10)."""

import logging
import re

TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


class TokenlessFormatter(logging.Formatter):
    """Leaves secret links out of a record, its traceback included: Django itself logs the path of what it refuses.

    A refused request is one line: its traceback tells nothing, and would hide those that do.
    """

    def format(self, record):
        if record.name == "django.request" and record.levelno < logging.ERROR and record.exc_info:
            record = logging.makeLogRecord(
                record.__dict__ | {"exc_info": None, "exc_text": None}
            )  # who was refused what
        return TOKEN.sub("…", super().format(record))
