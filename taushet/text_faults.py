"""What is wrong with how a template is written, told to whoever writes it: on which line, and what to do."""

import re

from django.utils.translation import gettext as _
from jinja2 import TemplateSyntaxError

TAGS = {name: f"{{% {name} %}}" for name in ("if", "elif", "else", "endif")}
BRANCH = re.compile(r"\{%[-+]?\s*(if|endif)\b")
EMPTY = re.compile(r"\{%[-+]?\s*(if|elif)\s*[-+]?%\}")
UNKNOWN = re.compile(r"Encountered unknown tag '(\w+)'|needs to be closed is '(\w+)'")


def syntax_fault(source: str, error: TemplateSyntaxError) -> str:
    """Return what Jinja2 could not read as a sentence in the reader's language; what it says itself is English."""
    said, line = error.message or "", error.lineno
    known = UNKNOWN.search(said)
    tag = (known[1] or known[2]) if known else ""
    if tag == "if":
        sentence = _("Line %(line)d: %(tag)s is not closed. Put %(end)s where the part ends.")
        return sentence % {"line": open_line(source) or line, "tag": TAGS["if"], "end": TAGS["endif"]}
    if tag in TAGS:
        sentence = _("Line %(line)d: %(tag)s has no %(start)s before it. Put that in, or take away %(tag)s.")
        return sentence % {"line": line, "tag": TAGS[tag], "start": TAGS["if"]}
    if tag:
        sentence = _("Line %(line)d: a text cannot do %(tag)s. It knows %(known)s.")
        return sentence % {"line": line, "tag": f"{{% {tag} %}}", "known": ", ".join(TAGS.values())}
    if said == "Expected an expression, got 'end of statement block'":
        found = EMPTY.search(source.split("\n")[line - 1])
        sentence = _("Line %(line)d: %(tag)s lacks what it is to check. Write a fact after it, as in %(example)s.")
        name = TAGS[found[1] if found else "if"]
        return sentence % {"line": line, "tag": name, "example": name.replace(" %", " fact.action_plan %")}
    if said == "Expected an expression, got 'end of print statement'":
        sentence = _("Line %(line)d: nothing stands between %(braces)s. Put in a value, or take the braces away.")
        return sentence % {"line": line, "braces": "{{ }}"}
    if said == "unexpected '}'" or said.startswith(("unexpected end of template", "Missing end of")):
        sentence = _("Line %(line)d: a brace is not closed. Each %(value)s and each %(tag)s needs both its ends.")
        return sentence % {"line": line, "value": "{{ }}", "tag": "{% %}"}
    sentence = _(
        "Line %(line)d: what stands between the braces cannot be understood. Write a name the text can hold, "
        "or take it away."
    )
    return sentence % {"line": line}


def open_line(source: str) -> int:
    """Return the line of the last `if` that nothing closes, 0 when each is closed."""
    lines = []
    for found in BRANCH.finditer(source):
        if found[1] == "if":
            lines.append(source.count("\n", 0, found.start()) + 1)
        elif lines:
            lines.pop()
    return lines[-1] if lines else 0
