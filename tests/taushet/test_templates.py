"""The content policy allows no inline script or style, so no template may carry any."""

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


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_template_keeps_the_content_policy(path):
    text = COMMENTS.sub("", path.read_text())

    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_vendored_files_point_at_no_source_map():
    vendor = settings.BASE_DIR / "taushet" / "static" / "taushet" / "vendor"

    assert [path.name for path in vendor.rglob("*.[cj]s*") if "sourceMappingURL" in path.read_text()] == []
