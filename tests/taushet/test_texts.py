from decimal import Decimal

import pytest
from django.utils.translation import override

from taushet.text_values import number
from taushet.texts import BrokenTemplate, Vocabulary, check_template, render_text

VOCABULARY = Vocabulary(
    values=frozenset({"municipality", "recipient"}),
    groups={"fact": frozenset({"action_plan", "courses_held"})},
    notes=frozenset({"krisesenterlova"}),
    kinds={"municipality": "text", "fact.action_plan": "yes_no", "fact.courses_held": "number"},
)


def test_a_letter_with_known_words_is_accepted():
    check_template(
        "Til {{ recipient }}\n{% if fact.action_plan %}Ja.{% elif fact.courses_held >= 1 %}{{ fact.courses_held }}"
        "{% else %}Nei.{% endif %} {{ note('krisesenterlova') }}{# til oss selv #}",
        VOCABULARY,
    )


@pytest.mark.parametrize(
    "source",
    [
        "{{ kommune }}",
        "{{ fact.plan }}",
        "{{ fact }}",
        "{{ fact['action_plan'] }}",
        "{{ municipality.__class__ }}",
        "{{ municipality.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''.__class__ }}",
        "{{ municipality.upper() }}",
        "{{ note.__globals__ }}",
        "{{ note('ukjent') }}",
        "{{ note(municipality) }}",
        "{{ note('krisesenterlova', 1) }}",
        "{{ note(*fact) }}",
        "{{ cycler.__init__ }}",
        "{{ lipsum(9) }}",
        "{{ range(10) }}",
        "{{ self }}",
        "{{ municipality | upper }}",
        "{{ municipality is defined }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 'a' ~ municipality }}",
        "{{ [1, 2] }}",
        "{{ {} }}",
        "{% for x in municipality %}{{ x }}{% endfor %}",
        "{% set municipality = 1 %}",
        "{% macro x() %}{% endmacro %}",
        "{% include 'base.html' %}",
        "{% import 'a' as b %}",
        "{% extends 'base.html' %}",
        "{% block a %}{% endblock %}",
        "{% filter upper %}a{% endfilter %}",
        "{% with x = 1 %}{% endwith %}",
        "{{ municipality",
        "{% if %}{% endif %}",
        "{% endif %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "not " * 4000 + "municipality }}",
        "[[link:booking:1]]",
        "a" * 20_001,
        "{{ " + "9" * 5000 + " }}",
        "{% if fact.courses_held > municipality %}a{% endif %}",
        "{% if fact.courses_held == '3' %}a{% endif %}",
        "{% if 1 < municipality < 3 %}a{% endif %}",
        "{% if fact.action_plan == 'yes' %}a{% endif %}",
        "{% if municipality in fact.courses_held %}a{% endif %}",
    ],
)
def test_whatever_else_a_letter_tries_is_refused(source):
    with pytest.raises(BrokenTemplate):
        check_template(source, VOCABULARY)


def test_the_line_at_fault_is_named():
    with pytest.raises(BrokenTemplate, match=r"3.*kommune"):
        check_template("Hei\n\n{{ kommune }}", VOCABULARY)


def test_a_fault_of_writing_is_told_in_the_language_of_the_reader_with_what_to_do():
    faults = {
        "a\n{% if %}x{% endif %}": "Linje 2: {% if %} mangler det som skal sjekkes",
        "{% if municipality %}x{% elif %}{% endif %}": "Linje 1: {% elif %} mangler det som skal sjekkes",
        "a\n{% if municipality %}x\n\nb": "Linje 2: {% if %} er ikke avsluttet. Skriv {% endif %}",
        "a\n\n{% else %}": "Linje 3: {% else %} står uten {% if %} foran",
        "{% for a in b %}": "Linje 1: En tekst kan ikke bruke {% for %}",
        "{{ }}": "Linje 1: Det står ingenting mellom {{ }}",
        "{{ municipality }": "Linje 1: En krøllparentes er ikke lukket",
        "{{ municipality kommune }}": "Linje 1: Det som står i krøllparentesene, er ikke til å forstå",
    }
    with override("nb"):
        for source, fault in faults.items():
            with pytest.raises(BrokenTemplate) as refused:
                check_template(source, VOCABULARY)
            assert str(refused.value).startswith(fault)


def test_sources_are_numbered_in_the_order_they_are_named():
    text, used = render_text("a {{ note('b') }} {{ note('c') }} {{ note('b') }}", {}, notes={"b", "c"})

    assert (text, used) == ("a [1] [2] [1]", ["b", "c"])


def test_a_value_that_is_missing_breaks_the_letter():
    with pytest.raises(BrokenTemplate):
        render_text("Til {{ recipient }}", {})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Å. Øyen (Ap)", "Å. Øyen (Ap)"),
        ("Kari\r\nBcc: alle@example.no", "Kari Bcc: alle@example.no"),
        ("\u202eirak\u202c", "irak"),
        ("[[link:booking:1]]", "[ [link:booking:1]]"),
        ("A\u030a", "Å"),
    ],
)
def test_a_value_stays_what_it_is(value, shown):
    text, _used = render_text("{{ recipient }}", {"recipient": value})

    assert text == shown


def test_a_value_cannot_make_a_private_link_with_its_neighbours():
    with pytest.raises(BrokenTemplate):
        render_text("[{{ recipient }}", {"recipient": "[link:booking:1]]"})


def test_a_tag_alone_on_its_line_leaves_no_empty_line():
    text, _used = render_text("a\n{% if fact.x %}\nb\n{% endif %}\nc", {"fact": {"x": True}})

    assert text == "a\nb\nc"


def test_a_number_is_compared_as_one_and_shown_as_it_is_written():
    values = {"fact": {"hours": number(Decimal("2.5"), "2,5"), "people": number(Decimal(12500), "12\u00a0500")}}
    shown = "{{ fact.hours }}/{{ fact.people }}"
    source = "{% if fact.hours > 2 and fact.hours == 2.5 and 0.1 < fact.people %}" + shown + "{% endif %}"

    assert render_text(source, values)[0] == render_text(source, values, is_whole=True)[0] == "2,5/12\u00a0500"
    assert render_text(source, values, shows_names=True)[0] == "‹hours›/‹people›"


def test_what_cannot_be_compared_breaks_the_text_and_is_named():
    with pytest.raises(BrokenTemplate, match=r"fact\.hours"):
        render_text("{% if fact.hours > 2 %}a{% endif %}", {"fact": {"hours": "to"}})
