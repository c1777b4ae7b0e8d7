"""People: who has access, what they may do, inviting and shutting out. For administrators."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from taushet.forms.people import InvitationForm, PeopleFilterForm, PersonForm
from taushet.models import AuditEntry, User
from taushet.registries import deactivations
from taushet.services import people
from taushet.services.people import PeopleError


@permission_required("taushet.view_user", raise_exception=True)
def people_list(request):
    form = PeopleFilterForm(request.GET)
    found = form.narrow(people.people_with_state()).prefetch_related("groups").order_by("name", "email")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "taushet/people_list.html", {"form": form, "page": page})


@permission_required("taushet.view_user", raise_exception=True)
def person_detail(request, pk):
    person = get_object_or_404(people.people_with_state(), pk=pk)
    context = {
        "person": person,
        "may_change": request.user.has_perm("taushet.change_user"),
        "log": AuditEntry.objects.about(person).select_related("actor")[:10],
    }
    return render(request, "taushet/person_detail.html", context)


@permission_required("taushet.add_user", raise_exception=True)
def person_invite(request):
    form = InvitationForm(request.POST or None, initial={"language": "nb"})
    if form.is_valid():
        try:
            person = people.invite(**form.cleaned_data, by=request.user)
        except PeopleError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": person.email})
            return redirect(person)
    return render(request, "taushet/person_form.html", {"form": form})


@permission_required("taushet.change_user", raise_exception=True)
def person_update(request, pk):
    person = get_object_or_404(User, pk=pk)
    form = PersonForm(
        request.POST or None, initial={"name": person.name, "house": person.house, "roles": sorted(person.roles)}
    )
    if form.is_valid():
        try:
            people.change_person(person, **form.cleaned_data, by=request.user)
        except PeopleError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(person)
    return render(request, "taushet/person_form.html", {"form": form, "person": person})


@require_POST
@permission_required("taushet.add_user", raise_exception=True)
def person_invite_again(request, pk):
    person = get_object_or_404(User, pk=pk)
    try:
        people.send_invitation(person, by=request.user)
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": person.email})
    return redirect(person)


@permission_required("taushet.change_user", raise_exception=True)
def person_deactivate(request, pk):
    """Say what will happen, and do it when that is confirmed."""
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        return act(request, people.deactivate, person, _("%(name)s has no access any more."))
    tells = [sentence for entry in deactivations for sentence in entry.tells(person)]
    return render(request, "taushet/person_deactivate.html", {"person": person, "tells": tells})


@permission_required("taushet.change_user", raise_exception=True)
def person_reactivate(request, pk):
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        return act(request, people.reactivate, person, _("%(name)s has access again."))
    context = {
        "title": _("Let %(name)s in again") % {"name": person},
        "text": _("The person can sign in, with the roles from before. Links and calendar feeds have to be made anew."),
        "button": _("Let in again"),
        "back": person.get_absolute_url(),
    }
    return render(request, "confirm.html", context)


@permission_required("taushet.change_user", raise_exception=True)
def person_remove_factors(request, pk):
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        return act(request, people.remove_second_factors, person, _("%(name)s can set up a new second step."))
    context = {
        "title": _("Remove the second step of %(name)s") % {"name": person},
        "text": _(
            "For somebody who has lost phone and key. Make sure, in person or by phone, that it is really them: "
            "after this a code by mail is enough to sign in and set up a new one."
        ),
        "button": _("Remove the second step"),
        "color": "danger",
        "back": person.get_absolute_url(),
    }
    return render(request, "confirm.html", context)


def act(request, do, person, done):
    try:
        do(person, by=request.user)
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done % {"name": person})
    return redirect(person)
