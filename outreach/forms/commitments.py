"""What staff put in about promises."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality
from outreach.models import Commitment, Demand, Mandate
from outreach.services.commitments.commitments import (
    demands_of,
    municipalities_of,
    put_in_before,
    said_on,
    speaker,
    speakers_of,
)
from taushet.fields import CleanCharField, DayField, LongestText
from taushet.forms.narrowing import NarrowingForm
from taushet.named_days import last_day_named
from taushet.templatetags.ui import day


class SpeakerField(forms.ModelChoiceField):
    """An office with who held it; those we wrote to say so."""

    def label_from_instance(self, mandate):
        text = speaker(mandate)
        return _("%(speaker)s – we wrote to this office") % {"speaker": text} if mandate.was_written_to else text


class DemandField(forms.ModelChoiceField):
    """A demand by its title."""

    def label_from_instance(self, demand):
        version = demand.versions.published().order_by("-number").first()
        return f"{demand.number}. {version.title}" if version else str(demand)


class CommitmentForm(forms.Form):
    """A promise that stands in a reply."""

    quote = forms.CharField(
        label=_("What is promised, word for word"),
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[LongestText(2000)],
        help_text=_("Copy it from the reply. Nothing private: it becomes public once it is confirmed."),
    )
    mandate = SpeakerField(Mandate.objects.none(), label=_("Who promises?"), empty_label=_("Choose"))
    is_other_meant = forms.BooleanField(
        required=False, label=_("Yes, it is this office that promises, although we wrote to another")
    )
    is_double_meant = forms.BooleanField(required=False, label=_("Yes, these words promise one thing more"))
    demand = DemandField(Demand.objects.none(), label=_("Which demand?"), empty_label=_("Choose"))
    municipality = forms.ModelChoiceField(
        Municipality.objects.none(),
        required=False,
        label=_("For which municipality?"),
        empty_label=_("The whole country"),
    )
    is_no_day_meant = forms.BooleanField(required=False, label=_("Yes, it is promised for no particular day"))
    due_on = DayField(
        required=False, label=_("When shall it be done?"), help_text=_("Leave it empty when no day is named.")
    )

    def __init__(self, *args, reply, instead_of=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.said_on = said_on(reply)
        rows = {"mandate": speakers_of(reply), "demand": demands_of(reply), "municipality": municipalities_of(reply)}
        for name, choices in rows.items():
            self.fields[name].queryset = choices
            found = list(choices[:2])
            if len(found) == 1:
                self.fields[name].initial = found[0].pk
        others = reply.commitments.exclude(pk=instead_of and instead_of.pk)
        if not put_in_before(others, self.data.get("quote", "")).exists():
            del self.fields["is_double_meant"]  # asked only when the words are there already
        self.named = last_day_named(self.data.get("quote", ""), self.said_on)
        if self.named is None or self.named <= self.said_on or self.data.get("due_on"):
            del self.fields["is_no_day_meant"]  # asked only when the words name a day and none is put in
        written_to = [mandate.pk for mandate in self.fields["mandate"].queryset if mandate.was_written_to]
        if len(written_to) == 1:
            self.fields["mandate"].initial = written_to[0]
        chosen = self.data.get("mandate", "")
        if not chosen or chosen in map(str, written_to):
            del self.fields["is_other_meant"]  # asked only of whoever has chosen another

    def clean(self):
        values = super().clean()
        if "is_other_meant" in self.fields and values.get("mandate") and not values.get("is_other_meant"):
            warning = _("Our letter did not go to this office. Tick this if it is meant, or choose the one above.")
            self.add_error("is_other_meant", warning)
        if "is_double_meant" in self.fields and not values.get("is_double_meant"):
            warning = _("These words are put in already. Tick this only if they promise something else as well.")
            self.add_error("is_double_meant", warning)
        if "is_no_day_meant" in self.fields and not values.pop("is_no_day_meant", False):
            warning = _("The words name %(day)s. Put it in below, or tick this if that is not when it shall be done.")
            self.add_error("is_no_day_meant", warning % {"day": day(self.named)})
        if (due_on := values.get("due_on")) and due_on < self.said_on:
            warning = _("The day lies before the answer came. Put in the day it is to be done, or none.")
            self.add_error("due_on", warning)
        return values


class RefuseForm(forms.Form):
    """Why something was not promised so."""

    why = CleanCharField(max_length=300, label=_("Why is it not a promise?"))


class CommitmentFilterForm(NarrowingForm):
    """Narrows the list of promises."""

    WAITING = "waiting"

    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=[("", _("All")), (WAITING, _("To be confirmed")), *Commitment.Status.choices],
    )
    due = forms.ChoiceField(
        required=False, label=_("Day"), choices=[("", _("All")), ("over", _("The day is over")), ("none", _("No day"))]
    )
    q = CleanCharField(max_length=60, required=False, label=_("Municipality, person or words"))

    def narrow(self, commitments, today):
        asked = self.asked
        status = asked.get("status")
        if status == self.WAITING:
            commitments = commitments.filter(Q(confirmed_at=None) | Q(has_waiting_change=True))
        elif status:
            commitments = commitments.confirmed().filter(status=status)
        if asked.get("due") == "over":
            commitments = commitments.open().filter(due_on__lt=today)
        elif asked.get("due") == "none":
            commitments = commitments.filter(due_on=None)
        return commitments.search(asked["q"]) if "q" in asked else commitments
