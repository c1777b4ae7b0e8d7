"""The answers and promises that everybody may have as tables."""

from django.utils.translation import gettext_lazy as _

from outreach.services.replies import open_data
from taushet.registries import Dataset, datasets

datasets.register(
    Dataset(
        "svar",
        _("Answers to our demands"),
        _("The answers that are public, in the words that everybody may read, one row for each demand they answer."),
        (
            ("svar", _("our number of the answer")),
            ("dato", _("the day it came")),
            ("type", _("answer, or receipt when it only confirms that the letter has come")),
            ("kommunenummer", _("the official number of the municipality")),
            ("kommune", _("the municipality")),
            ("krav", _("our number of the demand")),
            ("krav_lenke", _("where the demand can be read")),
            ("svarer", _("who answers: the municipality, or an office and its holder on that day")),
            ("tekst", _("what is answered, without private people")),
            ("saksnummer", _("the case number of the municipality")),
        ),
        open_data.answer_rows,
    )
)
datasets.register(
    Dataset(
        "lofter",
        _("Promises"),
        _("What has been promised in answers to our demands, and how it goes."),
        (
            ("lofte", _("our number of the promise")),
            ("svar", _("our number of the answer it stands in")),
            ("sitat", _("what was promised, word for word")),
            ("lover", _("who promised, in which office on that day")),
            ("sagt", _("the day it was said")),
            ("kommunenummer", _("the official number of the municipality; empty for the whole country")),
            ("kommune", _("the municipality")),
            ("krav", _("our number of the demand")),
            ("krav_lenke", _("where the demand can be read")),
            ("frist", _("the day by which it is to be done")),
            ("status", _("promised, in_progress, kept, partly, broken, uncheckable or review")),
            ("status_fra", _("the day since which it stands so")),
            ("begrunnelse", _("why it stands so, when something is said about it")),
            ("begrunnelse_lenke", _("where one can see it, when there is a link")),
        ),
        open_data.promise_rows,
    )
)
