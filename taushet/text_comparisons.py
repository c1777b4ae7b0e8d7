"""Whether what a text with blanks compares can be compared, known before there are any values."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from jinja2 import nodes

# What a value is, so that a comparison can be checked before there is a value.
NUMBER, TEXT, YES_NO, DAY = "number", "text", "yes_no", "date"
SAME = frozenset({"eq", "ne"})
KINDS = {
    NUMBER: _lazy("a number"),
    TEXT: _lazy("a text"),
    YES_NO: _lazy("yes or no"),
    DAY: _lazy("a date"),
}
CONSTANTS = {bool: YES_NO, int: NUMBER, float: NUMBER, str: TEXT}


def comparison_fault(node: nodes.Compare, kinds: Mapping[str, str]) -> str:
    """Return what is wrong with a comparison that could never be true or would stop a letter, nothing when it is fine.

    `kinds` says what values are, by name or `group.name`: a text cannot stand beside a number, and only numbers have
    an order.
    """
    left = node.expr
    for operand in node.ops:
        one, other = kind_of(left, kinds), kind_of(operand.expr, kinds)
        allowed = {NUMBER, TEXT, YES_NO} if operand.op in SAME else {TEXT} if "in" in operand.op else {NUMBER}
        if one and other and (one != other or one not in allowed):
            sentence = _("Line %(line)d compares %(one)s with %(other)s in a way that cannot be.")
            shown = {"one": named_kind(left, one), "other": named_kind(operand.expr, other)}
            return sentence % {"line": node.lineno, **shown}
        left = operand.expr
    return ""


def kind_of(node: nodes.Node, kinds: Mapping[str, str]) -> str:
    """Return what a part of a comparison is, nothing when nobody can know."""
    if isinstance(node, nodes.Const):
        return CONSTANTS.get(type(node.value), "")
    if isinstance(node, (nodes.Compare, nodes.Not)):
        return YES_NO
    if isinstance(node, nodes.Call):
        return TEXT
    return kinds.get(said_name(node), "")


def said_name(node: nodes.Node) -> str:
    """Return a value as a template names it, nothing for what is no value."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def named_kind(node: nodes.Node, kind: str) -> str:
    name = said_name(node)
    return f"{name} ({KINDS[kind]})" if name else str(KINDS[kind])


def compared_names(tree: nodes.Template) -> list[str]:
    """Return the values that a template compares by more than being the same."""
    found = []
    for node in tree.find_all(nodes.Compare):
        if any(operand.op not in SAME for operand in node.ops):
            found += [said_name(part) for part in (node.expr, *(operand.expr for operand in node.ops))]
    return sorted({name for name in found if name})
