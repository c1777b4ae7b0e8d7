"""Pages that inform: where to get help, what is kept about people, how accessible the site is."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

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
