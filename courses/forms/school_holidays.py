"""What staff put in about the days on which schools are closed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import SchoolHoliday
from municipalities.models import County
from taushet.fields import DayField


class SchoolHolidayForm(forms.Form):
    """One holiday, for as many counties as have the same days."""

    kind = forms.ChoiceField(
        label=_("Which holiday"),
        choices=SchoolHoliday.Kind,
        error_messages={"required": _("Choose a holiday."), "invalid_choice": _("Choose a holiday.")},
    )
    first_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"))
    counties = forms.ModelMultipleChoiceField(
        County.objects.none(),
        label=_("Counties"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one county.")},
    )
    source = forms.URLField(
        max_length=500,
        assume_scheme="https",
        label=_("Where it stands"),
        help_text=_("The address of the county’s own page, so that a colleague can look it up."),
        error_messages={
            "required": _("Write where it stands."),
            "invalid": _("This is not a web address. It begins with https://."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["counties"].queryset = County.objects.current()
