"""A thousand invoices with PDF and e-invoice, issued and made by one worker."""

from .figures import Figure

WANTED = 1000
MOST_SECONDS = 180


def invoice_figures(inside, database: str) -> list[Figure]:
    """Measure the issuing, the papers, and the e-invoices that have been checked, together."""
    found = inside("invoices", WANTED)
    if (found["issued"], found["files"], found["ready"]) != (WANTED, 2 * WANTED, WANTED):
        raise RuntimeError(f"Not all of {WANTED} invoices were issued and made: {found}")
    name = f"{WANTED} invoices with PDF and e-invoice in one worker, {database}"
    return [Figure(name, found["seconds"], "s", MOST_SECONDS, "most allowed", at_most=1)]
