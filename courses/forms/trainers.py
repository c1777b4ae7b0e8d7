"""What staff say about trainers, and which month a trainer looks at."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import Trainer
from municipalities.fields import MunicipalityChoiceField
from municipalities.models import County
from taushet.fields import CleanCharField, WholeNumberField
from taushet.models import User

from .fields import PriceField


class MonthForm(forms.Form):
    """A month as it stands in the address: 2026-10."""

    maned = forms.DateField(required=False, input_formats=["%Y-%m"])

    def first_day(self):
        """Return the first day of the month asked for, or None when there is no such month."""
        asked = self.cleaned_data.get("maned") if self.is_valid() else None
        return asked if asked and 2000 < asked.year < 2100 else None


class ProfileForm(forms.ModelForm):
    """What trainers say of themselves, apart from where they are not impartial."""

    home = MunicipalityChoiceField(
        required=False,
        label=_("Lives in"),
        empty_label=_("Not said"),
        help_text=_("So that the way can be reckoned. Only staff see it."),
    )
    most_a_week = WholeNumberField(
        min_value=1, max_value=50, required=False, label=_("Most sessions a week"), help_text=_("Empty for no limit.")
    )
    most_a_month = WholeNumberField(
        min_value=1, max_value=100, required=False, label=_("Most sessions a month"), help_text=_("Empty for no limit.")
    )

    class Meta:
        model = Trainer
        fields = ["teaches_nb", "teaches_nn", "counties", "home", "most_a_week", "most_a_month"]
        widgets = {"counties": forms.CheckboxSelectMultiple}
        help_texts = {"counties": _("Empty when the trainer travels anywhere.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["counties"].queryset = County.objects.current()

    def clean(self):
        data = super().clean()
        if not data.get("teaches_nb") and not data.get("teaches_nn"):
            self.add_error("teaches_nb", gettext("Choose at least one form of Norwegian."))
        return data


class OwnProfileForm(ProfileForm):
    """The same, as the trainer reads it."""

    class Meta(ProfileForm.Meta):
        labels = {
            "teaches_nb": _("I teach in bokmål"),
            "teaches_nn": _("I teach in nynorsk"),
            "counties": _("Counties I travel to"),
        }
        help_texts = {"counties": _("Empty when you travel anywhere.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["home"].label = _("I live in")


class TrainerForm(ProfileForm):
    """What a trainer may teach, and the profile."""

    fee = PriceField(
        required=False,
        label=_("Fee per session in kroner"),
        help_text=_("Empty when the trainer takes none."),
    )
    field_order = ["user", "courses", "second_courses", *ProfileForm.Meta.fields, "fee", "is_active"]

    class Meta(ProfileForm.Meta):
        fields = ["courses", "second_courses", *ProfileForm.Meta.fields, "fee", "is_active"]
        widgets = ProfileForm.Meta.widgets | {
            "courses": forms.CheckboxSelectMultiple,
            "second_courses": forms.CheckboxSelectMultiple,
        }
        help_texts = ProfileForm.Meta.help_texts | {
            "courses": _("Only those who may teach a course can be assigned to it."),
            "second_courses": _("Beside one who may teach the course alone."),
        }

    def clean(self):
        data = super().clean()
        if not data.get("courses") and not data.get("second_courses"):
            self.add_error("courses", gettext("Choose at least one course."))
        return data


class NewTrainerForm(TrainerForm):
    """The same, and who it is."""

    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True, trainer=None).order_by("name", "email"),
        label=_("Person"),
        help_text=_("Somebody who cannot sign in here yet is invited instead, under Trainers."),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose a person.")},
    )

    class Meta(TrainerForm.Meta):
        fields = [name for name in TrainerForm.Meta.fields if name != "is_active"]


class ImpartialForm(forms.Form):
    """A municipality in which a trainer must not teach."""

    municipality = MunicipalityChoiceField(required=False)


class BaseImpartialFormSet(forms.BaseFormSet):
    def places(self):
        """Return the municipalities that were chosen."""
        return [place for form in self.forms if (place := form.cleaned_data.get("municipality"))]


MOST_PLACES = 10
ImpartialFormSet = forms.formset_factory(
    ImpartialForm,
    formset=BaseImpartialFormSet,
    extra=1,
    max_num=MOST_PLACES,
    absolute_max=MOST_PLACES + 10,
    validate_max=True,
)


def impartial_rows(data, trainer=None):
    """Return the rows of municipalities in which a trainer must not teach."""
    places = trainer.impartial_in.order_by("sort_key") if trainer else []
    initial = [{"municipality": place.pk} for place in places]
    return ImpartialFormSet(data, prefix="habilitet", initial=initial)


class TrainerChoiceField(forms.ModelChoiceField):
    """The trainers of a course, each with what speaks against; `remarks` holds it by trainer."""

    remarks: Mapping[int, list[str]] = {}

    def label_from_instance(self, trainer):
        remarks = self.remarks.get(trainer.pk)
        return f"{trainer} ({', '.join(remarks)})" if remarks else str(trainer)


class AssignmentForm(forms.Form):
    """Which trainer teaches a session, chosen among all who could, and why, when something speaks against."""

    trainer = forms.ChoiceField(
        label=_("Trainer"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a trainer."),
            "invalid_choice": _("This trainer cannot be given the session. Choose one of those below."),
        },
    )
    reason = CleanCharField(
        max_length=300,
        required=False,
        label=_("Why even so"),
        help_text=_("Needed when something speaks against the one you choose. It is kept with the assignment."),
    )

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.candidates = {str(one.trainer.pk): one for one in candidates}
        self.fields["trainer"].choices = [(key, str(one.trainer)) for key, one in self.candidates.items()]

    def clean_trainer(self):
        return self.candidates[self.cleaned_data["trainer"]].trainer

    def rows(self):
        """Return each candidate with the control that chooses it."""
        return list(zip(self["trainer"], self.candidates.values(), strict=True))
