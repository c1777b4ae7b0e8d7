"""What holds for every template: no inline script or style (content policy), and our own words for what is wrong."""

import re

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
COMMENTS = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")", re.IGNORECASE),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script behind htmx": re.compile(r"\shx-on[:=-]|hx-vals=[\"']js:|javascript:", re.IGNORECASE),
    "file from elsewhere": re.compile(
        r"<(?:script|img|link|iframe|source)[^>]*(?:src|href)=\"(?:https?:)?//", re.IGNORECASE
    ),
    "trace of a merge": re.compile(r"^(?:<{7}|={7}|>{7})", re.MULTILINE),
}
FORM = re.compile(r"<form\b((?:{%.*?%}|{{.*?}}|[^>])*)>(.*?)</form>", re.DOTALL)
FIELDS = re.compile(r"{{ \w*form\w* }}|as_field_group")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_template_keeps_the_content_policy(path):
    text = COMMENTS.sub("", path.read_text())

    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_no_browser_stops_a_form_in_words_of_its_own():
    posted = [
        (path.name, attributes)
        for path in TEMPLATES
        for attributes, body in FORM.findall(path.read_text())
        if 'method="post"' in attributes and FIELDS.search(body)
    ]

    assert len(posted) > 50
    assert [name for name, attributes in posted if "novalidate" not in attributes] == []


def test_vendored_files_point_at_no_source_map():
    vendor = settings.BASE_DIR / "taushet" / "static" / "taushet" / "vendor"

    assert [path.name for path in vendor.rglob("*.[cj]s*") if "sourceMappingURL" in path.read_text()] == []
