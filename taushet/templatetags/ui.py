"""How dates, amounts and numbers are written, and components that wrap content. A leaf is an include under
`templates/components/`.

Norwegian writing follows Språkrådet: «10. desember 2026 kl. 09.00–12.00», «22 33 11 60», «1 200 kroner».
"""

from django import template
from django.template.base import NodeList
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
EN_DASH = "\N{EN DASH}"
WORD_JOINER = "\N{WORD JOINER}"


class Unbroken(str):
    """Text whose dashes may not end a line on a page; in mail and files it is as it is."""

    def __html__(self):
        return mark_safe(escape(str(self)).replace(EN_DASH, f"{EN_DASH}{WORD_JOINER}"))  # noqa: S308


@register.filter
def unbroken(text):
    """A whole line in which dashes may not end one"""
    return Unbroken(text)


def local(value):
    """Return a moment in Norwegian time, a date as it is."""
    return timezone.localtime(value) if getattr(value, "tzinfo", None) else value


def is_english() -> bool:
    return get_language() == "en"


def write_day(value, pattern: str) -> str:
    """Write a date; `pattern` is for Norwegian, English goes without the dot."""
    return format_date(value, pattern.replace("j.", "j") if is_english() else pattern).replace(" ", NBSP, 1)


@register.filter
def day(value):
    """10. desember 2026"""
    return write_day(local(value), "j. F Y") if value else ""


@register.filter
def weekday(value):
    """torsdag 10. desember 2026"""
    return f"{format_date(local(value), 'l')} {day(value)}" if value else ""


@register.filter
def short_day(value):
    """10.12.2026, for tables"""
    return format_date(local(value), "d/m/Y" if is_english() else "d.m.Y") if value else ""


@register.filter
def date_span(start, end=None):
    """10. desember 2026 · 3.–6. juni 2027 · 30. juni–2. juli 2027"""
    if not start:
        return ""
    start, end = local(start), local(end or start)
    first, last = (start.year, start.month, start.day), (end.year, end.month, end.day)
    if first == last:
        return day(start)
    if first[:2] == last[:2]:
        return f"{write_day(start, 'j.')}{EN_DASH}{day(end)}"
    if first[0] == last[0]:
        return f"{write_day(start, 'j. F')}{EN_DASH}{day(end)}"
    return f"{day(start)}{EN_DASH}{day(end)}"


def write_clock(value) -> str:
    return format_date(value, "H:i" if is_english() else "H.i")


@register.filter
def clock(value):
    """kl. 09.00"""
    return say_at(write_clock(local(value))) if value else ""


@register.filter
def time_span(start, end=None):
    """kl. 09.00–12.00"""
    if not start:
        return ""
    if not end:
        return clock(start)
    return Unbroken(say_at(f"{write_clock(local(start))}{EN_DASH}{write_clock(local(end))}"))


def say_at(time: str) -> str:
    return (_("at %(time)s") % {"time": time}).replace(" ", NBSP)


@register.filter
def moment(value):
    """10. desember 2026 kl. 09.00"""
    return f"{day(value)} {clock(value)}" if value else ""


@register.filter
def moment_span(start, end=None):
    """10. desember 2026 kl. 09.00–12.00, or both days when they differ"""
    if not start:
        return ""
    if end and local(start).date() != local(end).date():
        return f"{moment(start)}{EN_DASH}{moment(end)}"
    return Unbroken(f"{day(start)} {time_span(start, end)}")


@register.filter
def time_left(value):
    """Say roughly how long it is until a moment, in days, hours or, below an hour, whole minutes."""
    minutes = int(max((value - timezone.now()).total_seconds() // 60, 0))
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("about %(count)d hour", "about %(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("about %(count)d day", "about %(count)d days", days) % {"count": days}


@register.filter
def number(value):
    """9 213"""
    return number_format(value, force_grouping=True, use_l10n=True) if value is not None else ""


@register.filter
def kroner(value):
    """1 200 kroner; øre only when there are any"""
    if value is None or value == "":
        return ""
    decimals = 0 if value == int(value) else 2
    amount = number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return ngettext("%(amount)s krone", "%(amount)s kroner", 1 if value == 1 else 2) % {"amount": amount}


def national_digits(value) -> str | None:
    """Return the digits of a Norwegian number, or None for a foreign one."""
    text = "".join(character for character in str(value) if character.isdigit() or character == "+")
    if text.startswith("0047"):
        return text[4:]
    if text.startswith("+"):
        return text[3:] if text.startswith("+47") else None
    return text


@register.filter
def phone(value):
    """22 33 11 60 · 800 12 345 · 116 006 · 02800 · +46 8 123 456 78"""
    digits = national_digits(value or "")
    if digits is None:
        return str(value)
    if len(digits) == 8 and digits[0] == "8":
        parts = (digits[:3], digits[3:5], digits[5:])
    elif len(digits) == 8:
        parts = (digits[:2], digits[2:4], digits[4:6], digits[6:])
    elif len(digits) == 6 and digits.startswith("116"):
        parts = (digits[:3], digits[3:])
    else:
        return digits
    return NBSP.join(parts)


@register.filter
def phone_link(value):
    """<a href="tel:+4722331160">22 33 11 60</a>"""
    if not value:
        return ""
    digits = national_digits(value)
    address = f"+47{digits}" if digits and len(digits) == 8 else digits or str(value).replace(" ", "")
    return format_html('<a href="tel:{}">{}</a>', address, phone(value))


@register.filter
def organisation_number(value):
    """940 155 223"""
    text = str(value or "")
    return NBSP.join((text[:3], text[3:6], text[6:])) if len(text) == 9 else text


@register.filter
def of_field(error, field):
    """Return an error as it stands in a summary: one that does not say which field it is about names it."""
    if str(error) in {_("Fill in this field."), _("This field is required.")} and field.label:
        return _("Fill in “%(label)s”.") % {"label": field.label}
    return error


@register.filter
def styled(field):
    """Render a form control with the class Designsystemet knows it by."""
    if hasattr(field, "choice_label"):
        attrs = field.data["attrs"]
        attrs["class"] = join_classes("ds-input", attrs.get("class"))
        return field.tag()
    return field.as_widget(attrs={"class": join_classes("ds-input", field.field.widget.attrs.get("class"))})


def join_classes(*classes) -> str:
    return " ".join(name for name in classes if name)


@register.simple_tag(takes_context=True)
def repeat_block(context, name):
    """Show a block of the page once more, such as the title as heading."""
    return mark_safe(BlockNode(name, NodeList()).render(context).strip())  # noqa: S308  the block has been escaped


@register.simple_block_tag
def card(content, title="", color="", level=2):
    """Frame some content; `level` is the level of its heading."""
    heading = format_html("<h{0} class='card-title'>{1}</h{0}>", level, title) if title else ""
    colour = format_html(' data-color="{}" data-variant="tinted"', color) if color else ""
    return format_html('<section class="ds-card card"{}>{}{}</section>', colour, heading, content)
