"""The HTML form of a mail, made from its text: paragraphs, lists and links, nothing from anywhere else."""

import re

from django.utils.html import escape

from taushet.services.links import PLACEHOLDER_PATH

ADDRESS = re.compile(rf"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'»]|{PLACEHOLDER_PATH.pattern}")
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


def make_html(text: str, *, subject: str, language: str) -> str:
    """Return the text as a plain, neutral page: no picture, no remote file, everything escaped.

    Placeholders of private links stay as they are, as text and as address, to be filled at the last step.
    """
    blocks = [_block(block.splitlines()) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return PAGE.format(language=escape(language), subject=escape(subject), body="\n".join(blocks))


def _block(lines: list[str]) -> str:
    if all(line.startswith(("- ", "* ", "  ")) for line in lines) and lines[0][0] in "-*":
        items = re.split(r"\n[-*] ", "\n" + "\n".join(lines))[1:]
        return "<ul>" + "".join(f"<li>{_inline(' '.join(item.split()))}</li>" for item in items) + "</ul>"
    return "<p>" + "<br>\n".join(_inline(line) for line in lines) + "</p>"


def _inline(text: str) -> str:
    parts, last = [], 0
    for match in ADDRESS.finditer(text):
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
