"""The own account: profile, accepting an invitation, and ways to sign in at somebody else's."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect import views as openid_views
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from taushet.adapters import remember_language
from taushet.forms.accounts import ProfileForm
from taushet.services import audit
from taushet.services.openid import MAY_CONNECT
from taushet.services.people import accept_invitation, change_profile, find_invited


def profile(request):
    """Name and language, and everything else about the own way in."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        change_profile(request.user, **form.cleaned_data)
        with override(request.user.language):
            messages.success(request, _("Saved."))
        response = redirect("profile")
        remember_language(response, request.user.language)
        return response
    connected = {account.provider: account for account in SocialAccount.objects.filter(user=request.user)}
    context = {
        "form": form,
        "roles": request.user.role_labels,
        "has_second_factor": Authenticator.objects.filter(user=request.user).exists(),
        "providers": [
            (provider, connected.get(provider.app.provider_id)) for provider in get_adapter().list_providers(request)
        ],
    }
    return render(request, "taushet/profile.html", context)


@login_not_required
@never_cache
def invitation(request, token):
    """Show who invites to what; nothing happens until the person says yes."""
    user = find_invited(token)
    if user is None:
        return render(request, "taushet/invitation_closed.html", status=410)
    roles = user.role_labels
    return render(request, "taushet/invitation.html", {"invited": user, "roles": roles, "token": token})


@login_not_required
@require_POST
def invitation_accept(request, token):
    """Accept, and go on to signing in with a code."""
    user = find_invited(token)
    if user is None:
        return render(request, "taushet/invitation_closed.html", status=410)
    accept_invitation(user)
    logout(request)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=user.email)
    return redirect("account_confirm_login_code")


@login_not_required
def openid_login(request, provider_id):
    """Go to the provider, asking for what the settings say: the address must not lower the level or widen the scope."""
    request.GET = request.GET.copy()
    for name in ("auth_params", "scope"):
        request.GET.pop(name, None)
    return openid_views.login(request, provider_id=provider_id)


@login_not_required
def openid_callback(request, provider_id):
    """Come back from the provider; an answer without what we need is a page that says so, not a fault."""
    try:
        return openid_views.callback(request, provider_id=provider_id)
    except (KeyError, ValueError) as error:
        return render_authentication_error(request, find_provider(request, provider_id), exception=error)


@require_POST
def openid_connect(request, provider_id):
    """Let the person, and nobody who lured them here, connect a way to sign in.

    The way to the provider is a link on the page, since the content policy keeps forms on this site.
    """
    provider = find_provider(request, provider_id)
    request.session[MAY_CONNECT] = provider.app.provider_id
    return render(request, "socialaccount/connect.html", {"provider": provider})


@require_POST
def openid_disconnect(request, pk):
    account = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    audit.record("user.sign_in_disconnected", request.user, by=request.user, provider=account.provider)
    account.delete()
    messages.success(request, _("You can no longer sign in that way. A code by mail always works."))
    return redirect("profile")


def find_provider(request, provider_id):
    providers = get_adapter().list_providers(request)
    found = next((provider for provider in providers if provider.app.provider_id == provider_id), None)
    if found is None:
        raise Http404
    return found
