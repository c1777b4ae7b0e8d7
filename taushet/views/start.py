"""The front page, and where a person lands after signing in."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render


@login_not_required
def front_page(request):
    return render(request, "taushet/front_page.html")


def start_signed_in(request):
    """Lead each kind of person to the pages they came for."""
    return redirect("front_page")
