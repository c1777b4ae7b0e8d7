"""How many e-invoices are checked in a second, and what the worker takes for a thousand."""

from .figures import Figure


def einvoice_figures(found: dict, database: str) -> list[Figure]:
    return [
        Figure(f"e-invoices checked, {database}", found["checked"], "/s", 25, "least wanted", at_least=1),
        Figure(
            f"1000 e-invoices in the worker, {database}",
            found["thousand"],
            "s",
            90,
            "half of what all may take",
            at_most=1,
        ),
    ]
