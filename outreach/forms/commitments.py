"""What staff put in about promises."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality
from outreach.models import Commitment, Demand, Mandate
from outreach.services.commitments.commitments import demands_of, municipalities_of, speaker, speakers_of
from taushet.fields import CleanCharField, DayField, LongestText
from taushet.forms.narrowing import NarrowingForm

# What a person may choose; that it was promised is put down by itself when it is confirmed.
CHOOSABLE = [choice for choice in Commitment.Status.choices if choice[0] != Commitment.Status.PROMISED]


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
    demand = DemandField(Demand.objects.none(), label=_("Which demand?"), empty_label=_("Choose"))
    municipality = forms.ModelChoiceField(
        Municipality.objects.none(),
        required=False,
        label=_("For which municipality?"),
        empty_label=_("The whole country"),
    )
    due_on = DayField(
        required=False, label=_("When shall it be done?"), help_text=_("Leave it empty when no day is named.")
    )

    def __init__(self, *args, reply, **kwargs):
        super().__init__(*args, **kwargs)
        rows = {"mandate": speakers_of(reply), "demand": demands_of(reply), "municipality": municipalities_of(reply)}
        for name, choices in rows.items():
            self.fields[name].queryset = choices
            found = list(choices[:2])
            if len(found) == 1:
                self.fields[name].initial = found[0].pk
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
        return values


class RefuseForm(forms.Form):
    """Why something was not promised so."""

    why = CleanCharField(max_length=300, label=_("Why is it not a promise?"))


class ChangeForm(forms.Form):
    """How it stands with a promise, and what shows it."""

    status = forms.ChoiceField(choices=CHOOSABLE, label=_("How does it stand?"))
    reason = CleanCharField(
        max_length=500, required=False, label=_("Why?"), help_text=_("Needed when the promise is broken.")
    )
    evidence = forms.CharField(
        required=False,
        label=_("What shows it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[LongestText(2000)],
        help_text=_("A text, a link or a file. One is enough."),
    )
    evidence_url = forms.URLField(required=False, label=_("Link"), max_length=500, assume_scheme="https")
    file = forms.FileField(required=False, label=_("File"), help_text=_("PDF, Word, ODT, PNG or JPEG, 10 MB at most."))


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
            commitments = commitments.waiting()
        elif status:
            commitments = commitments.standing().filter(status=status)
        if asked.get("due") == "over":
            commitments = commitments.open().filter(due_on__lt=today)
        elif asked.get("due") == "none":
            commitments = commitments.filter(due_on=None)
        return commitments.search(asked["q"]) if "q" in asked else commitments
