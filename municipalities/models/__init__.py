from .crisis_centres import CrisisCentre
from .fact_imports import FactImport
from .facts import Fact, Indicator
from .people import ContactPerson, Membership
from .registry import County, LanguageForm, Municipality, Succession
from .units import Unit

__all__ = [
    "ContactPerson",
    "County",
    "CrisisCentre",
    "Fact",
    "FactImport",
    "Indicator",
    "LanguageForm",
    "Membership",
    "Municipality",
    "Succession",
    "Unit",
]
