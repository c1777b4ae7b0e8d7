"""Staff: contact people, and who belongs to which municipality."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from municipalities.exceptions import MunicipalitiesError
from municipalities.forms.people import ContactPersonForm
from municipalities.models import ContactPerson, Membership, Municipality
from municipalities.services.people import confirm_membership, delete_contact, end_membership, save_contact

PER_PAGE = 50


@permission_required("municipalities.add_contactperson", raise_exception=True)
def contact_create(request, number):
    municipality = get_object_or_404(Municipality, pk=number)
    return edit_contact(request, ContactPerson(municipality=municipality), _("New contact person"))


@permission_required("municipalities.change_contactperson", raise_exception=True)
def contact_update(request, pk):
    contact = get_object_or_404(ContactPerson.objects.select_related("municipality"), pk=pk)
    return edit_contact(request, contact, contact.name)


def edit_contact(request, contact, title):
    form = ContactPersonForm(request.POST or None, instance=contact)
    if form.is_valid():
        save_contact(form.save(commit=False), by=request.user)
        messages.success(request, _("The contact person is stored."))
        return redirect("municipalities:municipality_facts", contact.municipality_id)
    context = {"form": form, "municipality": contact.municipality, "title": title, "contact": contact}
    return render(request, "municipalities/staff_form.html", context)


@permission_required("municipalities.delete_contactperson", raise_exception=True)
def contact_delete(request, pk):
    contact = get_object_or_404(ContactPerson.objects.select_related("municipality"), pk=pk)
    if request.method == "POST":
        number = contact.municipality_id
        delete_contact(contact, by=request.user)
        messages.success(request, _("The contact person is erased."))
        return redirect("municipalities:municipality_facts", number)
    return render(request, "municipalities/contact_delete.html", {"contact": contact})


@permission_required("municipalities.view_membership", raise_exception=True)
@require_safe
def membership_list(request):
    memberships = Membership.objects.select_related("user", "municipality__county", "unit", "confirmed_by")
    confirmed = memberships.confirmed().order_by("-confirmed_at", "-pk")
    context = {
        "proposed": memberships.proposed().filter(user__is_active=True).order_by("proposed_at", "pk"),
        "page": Paginator(confirmed, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "municipalities/membership_list.html", context)


@permission_required("municipalities.change_membership", raise_exception=True)
@require_POST
def membership_confirm(request, pk):
    return act(request, pk, confirm_membership, _("Confirmed. The person now sees the bookings of the municipality."))


@permission_required("municipalities.change_membership", raise_exception=True)
@require_POST
def membership_end(request, pk):
    return act(request, pk, end_membership, _("Ended. The person sees own bookings only."))


def act(request, pk, service, done):
    membership = get_object_or_404(Membership, pk=pk)
    try:
        service(membership, by=request.user)
    except MunicipalitiesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("municipalities:membership_list")
