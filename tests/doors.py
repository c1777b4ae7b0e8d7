"""Every address of the project."""

from collections.abc import Iterator

from django.urls import URLPattern, get_resolver


def addresses(patterns=None, space: str = "", outer: tuple = ()) -> Iterator[tuple[str, tuple]]:
    """Give the name of every address, and the names of what changes in it."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        parameters = (*outer, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", parameters
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry.url_patterns, inner, parameters)
