"""Every sentence in the code must stand in bokmål and nynorsk, finished. Needs no gettext."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["nb", "nn"]
APPS = ["taushet", "municipalities", "courses", "outreach"]
CALLS = {
    "gettext": (0, None),
    "gettext_lazy": (0, None),
    "gettext_noop": (0, None),
    "_": (0, None),
    "ngettext": (0, None),
    "ngettext_lazy": (0, None),
    "pgettext": (1, 0),
    "pgettext_lazy": (1, 0),
    "npgettext": (1, 0),
    "npgettext_lazy": (1, 0),
}
LITERAL = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"\b(npgettext|ngettext|pgettext|gettext|_)\({LITERAL}(?:,\s*{LITERAL})?", re.DOTALL)


def main() -> int:
    needed = set(sentences())
    faults = 0
    for language in LANGUAGES:
        catalogue = polib.pofile(str(ROOT / f"taushet/locale/{language}/LC_MESSAGES/django.po"))
        finished = {(entry.msgctxt, entry.msgid) for entry in catalogue if entry.translated() and not entry.fuzzy}
        for context, sentence in sorted(needed - finished, key=str):
            print(f"{language}: {sentence!r}" + (f" (context {context})" if context else ""))
            faults += 1
    print(f"{len(needed)} sentences, {faults} missing translations")
    return 1 if faults else 0


def sentences() -> Iterator[tuple[str | None, str]]:
    """Give every (context, msgid) that the code and the templates ask for."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield from calls_in(path.read_text())
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in {".html", ".txt"}:
            yield from calls_in_template(path.read_text())


def calls_in(source: str) -> Iterator[tuple[str | None, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS:
            continue
        text_at, context_at = CALLS[name]
        values = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
        if len(values) > text_at and isinstance(values[text_at], str):
            yield (None if context_at is None else values[context_at]), values[text_at]


def calls_in_template(source: str) -> Iterator[tuple[str | None, str]]:
    """Find the sentences of a template in what Django would hand to gettext."""
    for name, *literals in TEMPLATE_CALL.findall(templatize(source)):
        values = [ast.literal_eval(literal) for literal in literals if literal]
        text_at, context_at = CALLS[name]
        yield (None if context_at is None else values[context_at]), values[text_at]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.exit(main())
