"""A thousand invoices with PDF, issued by one worker."""

from .figures import Figure

WANTED = 1000
MOST_SECONDS = 180


def invoice_figures(inside, database: str) -> list[Figure]:
    """Measure the issuing and the papers together."""
    found = inside("invoices", WANTED)
    if (found["issued"], found["papers"]) != (WANTED, WANTED):
        raise RuntimeError(f"{found['issued']} invoices were issued, {found['papers']} papers made.")
    name = f"{WANTED} invoices with PDF in one worker, {database}"
    return [Figure(name, found["seconds"], "s", MOST_SECONDS, "most allowed", at_most=1)]
