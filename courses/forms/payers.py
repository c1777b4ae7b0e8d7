"""Who pays, and the payer's own reference: checked while somebody can still put it right."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality, Unit
from municipalities.services.entity_register import NoSuchOrganisation, Organisation, RegisterAway, look_up
from municipalities.services.references import example_of, fits
from taushet.fields import CleanCharField

LONGEST_REFERENCE = 60


class ReferenceField(CleanCharField):
    """The payer's own reference."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("Invoice reference"))
        super().__init__(max_length=LONGEST_REFERENCE, **kwargs)


def own_unit(municipality: Municipality | None) -> Unit | None:
    """Return the unit a municipality itself pays as, where there is one."""
    if municipality is None:
        return None
    return Unit.objects.filter(municipality=municipality, kind=Unit.Kind.MUNICIPALITY).first()


def known_payer(organisation_number: str) -> Unit | None:
    units = Unit.objects.filter(organisation_number=organisation_number)
    return units.order_by("-is_active", "pk").first() if organisation_number else None


def what_reference_is(unit: Unit | None) -> str:
    """Say what a payer wants as its reference; nothing when nobody has told us."""
    if unit is None:
        return ""
    example = example_of(unit)
    said = [unit.reference_hint.rstrip(".") + "." if unit.reference_hint else ""]
    if example:
        said.append(_("It looks like this: %(example)s.") % {"example": example})
    return " ".join(filter(None, said))


def wrong_reference(unit: Unit | None, reference: str) -> str:
    """Say why a reference is not the payer's, and what to do; nothing when it may be."""
    if unit is None or fits(reference, unit.reference_masks):
        return ""
    return _("%(payer)s writes it otherwise. %(how)s Look it up, or say that you send it later.") % {
        "payer": unit,
        "how": what_reference_is(unit),
    }


def no_reference(unit: Unit | None) -> str:
    how = what_reference_is(unit)
    sentence = _("Write what your accounts office wants on the invoice, or say that you send it later.")
    return f"{sentence} {how}".strip()


def organisation_of(number: str) -> Organisation | None:
    """Return what Enhetsregisteret says of a number, None while it cannot be asked.

    Raises forms.ValidationError when there is no such organisation.
    """
    try:
        return look_up(number)
    except RegisterAway:
        return None
    except NoSuchOrganisation:
        raise forms.ValidationError(
            _(
                "Enhetsregisteret has no organisation with this number, or it has ended. Compare it with an invoice"
                " from them, or let the municipality pay."
            )
        ) from None


class ReferenceForm(forms.Form):
    """The payer's reference, sent after."""

    invoice_reference = ReferenceField(error_messages={"required": gettext_lazy("Write the reference.")})

    def __init__(self, *args, payer, **kwargs):
        super().__init__(*args, **kwargs)
        self.payer = payer
        self.fields["invoice_reference"].help_text = what_reference_is(payer)

    def clean_invoice_reference(self):
        reference = self.cleaned_data["invoice_reference"]
        if self.payer and not fits(reference, self.payer.reference_masks):
            said = {"payer": self.payer, "how": what_reference_is(self.payer)}
            raise forms.ValidationError(_("%(payer)s writes it otherwise. %(how)s") % said)
        return reference
