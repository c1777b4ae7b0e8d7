"""The language of the pages: bokmål until the visitor chooses another."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt

ONE_YEAR = 365 * 24 * 60 * 60


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    next = forms.CharField(required=False)

    def clean_next(self):
        """Only lead back to a page of this site."""
        address = self.cleaned_data["next"]
        is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
        return address if is_ours else resolve_url("front_page")


@csrf_exempt  # the choice stands on every page; without this every visitor would get a cookie for nothing
@login_not_required
def set_language(request):
    if request.method != "POST":
        form = LanguageForm({"language": request.LANGUAGE_CODE, "next": request.GET.get("next", "")})
        form.is_valid()
        return render(request, "taushet/language.html", {"next": form.cleaned_data["next"]})
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return render(request, "taushet/language.html", {"next": resolve_url("front_page")}, status=400)
    response = redirect(form.cleaned_data["next"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        form.cleaned_data["language"],
        max_age=ONE_YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response
