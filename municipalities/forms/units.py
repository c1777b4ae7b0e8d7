"""Units: who books or pays."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.exceptions import BadValue
from municipalities.models import Unit
from municipalities.services.references import fits, masks_of
from taushet.fields import CleanCharField, OrganisationNumberField


class MasksField(CleanCharField):
    """The form of a reference, as masks."""

    def __init__(self, **kwargs):
        super().__init__(max_length=120, required=False, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        try:
            return ", ".join(masks_of(text))
        except BadValue:
            raise forms.ValidationError(gettext("Write at most five forms, each at most 60 characters.")) from None


class PayerForm(forms.ModelForm):
    """What a payer says of its invoices: its reference, and whether it wants one a month."""

    reference_hint = CleanCharField(
        label=_("What the invoice reference is"),
        help_text=_("Shown beside the field when somebody books. For example: the orderer’s number, six digits."),
        required=False,
        max_length=200,
    )
    reference_example = CleanCharField(label=_("Example of an invoice reference"), required=False, max_length=60)
    reference_masks = MasksField(
        label=_("How it is written"),
        help_text=_(
            "# is a digit, ? a letter, * either, all else itself: B###### is a B and six digits. Several are parted by"
            " commas. Empty when it can be anything."
        ),
    )

    class Meta:
        model = Unit
        fields = ["reference_hint", "reference_example", "reference_masks", "collects_invoices"]
        labels = {"collects_invoices": _("One invoice a month, for all courses of the month")}

    def clean(self):
        data = super().clean()
        example = data.get("reference_example")
        if example and data.get("reference_masks") and not fits(example, data["reference_masks"]):
            self.add_error("reference_example", gettext("The example is not written like that."))
        return data


class UnitForm(PayerForm):
    """A unit of a municipality; the municipality's own comes from the import and keeps its kind."""

    name = CleanCharField(label=_("Name"), max_length=150)
    organisation_number = OrganisationNumberField(label=_("Organisation number"), required=False)
    street = CleanCharField(label=_("Postal address"), required=False, max_length=150)
    postal_code = CleanCharField(label=_("Postal code"), required=False, max_length=10)
    city = CleanCharField(label=_("Post town"), required=False, max_length=60)

    class Meta(PayerForm.Meta):
        fields = [
            "name",
            "kind",
            "organisation_number",
            "street",
            "postal_code",
            "city",
            *PayerForm.Meta.fields,
            "is_active",
        ]
        labels = PayerForm.Meta.labels | {"kind": _("Kind"), "is_active": _("In use")}
        error_messages = {"kind": {"required": _("Choose what kind of unit it is.")}}

    field_order = Meta.fields

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
