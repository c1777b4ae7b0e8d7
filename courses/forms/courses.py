"""A course and its texts, as campaign staff write them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Course, VatTreatment
from taushet.fields import CleanCharField, WholeNumberField

from .fields import PriceField

OTHER_PAGES = {"foresporsel", "kalender", "varsel"}  # under /kurs/
LONG_TEXTS = [f"{field}_{language}" for field in ("description", "aims") for language in ("nb", "nn", "en")]


class CourseForm(forms.ModelForm):
    """What a course is. Only the texts in bokmål must be there; the others are shown as missing until they are."""

    title_nb = CleanCharField(
        max_length=120, label=_("Title in bokmål"), error_messages={"required": _("Write the title in bokmål.")}
    )
    title_nn = CleanCharField(max_length=120, required=False, label=_("Title in nynorsk"))
    title_en = CleanCharField(max_length=120, required=False, label=_("Title in English"))
    summary_nb = CleanCharField(
        max_length=300, label=_("Summary in bokmål"), error_messages={"required": _("Write the summary in bokmål.")}
    )
    summary_nn = CleanCharField(max_length=300, required=False, label=_("Summary in nynorsk"))
    summary_en = CleanCharField(max_length=300, required=False, label=_("Summary in English"))
    price = PriceField(label=_("Price in kroner, without VAT"), help_text=_("0 when it is free."))
    participants_min = WholeNumberField(
        min_value=1,
        max_value=2000,
        label=_("Fewest participants"),
        error_messages={"required": _("Write the fewest participants.")},
    )
    participants_max = WholeNumberField(
        min_value=1,
        max_value=2000,
        label=_("Most participants"),
        error_messages={"required": _("Write the most participants.")},
    )
    late_cancellation_hours = WholeNumberField(
        min_value=0,
        max_value=720,
        label=_("Called off late from so many hours before the start"),
        help_text=_("Who calls off later than this is listed and counted as late; it says nothing about the price."),
        error_messages={"required": _("Write how many hours before the start is late.")},
    )
    attendance_required = WholeNumberField(
        min_value=1,
        max_value=100,
        label=_("Attendance for a course certificate, in percent"),
        help_text=_("Share of the hours of all meetings."),
        error_messages={"required": _("Write how much attendance a certificate takes.")},
    )

    class Meta:
        model = Course
        fields = [
            "title_nb",
            "title_nn",
            "title_en",
            "slug",
            "summary_nb",
            "summary_nn",
            "summary_en",
            "description_nb",
            "description_nn",
            "description_en",
            "aims_nb",
            "aims_nn",
            "aims_en",
            "audience",
            "length_hours",
            "offers_on_site",
            "offers_online",
            "offers_hybrid",
            "price",
            "price_kind",
            "vat_treatment",
            "invoicing",
            "participants_min",
            "participants_max",
            "late_cancellation_hours",
            "attendance_required",
            "is_published",
        ]
        help_texts = {
            "slug": _("The last part of the web address: small letters, digits and hyphens. It cannot be changed."),
            "length_hours": _("Empty as long as it is not decided; the page then says so."),
            "is_published": _("Everybody can read a published course."),
            "price_kind": _("One for the whole session is paid by the first who books; the others come along."),
            "vat_treatment": _("Teaching is exempt; a talk without exchange between teacher and learner may not be."),
        }
        error_messages = {
            "slug": {
                "required": _("Write the last part of the web address."),
                "invalid": _("Use only small letters a–z, digits and hyphens."),
                "unique": _("This address is taken."),
            },
            "description_nb": {"required": _("Write the description in bokmål.")},
            "aims_nb": {"required": _("Write the aims in bokmål.")},
            "audience": {"required": _("Choose who the course is for.")},
            "vat_treatment": {"required": _("Choose how it is taxed.")},
            "length_hours": {"invalid": _("Write the number of hours, such as 3 or 3,5.")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Mails and other sites point at the address.
        if self.instance.pk:
            del self.fields["slug"]
        self.fields["length_hours"].localize = True
        self.fields["length_hours"].widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug in OTHER_PAGES:
            raise forms.ValidationError(self.fields["slug"].error_messages["unique"], code="unique")
        return slug

    def clean(self):
        data = super().clean()
        for name in LONG_TEXTS:  # browsers send other line breaks than are stored, which is no change
            data[name] = data.get(name, "").replace("\r\n", "\n")
        fewest, most = data.get("participants_min"), data.get("participants_max")
        if fewest and most and most < fewest:
            self.add_error("participants_max", _("This is fewer than the fewest participants."))
        if data.get("price") and data.get("vat_treatment") == VatTreatment.NONE:
            self.add_error("vat_treatment", _("Say how the price is taxed: without that it cannot be invoiced."))
        if not any(data.get(name) for name in ("offers_on_site", "offers_online", "offers_hybrid")):
            self.add_error("offers_on_site", _("Choose at least one way to hold the course."))
        return data
