"""What a visitor says who wants to be told of new dates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from municipalities.models import County
from taushet.fields import WorkEmailField


class DateAlertForm(forms.Form):
    """An address, and of which dates it wants to be told: of one course or of all, in one county or everywhere."""

    email = WorkEmailField(label=_("E-mail"))
    county = forms.ModelChoiceField(
        County.objects.current(),
        required=False,
        label=_("County"),
        empty_label=_("The whole country"),
        error_messages={"invalid_choice": _("There is no county with this number. Choose one from the list.")},
    )
    course = forms.ModelChoiceField(
        Course.objects.published(),
        required=False,
        to_field_name="slug",
        widget=forms.HiddenInput,
        error_messages={
            "invalid_choice": _("This course is no longer there. Ask for the dates of all courses instead.")
        },
    )

    # The page it stands on may have a filter with fields of the same names.
    prefix = "varsel"
