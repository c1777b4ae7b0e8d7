"""Why a letter is held, as a sentence for a person."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

HOLD_SENTENCES = {
    "fact_missing": _("Unknown: %(name)s."),
    "fact_stale": _("Too old: %(name)s, last seen %(detail)s."),
    "fact_unsourced": _("No source: %(name)s."),
    "fact_unreadable": _("Not a value of its kind: %(name)s, “%(detail)s”."),
    "hook_lapsed": _("No longer in force on the day it leaves: %(name)s."),
    "no_address": _("No address."),
    "suppressed": _("The address gets no mail from us: %(detail)s."),
    "already_sent": _("The office or its address has had this demand before."),
    "left_office": _("No longer in office on the day it leaves."),
    "on_leave": _("On leave on the day it leaves."),
    "objected": _("The person has asked not to get letters from us."),
    "quiet_period": _(
        "The office or its address has had a letter from us lately. The quiet period is %(detail)s days."
    ),
    "same_address": _("Somebody else in the mailing has the same address and gets the letter: %(detail)s."),
    "too_soon": _("Not before %(detail)s: whoever gets a letter has four weeks to answer it."),
    "answer_waits": _("Something that may be an answer has come. Sort it, or confirm who it is from, first."),
    "demand_over": _("The demand is met or withdrawn: %(name)s."),
    "not_confirmed": _("Nobody has confirmed that the demand says the same in bokmål and nynorsk: %(name)s."),
    "no_text": {
        "nb": _("There is no text in bokmål: %(name)s."),
        "nn": _("There is no text in nynorsk: %(name)s."),
    },
    "hole": _("The text has a hole in it: %(detail)s"),
    "edit_outdated": _("What is known has changed since the letter was edited by hand. Read it again and save it."),
    "municipality_ended": _("The municipality no longer exists on the day it leaves."),
    "no_pdf": _("The letter could not be made as PDF. Write it another way, or send without PDFs."),
    "broken_text": _("The wording of the demand is broken: %(detail)s"),
}
# The same without what is particular to a letter, to choose by and count.
HOLD_KINDS = {
    "fact_missing": _("A fact is unknown"),
    "fact_stale": _("A fact is too old"),
    "fact_unsourced": _("A fact has no source"),
    "fact_unreadable": _("A fact is not of its kind"),
    "hook_lapsed": _("A legal hook is no longer in force"),
    "no_address": _("No address"),
    "suppressed": _("The address gets no mail from us"),
    "already_sent": _("Has had the demand before"),
    "left_office": _("No longer in office"),
    "on_leave": _("On leave"),
    "objected": _("Has asked not to get letters"),
    "quiet_period": _("Quiet period"),
    "same_address": _("Two recipients at one address"),
    "too_soon": _("Their time to answer is not over"),
    "answer_waits": _("What may be an answer waits to be sorted"),
    "demand_over": _("The demand is met or withdrawn"),
    "not_confirmed": _("Bokmål and nynorsk are not confirmed to say the same"),
    "no_text": _("No text in the language form"),
    "hole": _("A hole in the text"),
    "edit_outdated": _("Edited by hand, and the facts have changed"),
    "municipality_ended": _("The municipality no longer exists"),
    "no_pdf": _("Could not be made as PDF"),
    "broken_text": _("The wording is broken"),
}
NO_ADDRESS = {
    "mailbox": _("No address: the central mail-box."),
    "mayor": _("No address: the mayor."),
}


def hold_sentence(reason: dict) -> str:
    """Return why a letter is held: `reason` is one of `Letter.held_for`."""
    sentence = HOLD_SENTENCES[reason["why"]]
    if isinstance(sentence, dict):
        sentence = sentence[reason["field"]]
    if reason["why"] == "no_address":
        sentence = NO_ADDRESS.get(reason["field"], sentence)
    names = reason["names"]
    name = names.get(get_language() or "nb") or names.get("nb") or reason["field"]
    return str(sentence) % {"name": name, "field": reason["field"], "detail": shown_detail(reason["detail"])}


def shown_detail(detail: str) -> str:
    """Show a date as people write it, anything else as it is."""
    try:
        return date_format(date.fromisoformat(detail), "j. F Y")
    except ValueError:
        return detail
