from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

from courses.services.catalogue import when_text
from taushet.templatetags import ui

NBSP = "\N{NO-BREAK SPACE}"
MORNING = datetime(2026, 12, 10, 8, 0, tzinfo=UTC)
NOON = datetime(2026, 12, 10, 11, 0, tzinfo=UTC)


def plain(text):
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", "10. desember 2026 kl. 09.00–12.00"),
        ("nn", "10. desember 2026 kl. 09.00–12.00"),
        ("en", "10 December 2026 at 09:00–12:00"),
    ],
)
def test_moment_span_follows_the_writing_of_the_language(language, expected):
    with translation.override(language):
        assert plain(ui.moment_span(MORNING, NOON)) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 12, 10), date(2026, 12, 10), "10. desember 2026"),
        (date(2026, 12, 10), None, "10. desember 2026"),
        (date(2027, 6, 3), date(2027, 6, 6), "3.–6. juni 2027"),
        (date(2027, 6, 30), date(2027, 7, 2), "30. juni–2. juli 2027"),
        (date(2026, 12, 30), date(2027, 1, 2), "30. desember 2026–2. januar 2027"),
        (None, None, ""),
    ],
)
def test_date_span_says_only_what_differs(start, end, expected):
    with translation.override("nb"):
        assert plain(ui.date_span(start, end)) == expected


@pytest.mark.parametrize("written", ["{{ start|time_span:end }}", "{{ start|moment_span:end }}", "<a>{{ when }}</a>"])
def test_hours_do_not_break_on_a_page_and_are_plain_in_mail(written):
    hours = Template("{% load ui %}" + written)
    with translation.override("nb"):
        moments = {"start": MORNING, "end": NOON, "when": when_text(MORNING, NOON)}

    with translation.override("nb"):
        page, mail = hours.render(Context(moments)), hours.render(Context(moments, autoescape=False))

    assert plain(page).removesuffix("</a>").endswith("kl. 09.00–\u206012.00")
    assert plain(mail).removesuffix("</a>").endswith("kl. 09.00–12.00")
    assert page.replace("\u2060", "") == mail


def test_moment_span_over_midnight_names_both_days():
    with translation.override("nb"):
        text = ui.moment_span(MORNING, datetime(2026, 12, 11, 11, 0, tzinfo=UTC))

    assert plain(text) == "10. desember 2026 kl. 09.00–11. desember 2026 kl. 12.00"


def test_evening_in_utc_is_the_next_day_in_norway():
    with translation.override("nb"):
        assert plain(ui.weekday(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))) == "onsdag 1. juli 2026"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("+4722331160", "22 33 11 60"),
        ("004791234567", "91 23 45 67"),
        ("80012345", "800 12 345"),
        ("116006", "116 006"),
        ("112", "112"),
        ("02800", "02800"),
        ("+46812345678", "+46812345678"),
        ("", ""),
        (None, ""),
    ],
)
def test_phone_is_written_as_norwegians_write_it(value, expected):
    assert plain(ui.phone(value)) == expected


def test_phone_link_calls_the_international_number():
    link = ui.phone_link("22 33 11 60")

    assert link == f'<a href="tel:+4722331160">22{NBSP}33{NBSP}11{NBSP}60</a>'


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Decimal("1200.00"), "1 200 kroner"),
        (Decimal("1"), "1 krone"),
        (0, "0 kroner"),
        (Decimal("99.5"), "99,50 kroner"),
        (None, ""),
    ],
)
def test_kroner_shows_ore_only_when_there_are_any(amount, expected):
    with translation.override("nb"):
        assert plain(ui.kroner(amount)) == expected


def test_organisation_number_is_grouped_in_threes():
    assert plain(ui.organisation_number("940155223")) == "940 155 223"


def test_card_escapes_its_title():
    text = Template("{% card title=title level=3 %}<p>Inne</p>{% endcard %}").render(Context({"title": "<b>Navn</b>"}))

    assert "<h3 class='card-title'>&lt;b&gt;Navn&lt;/b&gt;</h3><p>Inne</p>" in text


def test_summary_of_errors_names_the_field_that_is_empty():
    class Wish(forms.Form):
        name = forms.CharField(label="Navn")
        day = forms.DateField(label="Dag")

    with translation.override("nb"):
        page = str(Wish({"name": "", "day": "i morgen"}))

    summary = page.split("</ds-error-summary>")[0]
    assert '<a class="ds-link" href="#id_name">Fyll ut «Navn».</a>' in summary
    assert "Fyll ut dette feltet." not in summary
    assert "Fyll ut dette feltet." in page


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutter"), (5, "5 minutter"), (61, "om lag 1 time"), (1439, "om lag 24 timer"), (4300, "om lag 3 døgn")],
)
def test_time_left_is_rounded(minutes, said):
    with translation.override("nb"):
        assert ui.time_left(timezone.now() + timedelta(minutes=minutes, seconds=30)) == said
