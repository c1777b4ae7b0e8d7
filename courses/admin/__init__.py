"""Reference data and rare corrections, by subject."""

from . import trainers  # noqa: F401
