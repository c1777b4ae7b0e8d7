"""Doing what a page asks for, and saying on the next page how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from taushet.exceptions import TaushetError


def attempt(request: HttpRequest, action: Callable[[], Any], done: str | Callable[[Any], str]) -> bool:
    """Do it, and say what is done, which may depend on what came of it, or why it is refused; returns whether it is."""
    try:
        outcome = action()
    except TaushetError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done(outcome) if callable(done) else done)
    return True


def act(request: HttpRequest, row, page: Callable, name: str, form, action: Callable, done) -> HttpResponse:
    """Do what a small form on the page of a row asks, and go back there.

    What is wrong with the form, which the page knows by `name`, is shown on the page itself.
    """
    if not form.is_valid():
        return page(request, row.pk, **{name: form})
    attempt(request, lambda: action(form.cleaned_data), done)
    return redirect(row)


@dataclass(frozen=True)
class Action:
    """Something a person may do to a row in certain states, and is asked about first."""

    do: Callable
    states: frozenset[str]
    label: str
    consequence: str
    done: str
    color: str = "accent"


def ask_first(request: HttpRequest, row, action: Action, text: str, *, back: str = "") -> HttpResponse:
    """Ask whether it shall be done, saying what it is about; once answered do it, and go `back` or to the row."""
    back = back or row.get_absolute_url()
    if request.method == "POST":
        attempt(request, lambda: action.do(row, by=request.user), action.done)
        return redirect(back)
    context = {
        "title": action.label,
        "text": text,
        "button": action.label,
        "color": action.color,
        "back": back,
    }
    return render(request, "confirm.html", context)
