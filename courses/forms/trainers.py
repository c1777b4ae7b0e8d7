"""What staff say about trainers, and which month a trainer looks at."""

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import AssignedMeeting, Trainer
from municipalities.models import County
from taushet.models import User


class MonthForm(forms.Form):
    """A month as it stands in the address: 2026-10."""

    maned = forms.DateField(required=False, input_formats=["%Y-%m"])

    def first_day(self):
        """Return the first day of the month asked for, or None when there is no such month."""
        asked = self.cleaned_data.get("maned") if self.is_valid() else None
        return asked if asked and 2000 < asked.year < 2100 else None


class TrainerForm(forms.ModelForm):
    """What a trainer may teach, where, and in which form of Norwegian."""

    class Meta:
        model = Trainer
        fields = ["courses", "counties", "teaches_nb", "teaches_nn", "is_active"]
        widgets = {"courses": forms.CheckboxSelectMultiple, "counties": forms.CheckboxSelectMultiple}
        help_texts = {
            "courses": _("Only those who may teach a course can be assigned to it."),
            "counties": _("Empty when the trainer travels anywhere."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["counties"].queryset = County.objects.current()
        self.fields["courses"].required = True

    def clean(self):
        data = super().clean()
        if not data.get("teaches_nb") and not data.get("teaches_nn"):
            self.add_error("teaches_nb", gettext("Choose at least one form of Norwegian."))
        return data


class NewTrainerForm(TrainerForm):
    """The same, and who it is."""

    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True, trainer=None).order_by("name", "email"),
        label=_("Person"),
        help_text=_("Somebody who is not here must be invited first, under People."),
        empty_label=_("Choose a person"),
    )
    field_order = ["user"]

    class Meta(TrainerForm.Meta):
        fields = ["courses", "counties", "teaches_nb", "teaches_nn"]


class TrainerChoiceField(forms.ModelChoiceField):
    """The trainers of a course, those who are free first, each with what speaks against."""

    def label_from_instance(self, trainer):
        remarks = [remark for is_so, remark in self.remarks(trainer) if is_so]
        return f"{trainer} ({', '.join(remarks)})" if remarks else str(trainer)

    def remarks(self, trainer):
        return [
            (trainer.is_busy, gettext("teaches elsewhere then")),
            (not trainer.teaches_language, gettext("does not teach in this form of Norwegian")),
            (not trainer.travels_there, gettext("does not travel to this county")),
        ]


class AssignmentForm(forms.Form):
    """Which trainer teaches a session."""

    trainer = TrainerChoiceField(None, label=_("Trainer"), empty_label=_("Choose a trainer"))

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["trainer"].queryset = fitting_trainers(session)


def fitting_trainers(session):
    """Return the active trainers of a session's course who do not teach it yet, with what speaks against each."""
    hours = Q(pk__in=[])
    for meeting in session.meetings.all():
        hours |= Q(starts_at__lt=meeting.ends_at, ends_at__gt=meeting.starts_at)
    elsewhere = AssignedMeeting.objects.filter(hours, trainer=OuterRef("pk"), is_cancelled=False)
    county = session.municipality.county_id if session.municipality else None
    anywhere = Q(counties=None) | Q(counties=county) if county else Q()
    return (
        Trainer.objects.active()
        .filter(courses=session.course_id)
        .exclude(assignments__in=session.assignments.standing())
        .annotate(
            is_busy=Exists(elsewhere),
            teaches_language=Exists(Trainer.objects.filter(**{f"teaches_{session.language}": True}, pk=OuterRef("pk"))),
            travels_there=Exists(Trainer.objects.filter(anywhere, pk=OuterRef("pk"))),
        )
        .select_related("user")
        .order_by("is_busy", "user__name")
    )
