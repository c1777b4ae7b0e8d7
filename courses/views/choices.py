"""Several rows chosen in a list of staff's: what is asked before something is done to them, and what came of it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.services.choices import MOST, do_to_all, sort_out, told_by_all

CHOSEN, WHAT = "valgt", "handling"


def chosen_numbers(data):
    """Return the numbers of the chosen rows, each once, as many as a list shows at most."""
    numbers = [int(text) for text in data.getlist(CHOSEN) if text.isascii() and text.isdecimal() and len(text) < 10]
    return list(dict.fromkeys(numbers))[:MOST]


def choice_page(request, rows, choices, *, back, template, ask=None):
    """Ask before something is done to the chosen rows, saying which are left out and why; do it on POST.

    `ask(request, choice, rows)` asks for more: it returns what the page needs for that, and what is to be handed on to
    the deed, or None while the page has to be shown once more.
    """
    data = request.POST if request.method == "POST" else request.GET
    choice, chosen = choices.get(data.get(WHAT)), list(rows.filter(pk__in=chosen_numbers(data)))
    if choice is None or not chosen:
        messages.warning(request, _("Tick at least one row first."))
        return redirect(back)
    found = sort_out(choice, chosen)
    asked, details = ask(request, choice, found.fit) if ask and found.fit else ({}, {})
    if request.method == "POST" and details is not None:
        return tell(request, choice, do_to_all(choice, chosen, by=request.user, **details), back)
    context = {
        "choice": choice,
        "what": data[WHAT],
        "fit": found.fit,
        "left_out": found.left_out,
        "told": told_by_all(choice, found.fit),
        "back": back,
    }
    return render(request, template, context | asked)


def tell(request, choice, done, back):
    """Say to how many it was done, and why not to the others."""
    if done.fit:
        count = len(done.fit)
        messages.success(request, f"{choice.done}: {count}.")
    else:
        messages.info(request, _("Nothing was changed."))
    if done.left_out:
        reasons = "; ".join(f"{row.pk}: {why}" for row, why in done.left_out[:10])
        count = len(done.left_out)
        sentence = ngettext("%(count)d was left out.", "%(count)d were left out.", count) % {"count": count}
        messages.warning(request, f"{sentence} {reasons}")
    return redirect(back)
