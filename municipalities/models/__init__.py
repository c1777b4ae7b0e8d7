from .crisis_centres import CrisisCentre
from .facts import Fact, Indicator
from .people import ContactPerson, Membership
from .registry import County, LanguageForm, Municipality, Succession
from .units import Unit

__all__ = [
    "ContactPerson",
    "County",
    "CrisisCentre",
    "Fact",
    "Indicator",
    "LanguageForm",
    "Membership",
    "Municipality",
    "Succession",
    "Unit",
]
