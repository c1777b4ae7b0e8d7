"""Units: who books or pays."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Unit
from taushet.fields import CleanCharField, OrganisationNumberField


class UnitForm(forms.ModelForm):
    """A unit of a municipality; the municipality's own comes from the import and keeps its kind."""

    name = CleanCharField(label=_("Name"), max_length=150)
    organisation_number = OrganisationNumberField(label=_("Organisation number"), required=False)
    reference_hint = CleanCharField(
        label=_("What the invoice reference is"),
        help_text=_("Shown beside the field when somebody books. For example: the orderer’s number, six digits."),
        required=False,
        max_length=200,
    )
    reference_example = CleanCharField(label=_("Example of an invoice reference"), required=False, max_length=60)

    class Meta:
        model = Unit
        fields = ["name", "kind", "organisation_number", "reference_hint", "reference_example", "is_active"]
        labels = {"kind": _("Kind"), "is_active": _("In use")}
        error_messages = {"kind": {"required": _("Choose what kind of unit it is.")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.kind == Unit.Kind.MUNICIPALITY:
            del self.fields["kind"], self.fields["organisation_number"], self.fields["is_active"]
        else:
            self.fields["kind"].choices = [
                choice for choice in self.fields["kind"].choices if choice[0] != Unit.Kind.MUNICIPALITY
            ]
        if self.instance._state.adding:
            del self.fields["is_active"]
