"""What courses knows about municipalities: how many sessions have been held there."""

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses.models import Session
from municipalities.knowledge import Knowledge, knowledge


def courses_held():
    """Sessions that were held in the municipality, or for it alone wherever it was; none is a fact too."""
    here = Q(municipality=OuterRef("pk")) | Q(closed_to=OuterRef("pk"))
    held = Session.objects.filter(here, state=Session.State.HELD).order_by()
    number = held.annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0)


knowledge.register(Knowledge("courses_held", _("Courses held"), courses_held))
