"""9 400 letters to a mail server on this machine, against a bare loop that sends the same."""

from .figures import Figure

WANTED = 9_400


def sending_figures(inside, database: str) -> list[Figure]:
    """Measure how many letters a second one sender sends, with the pace left open."""
    found = inside("letters", WANTED)
    if found["sent"] != WANTED:
        raise RuntimeError(f"{found['sent']} letters were sent.")
    name = f"{WANTED} letters by one sender, {database}"
    return [Figure(name, found["ours"], "a second", found["bare"], "bare smtplib, two commits", at_least=0.6)]
