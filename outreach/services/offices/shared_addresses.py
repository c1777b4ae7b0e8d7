"""Whose an address is already: what is put in for one office may be where another person reads."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from outreach.models import Letter, Mandate, Redelivery
from taushet.addresses import spellings

ARRIVES = (Letter.Status.READY, Letter.Status.QUEUED, Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN)


def others_at(email: str, mandate: Mandate, apart_from: Collection[int] = ()) -> list[Mandate]:
    """Return the offices of today that somebody else than the holder of an office reads an address for."""
    at_it = Mandate.objects.in_office().alias(address=Lower("email")).filter(address__in=spellings(email))
    others = at_it.exclude(pk__in={mandate.pk, *apart_from}) if email else at_it.none()
    if mandate.politician_id:
        others = others.exclude(politician=mandate.politician_id)
    return list(others.select_related("politician", "body").order_by("pk"))


def letters_there(letter: Letter, email: str):
    """Return the other letters of its mailing that have gone to an address, or go there: none gets two of them."""
    others = Letter.objects.filter(mailing=letter.mailing_id, status__in=ARRIVES).exclude(pk=letter.pk)
    again = Redelivery.objects.filter(letter=OuterRef("pk")).exclude(approved_at=None)
    again_there = again.alias(address=Lower("to_email")).filter(address__in=spellings(email))
    first_there = Q(address__in=spellings(email)) & ~Exists(again)
    return others.alias(address=Lower("to_email")).filter(first_there | Q(Exists(again_there))).order_by("pk")
