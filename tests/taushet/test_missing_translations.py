from tests.missing_translations import calls_in, calls_in_template


def test_sentences_of_templates_are_found():
    source = """{% translate "One" %} {% translate 'Two' context "here" %} {{ _("Three") }}
    {% blocktranslate trimmed with name=person.name %}
      Hello {{ name }},
      welcome 100%.
    {% endblocktranslate %}
    {% blocktranslate count number=rows %}{{ number }} row{% plural %}{{ number }} rows{% endblocktranslate %}"""

    assert sorted(calls_in_template(source), key=str) == sorted(
        [
            (None, "One"),
            ("here", "Two"),
            (None, "Three"),
            (None, "Hello %(name)s, welcome 100%%."),
            (None, "%(number)s row"),
        ],
        key=str,
    )


def test_sentences_of_code_are_found():
    source = 'a = _("One"); b = ngettext("%(n)s seat", "%(n)s seats", n); c = pgettext("month", "May"); d = _(variable)'

    assert list(calls_in(source)) == [(None, "One"), (None, "%(n)s seat"), ("month", "May")]
