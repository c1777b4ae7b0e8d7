"""Whom staff invites as a trainer."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from municipalities.models import County
from taushet.fields import CleanCharField, WorkEmailField


class TrainerInvitationForm(forms.Form):
    """Name and address, and what is known of the profile; the trainer says the rest."""

    name = CleanCharField(label=_("Name"), max_length=120)
    email = WorkEmailField(label=_("Work e-mail"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES, initial="nb")
    courses = forms.ModelMultipleChoiceField(
        Course.objects.none(), label=_("May teach"), widget=forms.CheckboxSelectMultiple, required=False
    )
    second_courses = forms.ModelMultipleChoiceField(
        Course.objects.none(),
        label=_("May teach as the second trainer"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    counties = forms.ModelMultipleChoiceField(
        County.objects.none(),
        label=_("Travels to"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Empty when the trainer travels anywhere. The trainer can change it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("courses", "second_courses"):
            self.fields[name].queryset = Course.objects.order_by("title_nb", "pk")
            self.fields[name].is_said_plainly = True  # one of the two is needed
        self.fields["counties"].queryset = County.objects.current()

    def clean(self):
        data = super().clean()
        if not data.get("courses") and not data.get("second_courses"):
            self.add_error("courses", gettext("Choose at least one course."))
        return data
