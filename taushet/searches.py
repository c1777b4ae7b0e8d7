"""Looking for text in the database, alike on SQLite and PostgreSQL."""

from django.db.models import Q


def holds(text: str, *fields: str) -> Q:
    """Return what picks the rows of which a field holds a text, in small letters or large.

    SQLite folds a to z only, so it is asked for the usual ways to write a name that begins with Å or Ø.
    """
    spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
    found = Q()
    for field in fields:
        for spelling in sorted(spellings):
            found |= Q(**{f"{field}__icontains": spelling})
    return found
