"""The form a payer's own reference has, as a mask that people can read: B###### is a B and six digits.

In a mask # stands for a digit, ? for a letter, * for either; all else stands for itself, large or small. Several masks
are parted by commas: one of them has to fit. A mask is read sign by sign, so no mask and no reference takes long.
"""

from municipalities.exceptions import BadValue
from municipalities.models import Unit

DIGIT, LETTER, EITHER = "#", "?", "*"
MOST_MASKS, LONGEST_MASK = 5, 60


def masks_of(text: str) -> list[str]:
    """Return the masks of a field. Raises BadValue when they are too many or too long, or no mask is in it."""
    masks = [mask for part in text.split(",") if (mask := part.strip())]
    if len(masks) > MOST_MASKS or any(len(mask) > LONGEST_MASK for mask in masks):
        raise BadValue(text)
    return masks


def fits(reference: str, masks: str) -> bool:
    """Whether a reference has the form of one of the masks; any does where there are none."""
    forms = masks_of(masks)
    return not forms or any(_fits(reference.strip(), form) for form in forms)


def _fits(reference: str, mask: str) -> bool:
    return len(reference) == len(mask) and all(map(_stands_for, mask, reference))


def _stands_for(place: str, sign: str) -> bool:
    if place == DIGIT:
        return sign.isascii() and sign.isdigit()
    if place == LETTER:
        return sign.isalpha()
    if place == EITHER:
        return sign.isalpha() or (sign.isascii() and sign.isdigit())
    return place.casefold() == sign.casefold()


def example_of(unit: Unit) -> str:
    """Return how a reference of a payer looks: its own example, else its first mask."""
    return unit.reference_example or next(iter(masks_of(unit.reference_masks)), "")
