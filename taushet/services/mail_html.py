"""The HTML form of a mail, made from its text: paragraphs, lists and links, nothing from anywhere else."""

import re
from collections.abc import Collection
from functools import lru_cache
from html import unescape

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from taushet.services.links import PLACEHOLDER_PATH

ADDRESS = re.compile(rf"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'»]|{PLACEHOLDER_PATH.pattern}")
LINKED = re.compile(r'<a href="([^"]*)"')
NOTHING = re.compile(r"(?!)()")
PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{subject}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1e2b3c">
<div style="max-width:600px;margin:0 auto;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
{body}
</div>
</body>
</html>
"""


def make_html(text: str, *, subject: str, language: str, links: Collection[str] | None = None) -> str:
    """Return the text as a plain, neutral page: no picture, no remote file, everything escaped.

    Placeholders of private links stay as they are, as text and as address, to be filled at the last step. With `links`
    only these addresses can be clicked: one that came in with a value stays text.
    """
    pattern = ADDRESS if links is None else just(frozenset(links))
    blocks = [_block(block.splitlines(), pattern) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return PAGE.format(language=escape(language), subject=escape(subject), body="\n".join(blocks))


@lru_cache(maxsize=64)
def just(links: frozenset[str]) -> re.Pattern[str]:
    """Return what finds these addresses where they stand alone, not as the beginning of another one."""
    if not links:
        return NOTHING
    known = "|".join(re.escape(link) for link in sorted(links, key=lambda link: (-len(link), link)))
    return re.compile(rf"(?<![^\s(«])({known})(?=[.,;:!?)»]*(?:\s|$))")


def clickable(text: str, links: Collection[str]) -> SafeString:
    """Return a text as HTML for a page of ours, in which only these addresses can be clicked."""
    pieces = just(frozenset(links)).split(text)
    return mark_safe("".join(_link(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)))  # noqa: S308


def _link(address: str) -> SafeString:
    return format_html('<a href="{}" rel="nofollow">{}</a>', address, address)


def links_in(html: str) -> frozenset[str]:
    """Return the addresses that can be clicked in the HTML of a mail."""
    return frozenset(map(unescape, LINKED.findall(html)))


def _block(lines: list[str], pattern: re.Pattern[str]) -> str:
    if all(line.startswith(("- ", "* ", "  ")) for line in lines) and lines[0][0] in "-*":
        items = re.split(r"\n[-*] ", "\n" + "\n".join(lines))[1:]
        return "<ul>" + "".join(f"<li>{_inline(' '.join(item.split()), pattern)}</li>" for item in items) + "</ul>"
    return "<p>" + "<br>\n".join(_inline(line, pattern) for line in lines) + "</p>"


def _inline(text: str, pattern: re.Pattern[str]) -> str:
    parts, last = [], 0
    for match in pattern.finditer(text):
        address = escape(match[0])
        parts += [escape(text[last : match.start()])]
        parts += [f'<a href="{address}" style="color:#0b5cab;word-break:break-all">{address}</a>']
        last = match.end()
    return "".join(parts) + escape(text[last:])


def hide_private_links(html: str, words: str) -> str:
    """Return an HTML body in which every private link is only `words`."""
    return re.sub(
        rf'<a href="{PLACEHOLDER_PATH.pattern}"[^>]*>.*?</a>', f"<u>{escape(words)}</u>", html, flags=re.DOTALL
    )
