"""What can go wrong in courses, said so that it may be shown."""

from taushet.exceptions import TaushetError


class CoursesError(TaushetError):
    """The base of what a visitor or staff may be told in a sentence; `field` names the form field it belongs to."""

    def __init__(self, message, *, field: str | None = None):
        super().__init__(message)
        self.field = field
