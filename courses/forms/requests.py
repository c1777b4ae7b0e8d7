"""What a municipality puts in when it asks for a course at home, and what it answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.models import Audience, Course, CourseRequest, Format, PartOfDay
from courses.services.requests import (
    FEWEST_WINDOWS,
    MOST_PARTIES,
    MOST_WINDOWS,
    Party,
    Window,
    check_window,
    check_windows,
    offers_format,
)
from municipalities.fields import MunicipalityChoiceField
from taushet.fields import (
    CleanCharField,
    DayField,
    OrganisationNumberField,
    PersonNameField,
    PhoneField,
    WholeNumberField,
    WorkEmailField,
)
from taushet.forms.request_keys import RequestKeyForm

from .bookings import known_about
from .fields import WordField

MOST_PEOPLE = 2000


class PeopleField(WholeNumberField):
    """How many are to take part."""

    default_error_messages = {"required": _("Write how many are to take part, roughly.")}

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=MOST_PEOPLE, label=_("Number of participants"), **kwargs)
        self.widget.attrs |= {"autocomplete": "off"}


class CourseRequestForm(RequestKeyForm):
    """A request for a course at home, apart from its neighbours and its days."""

    course = forms.ModelChoiceField(
        Course.objects.published(),
        label=_("Course"),
        empty_label=_("Choose a course"),
        error_messages={
            "required": _("Choose a course."),
            "invalid_choice": _("There is no such course. Choose one from the list."),
        },
    )
    municipality = MunicipalityChoiceField(label=_("Your municipality"))
    seats = PeopleField(help_text=_("A rough number will do. It can be changed later."))
    format = forms.ChoiceField(
        label=_("How shall it be held?"),
        choices=Format,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it shall be held.")},
    )
    place = CleanCharField(
        label=_("Where"),
        max_length=150,
        required=False,
        help_text=_("If you have a room, such as the council chamber. Leave it empty if you do not know yet."),
    )
    audience = forms.ChoiceField(
        label=_("Who will take part?"),
        choices=Audience,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who will take part.")},
    )
    taught_in = forms.ChoiceField(
        label=_("Form of Norwegian"),
        choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a form of Norwegian.")},
    )
    contact_name = PersonNameField(label=_("Your name"), max_length=120)
    contact_email = WorkEmailField(label=_("Work e-mail"), help_text=_("Our answer is sent here."))
    contact_phone = PhoneField(label=_("Phone"))
    contact_role = CleanCharField(
        label=_("Your role"), max_length=120, required=False, help_text=_("For example SLT coordinator or sector head.")
    )
    payer_kind = forms.ChoiceField(
        label=_("Who pays, if the course costs anything?"),
        choices=CourseRequest.Payer,
        widget=forms.RadioSelect,
        initial=CourseRequest.Payer.EACH,
        error_messages={"required": _("Choose who pays.")},
    )
    payer_name = CleanCharField(label=_("Name of the company or foundation"), max_length=150, required=False)
    payer_organisation_number = OrganisationNumberField(label=_("Its organisation number"), required=False)
    invoice_reference = CleanCharField(
        label=_("Invoice reference"),
        max_length=60,
        required=False,
        help_text=_("What your accounts office wants on the invoice, such as a resource number or an order number."),
    )
    note = WordField(
        label=_("Anything else we should know?"),
        required=False,
        help_text=_("For example what you have done already, or what you want the course to lead to."),
    )

    PAYER_FIELDS = ("payer_kind", "payer_name", "payer_organisation_number", "invoice_reference")
    OF_OTHER_PAYERS = ("payer_name", "payer_organisation_number")
    OTHER_PAYERS = (CourseRequest.Payer.COMPANY, CourseRequest.Payer.FOUNDATION)

    def __init__(self, data=None, *, visitor=None, **kwargs):
        super().__init__(data, about="course-request", **kwargs)
        for name in self.OF_OTHER_PAYERS:
            self.fields[name].is_said_plainly = True  # both are needed where they are shown
        if visitor is not None and visitor.is_authenticated and not self.is_bound:
            self.initial = known_about(visitor) | self.initial

    def clean(self):
        data = super().clean()
        course, form = data.get("course"), data.get("format")
        if course and form and not offers_format(course, form):
            ways = ", ".join(str(way) for way in course.formats).lower()
            self.add_error("format", _("This course can be held in these ways: %(ways)s.") % {"ways": ways})
        if data.get("payer_kind") in self.OTHER_PAYERS:
            self.require("payer_name", _("Write the name of the company or foundation that pays."))
            self.require("payer_organisation_number", _("Write the payer’s organisation number."))
        elif "payer_kind" in data:
            # What was typed about somebody else does not count, and its fields are not shown.
            for name in self.OF_OTHER_PAYERS:
                self.errors.pop(name, None)
                data[name] = ""
        return data

    def require(self, name, sentence):
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    def fields_of(self, *names):
        return [self[name] for name in names]

    @property
    def who_pays(self):
        """The payer fields, to be laid out together."""
        return self.fields_of(*self.PAYER_FIELDS)

    @property
    def contact(self):
        """The fields about the one who asks."""
        return self.fields_of("contact_name", "contact_email", "contact_phone", "contact_role")


class NeighbourForm(forms.Form):
    """A municipality that asks along, and how many of its people take part."""

    municipality = MunicipalityChoiceField(label=_("Municipality"))
    seats = PeopleField()


class BaseNeighbourFormSet(forms.BaseFormSet):
    def parties(self):
        """Return the municipalities that were filled in."""
        rows = [form.cleaned_data for form in self.forms if form.has_changed()]
        return [Party(row["municipality"], row["seats"]) for row in rows]


NeighbourFormSet = forms.formset_factory(
    NeighbourForm,
    formset=BaseNeighbourFormSet,
    extra=2,
    max_num=MOST_PARTIES - 1,
    absolute_max=MOST_PARTIES + 10,
    validate_max=True,
)


class WindowForm(forms.Form):
    """Days that would suit, and the part of the day."""

    first_on = DayField(label=_("From"))
    last_on = DayField(label=_("To"), required=False)
    part = forms.ChoiceField(label=_("Part of the day"), choices=PartOfDay, initial=PartOfDay.ANY)

    def clean(self):
        data = super().clean()
        if data.get("first_on") and "last_on" in data and data.get("part"):
            self.window = Window(data["first_on"], data["last_on"] or data["first_on"], data["part"])
            try:
                check_window(self.window)
            except CoursesError as error:
                self.add_error(error.field, str(error))
        return data


class BaseWindowFormSet(forms.BaseFormSet):
    def clean(self):
        if any(self.errors):
            return
        try:
            check_windows(self.windows())
        except CoursesError as error:
            raise forms.ValidationError(str(error)) from error

    def windows(self):
        """Return the alternatives that were filled in."""
        return [form.window for form in self.forms if hasattr(form, "window")]


WindowFormSet = forms.formset_factory(
    WindowForm,
    formset=BaseWindowFormSet,
    extra=FEWEST_WINDOWS + 1,
    max_num=MOST_WINDOWS,
    absolute_max=MOST_WINDOWS + 10,
    validate_max=True,
)


class AskAgainForm(forms.Form):
    """Why none of the dates fits, and what would."""

    word = WordField(
        label=_("What would fit better?"),
        help_text=_("For example other days, another time of the day, or online."),
        error_messages={"required": _("Write in a few words what would fit better, so that we can find it.")},
    )


class WithdrawForm(forms.Form):
    """A last word, if one likes."""

    word = WordField(label=_("Do you want to say why?"), required=False)


class AskForm(forms.Form):
    """What the form is opened with: /kurs/foresporsel/?kurs=…&kommune=…&rader=6."""

    kurs = forms.ModelChoiceField(Course.objects.published(), to_field_name="slug", required=False)
    kommune = MunicipalityChoiceField(required=False)
    rader = forms.IntegerField(required=False, min_value=1, max_value=MOST_PARTIES - 1)

    def given(self):
        """Return what the form starts with and how many neighbours it has room for, leaving out what is wrong."""
        self.full_clean()
        found = self.cleaned_data
        course, municipality = found.get("kurs"), found.get("kommune")
        initial = {}
        if course:
            initial |= {"course": course.pk, "audience": course.audience}
        if municipality:
            initial |= {"municipality": municipality.pk, "taught_in": municipality.letter_language}
        return initial, found.get("rader") or NeighbourFormSet.extra
