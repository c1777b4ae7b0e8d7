"""The terms of a course as staff puts them in, what a booker asks staff for, and how staff answers."""

from itertools import pairwise

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.services.terms import MOST_STAGES, Permits, Stage, Terms, Unit, in_order
from taushet.fields import CleanCharField, WholeNumberField
from taushet.forms.request_keys import RequestKeyForm

from .bookings import SeatsField
from .fields import WordField


class PercentField(WholeNumberField):
    """A share of the price."""

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=100, **kwargs)


class StageForm(forms.Form):
    """One stage of the terms. A row without a number counts for nothing."""

    amount = WholeNumberField(min_value=1, max_value=366, required=False, label=_("Lasts until"))
    unit = forms.ChoiceField(choices=Unit, label=_("Counted in"))
    permits = forms.ChoiceField(choices=Permits, label=_("The booker may"))
    fee = PercentField(required=False, label=_("Seats given back cost, in per cent of the price"))

    @property
    def stage(self):
        """The stage, or None for a row that is empty."""
        data = self.cleaned_data
        if not data.get("amount"):
            return None
        return Stage(data["amount"], data["unit"], data["permits"], data["fee"] or 0)


class BaseStageFormSet(forms.BaseFormSet):
    def clean(self):
        if any(self.errors):
            return
        stages = [form.stage for form in self.forms if form.stage]
        if len({(stage.amount, stage.unit) for stage in stages}) < len(stages):
            raise forms.ValidationError(_("Two stages last until the same time. Take one of them out."))
        ordered = in_order(stages)
        if tuple(stages) != ordered:
            raise forms.ValidationError(
                _("Put the stages in order: the one that ends first, furthest from the course, comes first.")
            )
        if any(first.permits == Permits.FEWER and then.permits == Permits.ALL for first, then in pairwise(ordered)):
            raise forms.ValidationError(_("A later stage cannot allow more than an earlier one."))

    @property
    def stages(self):
        return in_order(form.stage for form in self.forms if form.stage)


StageFormSet = forms.formset_factory(
    StageForm, formset=BaseStageFormSet, extra=2, max_num=MOST_STAGES, absolute_max=MOST_STAGES
)


class LateFeeForm(forms.Form):
    """What seats given back after the last stage cost, when staff says yes."""

    late_fee = PercentField(
        required=False,
        label=_("After the last stage seats given back cost, in per cent of the price"),
        help_text=_("Suggested to whoever answers the request, who may choose a lower share."),
    )


def stage_rows(terms):
    """Return the stages of stored terms as rows of the form."""
    return [
        {"amount": stage.amount, "unit": stage.unit, "permits": stage.permits, "fee": stage.fee}
        for stage in Terms.read(terms).stages
    ]


class AskForm(RequestKeyForm):
    """What a booker says when asking staff for a change."""

    words = WordField(required=False, label=_("Why?"), help_text=_("A sentence helps us to answer."))


class RefuseForm(forms.Form):
    """Why staff says no."""

    answer = WordField(label=_("Why not?"), help_text=_("The booker gets to read this, by e-mail and on the page."))


class StaffChangeForm(forms.Form):
    """What staff decides when it changes a booking: what given-back seats cost, and why beyond the capacity.

    `amount(percent, **typed)` says in kroner what a share is. When it is another one than the page showed, the form is
    shown once more with that amount, so that nobody charges a sum they have not seen.
    """

    fee_percent = PercentField(
        required=False,
        label=_("Seats given back cost, in per cent of the price"),
        help_text=_("0 when nothing is to be paid."),
    )
    shown_percent = PercentField(required=False, widget=forms.HiddenInput)
    reason = CleanCharField(
        label=_("Reason to go beyond the number of seats"),
        max_length=200,
        required=False,
        help_text=_("Only when the seats do not suffice. It is kept in the log."),
    )

    def __init__(self, *args, costs=False, grows=True, amount=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.amount = amount
        if costs:
            self.initial["shown_percent"] = self.initial.get("fee_percent") or 0
        else:
            del self.fields["fee_percent"], self.fields["shown_percent"]
        if not grows:
            del self.fields["reason"]

    def clean(self):
        data = self.cleaned_data
        shown, percent = data.get("shown_percent"), data.get("fee_percent") or 0
        if self.amount is None or shown is None or "fee_percent" in self.errors or shown == percent:
            return
        sentence = self.amount(percent, **data)
        if sentence:
            self.data = self.data.copy()
            self.data[self.add_prefix("shown_percent")] = percent
            self.add_error("fee_percent", _("%(amount)s Press the button again to do it.") % {"amount": sentence})

    @property
    def decided(self):
        """What the services take."""
        data = self.cleaned_data
        decided = {"fee_percent": data["fee_percent"] or 0} if "fee_percent" in data else {}
        return decided | ({"reason": data["reason"]} if data.get("reason") else {})


class StaffSeatsForm(StaffChangeForm):
    """Another number of seats for a booking, as staff decides."""

    seats = SeatsField(label=_("Number of seats"))
    field_order = ["seats"]
