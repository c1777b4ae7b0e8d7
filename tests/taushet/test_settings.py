import os
import re
import subprocess
import sys

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


@pytest.mark.parametrize(("system", "is_asked"), [("TAUSHET_DEMO", False), ("TAUSHET_DEBUG", False), ("", True)])
def test_only_a_production_system_asks_the_register_of_organisations_by_itself(system, is_asked, tmp_path):
    keys = dict.fromkeys(("TAUSHET_SECRET_KEY", "TAUSHET_LINK_KEY", "TAUSHET_MAIL_KEY"), "k" * 60)
    kept = {"PATH": os.environ["PATH"], "TAUSHET_VAR": str(tmp_path), **keys, **({system: "1"} if system else {})}

    told = subprocess.run(
        [sys.executable, "-c", "from taushet import settings; print(settings.ENTITY_REGISTER)"],
        cwd=settings.BASE_DIR,
        env=kept,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert told.stdout.strip() == ("https://data.brreg.no/enhetsregisteret/api" if is_asked else "")
