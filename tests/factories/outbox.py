"""Messages for the tests."""

from taushet.services.outbox import write_message


def write(**changes):
    """Write a message of the tests' own kind."""
    fields = {
        "kind": "test",
        "to_email": "kari@kommune.example",
        "subject": "Bekreftelse",
        "text": "Hei.\n",
        "language": "nb",
    }
    return write_message(**fields | changes)
