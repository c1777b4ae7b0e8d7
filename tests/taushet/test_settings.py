import re

import pytest
from django.conf import settings
from django.core.validators import validate_email

from taushet.settings import mail_domain

NAME = re.compile(r"\b(?:TAUSHET_[A-Z_]+[A-Z]|DATABASE_URL)\b")
ROOMS = ("taushet", "municipalities", "courses", "outreach", "tests/servers")


def names_in_code():
    files = [path for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    return {name for path in files for name in NAME.findall(path.read_text())}


def names_in_readme():
    rows = re.findall(r"^\| (`.+?`) \|", (settings.BASE_DIR / "README.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in NAME.findall(row)}


def test_every_setting_has_a_line_in_the_readme_and_the_other_way_round():
    assert names_in_code() == names_in_readme()


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://kurs.example", "kurs.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", "localhost"),
        ("http://[::1]:8000", "localhost"),
    ],
)
def test_mail_comes_from_a_domain_that_mail_may_come_from(url, domain):
    assert mail_domain(url) == domain
    validate_email(f"kurs@{domain}")
