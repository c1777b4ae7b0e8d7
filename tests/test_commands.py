"""What `make` and the runner of the tests say when something is missing."""

import os
import re
import shutil
import subprocess
from itertools import product

import pytest
from _pytest.mark.expression import Expression
from django.conf import settings

from taushet.models import User
from tests.run import selections, tell_missing


@pytest.fixture
def make(tmp_path):
    """Run make in a folder with a space in its name that holds nothing but the Makefile and the pinned versions."""
    folder = tmp_path / "a folder"
    (folder / "tests").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "tests/requirements.txt"):
        shutil.copy(settings.BASE_DIR / name, folder / name)

    # As somebody types it, not as a make within the `make test` that runs these.
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}

    def run(*arguments):
        return subprocess.run(["make", *arguments], cwd=folder, env=alone, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("target", ["run", "test", "bench", "crash", "lock", "browser"])
def test_a_missing_python_gets_one_sentence_that_says_what_to_install(make, target):
    result = make(target, "PYTHON=")

    assert result.returncode == 2
    assert result.stdout.startswith("Python 3.13 or newer is needed and was not found. Install it with")
    assert result.stdout.count("\n") == 1


def test_help_lists_every_command_of_the_readme(make):
    listed = [line.split()[0] for line in make("help").stdout.splitlines()]

    told = set(re.findall(r"`make ([a-z]+)`", (settings.BASE_DIR / "README.md").read_text()))
    assert listed == ["help", "run", "test", "bench", "crash", "lock", "browser", "clean"]
    assert told == set(listed) - {"help"}


def test_what_did_not_run_is_named_with_what_mends_it(monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)

    faults = tell_missing("the journeys", "apt-get install chromium")

    assert faults == []
    assert "NOT RUN: the journeys.\nMend it with: apt-get install chromium\n" in capsys.readouterr().out


def test_what_did_not_run_is_a_fault_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert tell_missing("the journeys", "apt-get install chromium") == ["not run: the journeys"]


@pytest.mark.parametrize("has_browser", [True, False])
def test_every_test_runs_and_what_touches_the_database_on_both(has_browser):
    names = ["database", "journey", "main_job", "postgres"]
    for marks in product([True, False], repeat=len(names)):
        has = dict(zip(names, marks, strict=True))
        runs = [Expression.compile(chosen).evaluate(has.__getitem__) for chosen in selections(has_browser=has_browser)]

        assert any(runs) == (has_browser or not has["journey"]), has
        if has["database"] and not has["journey"] and not has["postgres"]:
            assert all(runs), has
        assert not (runs[0] and has["postgres"]), has


def test_what_is_not_marked_as_touching_the_database_cannot(request):
    """Else it would be left out on PostgreSQL."""
    assert request.node.get_closest_marker("database") is None

    with pytest.raises(RuntimeError, match="Database access not allowed"):
        User.objects.exists()


def test_what_asks_for_the_database_is_marked(request, db):
    assert request.node.get_closest_marker("database") is not None
