"""Texts that staff write with blanks in them: a small, closed part of Jinja2.

A template may show known values, choose between paragraphs with `if`, and point to a source with `note("key")`.
Nothing else exists in it: no loops, no attributes of objects, no calls, no names that are not known. It is checked
when it is saved, so that a letter never meets a hole; and it renders in Jinja2's sandbox with strict undefined values.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from taushet.exceptions import TaushetError
from taushet.fields import BIDI_SIGNS
from taushet.services.links import PLACEHOLDER
from taushet.text_comparisons import compared_names, comparison_fault
from taushet.text_faults import syntax_fault
from taushet.text_values import Blank, Named, NamedDecimal, NamedNumber, NamedText, Number

LONGEST = 20_000
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Call,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)


class BrokenTemplate(TaushetError):
    """A template that cannot be used; the message says why and on which line.

    `part` is what the caller calls the text at fault, when it wrote several.
    """

    part = ""


@dataclass(frozen=True)
class Vocabulary:
    """What a template may say: plain values, groups of values (`fact.action_plan`), and sources for `note("...")`.

    `kinds` says what values are, by name or `group.name`; one that it does not hold may be compared with anything.
    """

    values: frozenset[str] = frozenset()
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)


def whole(value: Any) -> Any:
    """Return a value that may stand in a letter; raises BrokenTemplate for one that would leave a hole in it."""
    if isinstance(value, Named):
        return value.name
    if isinstance(value, Blank):
        raise BrokenTemplate(_("Nothing is known for %(name)s, which the text shows.") % {"name": value.name})
    if isinstance(value, Number):
        return str(value)
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value.strip()):
        raise BrokenTemplate(_("A value in it is empty."))
    return value


def make_environment(**options) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    return environment


ENVIRONMENT = make_environment()
WHOLE = make_environment(finalize=whole)


@lru_cache(maxsize=64)
def compiled(source: str, is_whole: bool) -> Template:
    """Return a template made ready; thousands of letters are written with the same few."""
    return (WHOLE if is_whole else ENVIRONMENT).from_string(source)


def check_template(source: str, vocabulary: Vocabulary) -> None:
    """Raise BrokenTemplate unless the template says nothing but what the vocabulary knows."""
    if len(source) > LONGEST:
        raise BrokenTemplate(_("The text is longer than %(limit)d characters.") % {"limit": LONGEST})
    if PLACEHOLDER.search(source) or "[[link" in source:
        raise BrokenTemplate(_("A text cannot hold private links."))
    try:
        check_node(ENVIRONMENT.parse(source), vocabulary)
        ENVIRONMENT.from_string(source)
    except TemplateSyntaxError as error:
        raise BrokenTemplate(syntax_fault(source, error)) from error
    except (RecursionError, MemoryError, SyntaxError) as error:
        raise BrokenTemplate(_("The text has too many parts inside each other.")) from error
    except ValueError as error:  # Python reads no whole number of thousands of digits
        raise BrokenTemplate(_("The text holds a number that is too long.")) from error


def check_node(node: nodes.Node, vocabulary: Vocabulary) -> None:
    if not isinstance(node, ALLOWED):
        raise BrokenTemplate(_("Line %(line)d does something a text cannot do.") % {"line": node.lineno})
    if isinstance(node, nodes.Call):
        check_note(node, vocabulary)
    elif isinstance(node, nodes.Getattr):
        check_member(node, vocabulary)
    elif isinstance(node, nodes.Name) and node.name not in vocabulary.values:
        raise unknown(node, node.name)
    else:
        for child in node.iter_child_nodes():
            check_node(child, vocabulary)
        if isinstance(node, nodes.Compare) and (fault := comparison_fault(node, vocabulary.kinds)):
            raise BrokenTemplate(fault)


def check_note(node: nodes.Call, vocabulary: Vocabulary) -> None:
    is_note = isinstance(node.node, nodes.Name) and node.node.name == "note"
    arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if not is_note or len(arguments) != 1 or len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise BrokenTemplate(_("Line %(line)d does something a text cannot do.") % {"line": node.lineno})
    if arguments[0] not in vocabulary.notes:
        raise unknown(node, f'note("{arguments[0]}")')


def check_member(node: nodes.Getattr, vocabulary: Vocabulary) -> None:
    group = node.node.name if isinstance(node.node, nodes.Name) else ""
    if node.attr not in vocabulary.groups.get(group, ()):
        raise unknown(node, f"{group or '…'}.{node.attr}")


def unknown(node: nodes.Node, name: str) -> BrokenTemplate:
    return BrokenTemplate(_("Line %(line)d names %(name)s, which is not known.") % {"line": node.lineno, "name": name})


def render_text(
    source: str,
    values: Mapping[str, Any],
    notes: Collection[str] | Mapping[str, str] = (),
    *,
    used: Sequence[str] = (),
    is_whole: bool = False,
    shows_names: bool = False,
) -> tuple[str, list[str]]:
    """Return the text and the keys of the sources it points to, in the order of their numbers.

    `notes` are the keys of the sources; as a mapping it says which key each is counted as.

    `used` are the sources that an earlier part of the same letter has numbered already. With `is_whole` a value that
    shows nothing, or a bare true or false, is refused. With `shows_names` each value is shown as its name, so that
    texts are alike when they have the same paragraphs.

    The values stay what they are: braces, marks and links in them mean nothing. Raises BrokenTemplate when the
    template names something that has no value.
    """
    used = list(used)

    def note(key: str) -> str:
        if key not in notes:
            raise BrokenTemplate(_("There is no source called %(key)s.") % {"key": key})
        key = notes[key] if isinstance(notes, Mapping) else key
        if key not in used:
            used.append(key)
        return f"[{used.index(key) + 1}]"

    try:
        plain_ones = with_blanks(plain_values(values)) if is_whole else plain_values(values)
        text = compiled(source, is_whole or shows_names).render(
            named(plain_ones) if shows_names else plain_ones, note=note
        )
    except TemplateError as error:
        raise BrokenTemplate(str(error)) from error
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
        names = ", ".join(compared_names(ENVIRONMENT.parse(source)))
        if not names:
            raise BrokenTemplate(_("Something in it cannot be worked out.")) from error
        raise BrokenTemplate(_("It compares what cannot be compared: %(names)s.") % {"names": names}) from error
    if PLACEHOLDER.search(text):
        raise BrokenTemplate(_("A text cannot hold private links."))
    return unicodedata.normalize("NFC", text).strip(), used


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain_values(value) if isinstance(value, Mapping) else plain(value) for name, value in values.items()}


def with_blanks(values: Mapping[str, Any], group: str = "") -> dict[str, Any]:
    """Return plain values in which those that are empty know their name."""
    return {
        name: with_blanks(value, f"{name}.") if isinstance(value, Mapping) else blank_or(value, f"{group}{name}")
        for name, value in values.items()
    }


def blank_or(value: Any, name: str) -> Any:
    if value not in (None, ""):
        return value
    blank = Blank()
    blank.name = name
    return blank


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values that show their names."""
    return {
        name: named(value) if isinstance(value, Mapping) else name_value(name, value) for name, value in values.items()
    }


def name_value(name: str, value: Any) -> Any:
    if isinstance(value, (bool, Blank)) or not isinstance(value, (str, int, Number)):
        return value
    kind = NamedText if isinstance(value, str) else NamedDecimal if isinstance(value, Number) else NamedNumber
    made = kind(value)
    made.name = f"‹{name}›"
    return made


def plain(value: Any) -> Any:
    """Return a value as one line without control characters, and without anything the outbox would fill in."""
    if not isinstance(value, str):
        return value
    if not value.isprintable():
        value = printable(value)
    return re.sub(r" {2,}", " ", value).strip().replace("[[", "[ [")


def printable(value: str) -> str:
    """Return a text without control characters, line breaks and signs that turn the reading direction."""
    shown = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in value)
    kept = (sign for sign in shown if sign not in BIDI_SIGNS and unicodedata.category(sign) != "Cs")
    return "".join(sign for sign in kept if not is_no_sign(sign))


def is_no_sign(sign: str) -> bool:
    """Whether a sign is one that Unicode keeps free for ever, such as U+FFFE; no document may hold it."""
    return ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF
