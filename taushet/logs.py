"""What is written to the log: ids, never a secret link (design rule 10)."""

import logging
import re

TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


class TokenlessFormatter(logging.Formatter):
    """Leaves secret links out of a record, its traceback included: Django itself logs the path of what it refuses."""

    def format(self, record):
        return TOKEN.sub("…", super().format(record))
