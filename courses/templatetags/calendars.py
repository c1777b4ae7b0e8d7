from django import template

from taushet.templatetags.ui import EN_DASH, Unbroken, local, write_clock

register = template.Library()


@register.filter
def hours(start, end):
    """09.00–12.00, for the narrow columns of a calendar"""
    return Unbroken(f"{write_clock(local(start))}{EN_DASH}{write_clock(local(end))}")
