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
