"""What a trainer wants the next one to know."""

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.services.road_notes import what_tells_of_people

from .fields import WordField

LONGEST = 1500


class RoadNoteForm(forms.Form):
    """A note about place and way. What looks as if it told of somebody takes a second yes."""

    text = WordField(
        longest=LONGEST,
        required=False,
        label=_("Note to the next trainer"),
        help_text=_("The room, the equipment, the way, the key. No names, phone numbers or e-mail addresses."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    even_so = forms.BooleanField(label=_("There is nothing about a person in it"), required=False)

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.session = session
        self.fields["text"].is_said_plainly = True  # the only field; left empty, it takes the note away
        self.found = []

    def clean(self):
        data = super().clean()
        self.found = what_tells_of_people(self.session, data.get("text", ""))
        if self.found and not data.get("even_so"):
            things = get_text_list(self.found, gettext("and"))
            sentence = gettext(
                "It looks as if there is %(things)s in it. Take that out, or tick below that there is nothing about"
                " a person."
            )
            self.add_error("text", sentence % {"things": things})
        return data
