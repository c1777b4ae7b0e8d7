"""Staff: the units of a municipality."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from municipalities.forms.units import UnitForm
from municipalities.models import Municipality, Unit
from municipalities.services.units import save_unit


@permission_required("municipalities.add_unit", raise_exception=True)
def unit_create(request, number):
    municipality = get_object_or_404(Municipality, pk=number)
    return edit(request, Unit(municipality=municipality), _("New unit"))


@permission_required("municipalities.change_unit", raise_exception=True)
def unit_update(request, pk):
    unit = get_object_or_404(Unit.objects.select_related("municipality"), pk=pk)
    return edit(request, unit, unit.name)


def edit(request, unit, title):
    form = UnitForm(request.POST or None, instance=unit)
    if form.is_valid():
        save_unit(form.save(commit=False), by=request.user)
        messages.success(request, _("The unit is stored."))
        return redirect("municipalities:municipality_facts", unit.municipality_id)
    context = {"form": form, "municipality": unit.municipality, "title": title}
    return render(request, "municipalities/staff_form.html", context)
