"""One search over everything staff may see."""

from django import forms
from django.contrib.auth.decorators import user_passes_test
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from taushet.registries import search_sources
from taushet.views.today import is_campaign_staff


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("Search for"),
        help_text=_("A municipality, a booking, a person or a letter."),
        min_length=2,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


@user_passes_test(is_campaign_staff)
def staff_search(request):
    form = SearchForm(request.GET if "q" in request.GET else None)
    found = []
    if form.is_valid():
        for source in search_sources:
            if request.user.has_perm(source.permission):
                rows = list(source.find(request.user, form.cleaned_data["q"]))
                if rows:
                    found.append({"title": source.title, "rows": rows})
    return render(request, "taushet/staff_search.html", {"form": form, "found": found})
