import pytest
from django.utils import translation

from courses.forms.expenses import OutlayForm


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 236", "1236"),
        ("1 236,50", "1236.50"),
        ("1\u00a0236,50", "1236.50"),
        ("1\u202f236", "1236"),
        ("1.236,50", "1236.50"),
        ("1.236", "1236"),
        ("1 000 000,00", "1000000.00"),
        ("139,5", "139.5"),
        ("139.50", "139.50"),
        ("1 23", None),
        ("1 236 5", None),
        ("1.236.50", None),
        ("1e3", None),
        ("1_000", None),
        ("٣", None),
        ("−5", None),
    ],
)
def test_amount_may_have_its_thousands_set_apart(typed, amount):
    with translation.override("nb"):
        form = OutlayForm({"what": "Tog", "amount": typed})
        assert (str(form.cleaned_data["amount"]) if form.is_valid() else None) == amount
