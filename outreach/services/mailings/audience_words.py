"""A filter over offices, as a person reads it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.exceptions import BadValue
from municipalities.models import County, Indicator, Municipality
from outreach.models import Body, Mailing, Mandate
from outreach.services.mailings.audience_facts import EQUALS, LACKS, STALE, UNKNOWN, as_stored
from outreach.services.mailings.audiences import COUNTY, LOCAL, Audience

NAMES_SHOWN = 6


def describe(audience: Audience, picked: int = 0) -> str:
    """Return who an audience is, in one line."""
    labels = dict(Mandate.Role.choices)
    parts = [", ".join(str(labels.get(role, role)) for role in audience.roles)]
    if audience.level == LOCAL:
        parts.append(where(audience))
    if audience.level == COUNTY:
        names = County.objects.filter(pk__in=audience.counties).values_list("name", flat=True)
        parts.append(some_of(names) if audience.counties else _("Every county authority"))
    if audience.committee:
        parts.append(_("committee: %(name)s") % {"name": audience.committee})
    if audience.bodies:
        parts.append(some_of(Body.objects.filter(pk__in=audience.bodies).values_list("name", flat=True)))
    if audience.parties:
        parts.append(", ".join(audience.parties))
    if audience.indicator and (indicator := Indicator.objects.filter(key=audience.indicator).first()):
        parts.append(about_fact(audience, indicator))
    if audience.had_course:
        parts.append(_("Has had a course") if audience.had_course == "yes" else _("Has not had a course"))
    if audience.unanswered:
        parts.append(_("Has not answered us"))
    if audience.unanswered_demand:
        parts.append(_("Has not answered demand %(number)d") % {"number": audience.unanswered_demand})
    if audience.unanswered_mailing:
        asked = Mailing.objects.filter(pk=audience.unanswered_mailing).first() or audience.unanswered_mailing
        parts.append(_("Has got “%(name)s” and has not answered") % {"name": asked})
    if picked:
        parts.append(ngettext("%(number)d chosen by hand", "%(number)d chosen by hand", picked) % {"number": picked})
    return " · ".join(str(part) for part in parts if part)


def where(audience: Audience) -> str:
    if audience.everywhere:
        return _("Every municipality in the country")
    asked = ((County, audience.counties), (Municipality, audience.municipalities))
    names = [some_of(model.objects.filter(pk__in=keys).values_list("name", flat=True)) for model, keys in asked if keys]
    return ", ".join(names)


def about_fact(audience: Audience, indicator: Indicator) -> str:
    if audience.indicator_is == EQUALS:
        return f"{indicator.name}: {shown_value(indicator, audience.indicator_value)}"
    forms = {
        LACKS: _("%(name)s: no, none, or not known"),
        UNKNOWN: _("%(name)s is not known"),
        STALE: _("%(name)s is out of date"),
    }
    form = forms.get(audience.indicator_is) or has_words(indicator)
    return form % {"name": indicator.name}


def shown_value(indicator: Indicator, value: str) -> str:
    """Return a value that was asked for as people write it; what the indicator cannot have stands as it was typed."""
    try:
        return indicator.show(as_stored(indicator, value))
    except (BadValue, ValueError, ArithmeticError):
        return value


def has_words(indicator: Indicator) -> str:
    if indicator.kind == Indicator.Kind.YES_NO:
        return _("%(name)s: yes")
    return _("%(name)s: more than none") if indicator.kind == Indicator.Kind.NUMBER else _("%(name)s is known")


def some_of(names) -> str:
    """Return the first few names, and how many more there are."""
    names = list(names)
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (_(" and %(number)d more") % {"number": rest} if rest > 0 else "")
