"""The front page, and where a person lands after signing in."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch

from taushet.roles import TRAINER
from taushet.second_factor import AFTER_SECOND_FACTOR


@login_not_required
def front_page(request):
    return render(request, "taushet/front_page.html")


def start_signed_in(request):
    """Lead each kind of person to the pages they came for."""
    wanted = request.session.pop(AFTER_SECOND_FACTOR, None)
    if wanted:
        return redirect(wanted)
    try:
        return redirect(home_of(request.user))
    except NoReverseMatch:
        return redirect("front_page")


def home_of(user) -> str:
    """Return the name of the page a person works from."""
    if user.is_campaign_staff:
        return "today"
    if TRAINER in user.roles:
        return "courses:trainer_home"
    return "courses:my_municipality"
