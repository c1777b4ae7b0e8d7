"""Pages that inform: where to get help, what is kept about people, how accessible the site is."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.templatetags.static import static

from taushet.registries import retention_rules


@login_not_required
def helplines(request):
    return render(request, "taushet/helplines.html")


@login_not_required
def privacy(request):
    return render(request, "taushet/privacy.html", {"rules": list(retention_rules)})


@login_not_required
def accessibility(request):
    return render(request, "taushet/accessibility.html")


@login_not_required
def robots(request):
    """Calendar feeds are left open: the programs that fetch them obey this file."""
    return render(request, "robots.txt", content_type="text/plain; charset=utf-8")


@login_not_required
def favicon(request):
    """For what asks without reading the page."""
    return redirect(static("taushet/mark.svg"))
