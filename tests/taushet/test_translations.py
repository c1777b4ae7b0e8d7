import os

import pytest
from django.core.checks import run_checks
from django.utils.translation import gettext, override

from taushet.translations import compile_translations

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'


def test_process_that_compiles_speaks_the_language_at_once(settings, tmp_path):
    source = tmp_path / "nb" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEAD + '\nmsgid "Nobody says this"\nmsgstr "Ingen sier dette"\n', encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    with override("nb"):
        before = gettext("Nobody says this")

    compiled = compile_translations()

    with override("nb"):
        assert (before, compiled, gettext("Nobody says this")) == ("Nobody says this", 1, "Ingen sier dette")
    assert compile_translations() == 0


@pytest.fixture
def source(db, settings, tmp_path):
    """The only translation there is, into nynorsk, not compiled."""
    source = tmp_path / "nn" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEAD, encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    return source


def told(*, deploy=True):
    faults = run_checks(include_deployment_checks=deploy)
    return [(fault.level, fault.msg) for fault in faults if fault.id == "taushet.E002"]


def test_check_of_a_deployment_tells_of_translations_that_are_not_compiled(source):
    assert told() == [(40, "The translations are not compiled, or are older than their sources: nn.")]
    assert told(deploy=False) == []


def test_check_of_a_deployment_tells_of_translations_older_than_their_source(source):
    compile_translations()
    newer = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (newer, newer))

    assert len(told()) == 1


def test_check_of_a_deployment_is_content_with_compiled_translations(source):
    compile_translations()

    assert told() == []
