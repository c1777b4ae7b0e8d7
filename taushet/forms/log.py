from datetime import datetime, time, timedelta

from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField
from taushet.models import AuditEntry
from taushet.registries import logged_actions
from taushet.searches import holds
from taushet.services.retention import RETENTION


class LogFilterForm(forms.Form):
    """Which lines of the log to show."""

    who = CleanCharField(label=_("Who (name or e-mail)"), max_length=120, required=False)
    action = forms.ChoiceField(label=_("What was done"), required=False)
    object_type = forms.ChoiceField(label=_("To what"), required=False)
    object_id = CleanCharField(label=_("Number"), max_length=40, required=False)
    since = forms.DateField(label=_("From and including"), required=False)
    until = forms.DateField(label=_("Until and including"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("Everything")), *actions()]
        self.fields["object_type"].choices = [("", _("Everything")), *object_types()]
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            self.fields[name].input_formats = ["%Y-%m-%d", "%d.%m.%Y"]

    def narrow(self, entries):
        """Return the lines that fit; what could not be understood is told beside its field and left out."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("who"):
            entries = entries.filter(holds(chosen["who"], "actor__name", "actor__email"))
        if chosen.get("action"):
            entries = entries.filter(action=chosen["action"])
        if chosen.get("object_type"):
            entries = entries.filter(object_type=chosen["object_type"])
        if chosen.get("object_id"):
            entries = entries.filter(object_id=chosen["object_id"])
        if chosen.get("since"):
            entries = entries.filter(at__gte=midnight(chosen["since"]))
        if chosen.get("until"):
            entries = entries.filter(at__lt=midnight(chosen["until"] + timedelta(days=1)))
        return entries


def midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))


def actions():
    """Return what the log tells of, by the words a reader finds it under."""
    return sorted(((action.key, str(action.label)) for action in logged_actions), key=lambda choice: choice[1].lower())


def object_types():
    """Return the kinds of objects the log has lines about, by name."""
    labels = AuditEntry.objects.order_by().values_list("object_type", flat=True).distinct()
    known = kinds_of_objects()
    return sorted(((label, known.get(label, label)) for label in labels), key=lambda choice: choice[1].lower())


def kinds_of_objects():
    """Return what the kinds of objects are called, by the label the log knows them by."""
    models = {model._meta.label_lower: str(model._meta.verbose_name) for model in apps.get_models()}
    return models | {RETENTION: str(_("nightly erasing"))}
