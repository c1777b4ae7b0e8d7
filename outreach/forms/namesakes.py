"""Asking who somebody is when the name is here already: the same name does not make the same person."""

from django import forms
from django.utils.translation import gettext as _

from outreach.models import Politician
from outreach.services.offices.office_holders import namesakes

ANOTHER = "another"


def ask_who(form: forms.Form, *, holder: Politician | None = None) -> None:
    """Let a form with a first and a last name ask who it is, when people with that name are here already.

    Nobody is asked when it is the name of the `holder` of the office that the form is about.
    """
    form.people = {}
    names = (
        tuple(form.data.get(name, "").strip() for name in ("first_name", "last_name")) if form.is_bound else ("", "")
    )
    if not names[1] or (holder is not None and (holder.first_name, holder.last_name) == names):
        return
    form.people = {str(politician.pk): politician for politician in namesakes(*names)}
    if form.people:
        same = [(pk, _("The same person: %(name)s") % {"name": describe(one)}) for pk, one in form.people.items()]
        form.fields["person"] = forms.ChoiceField(
            choices=[*same, (ANOTHER, _("Another person"))],
            widget=forms.RadioSelect,
            label=_("Somebody with this name is here already. Who is it?"),
            error_messages={"required": _("Choose who it is.")},
        )
        form.order_fields(form.field_order)


def chosen_person(form: forms.Form) -> Politician | None:
    """Return who it is, when it is somebody who is here already."""
    return form.people.get(form.cleaned_data.get("person", ""))


def describe(politician: Politician) -> str:
    """Return a person with what tells them from a namesake: their offices."""
    offices = [
        f"{mandate.office}, {mandate.body}" + (f" ({mandate.party})" if mandate.party else "")
        for mandate in politician.mandates.all()[:3]
    ]
    return " · ".join([str(politician), *offices])
