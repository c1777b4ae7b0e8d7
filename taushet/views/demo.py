"""The demonstration: sign in as anybody with one click. The address exists in the demonstration only."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taushet.demonstration import PEOPLE
from taushet.models import User


@login_not_required
def demo(request):
    """Show the people of the demonstration; a POST with `person` signs in as that one."""
    if request.method == "POST":
        return sign_in(request, request.POST.get("person", ""))
    return render(request, "taushet/demo.html", {"people": PEOPLE})


def sign_in(request, key):
    person = next((person for person in PEOPLE if person.key == key), None)
    user = User.objects.filter(email=person.email, is_active=True).first() if person else None
    if user is None:
        messages.error(request, _("This person is not here. Somebody has deactivated them, or nothing is loaded yet."))
        return redirect("demo")
    adapter = get_adapter()
    adapter.login(request, user)
    record_authentication(request, user, method="code", email=user.email)
    second = Authenticator.objects.filter(user=user).first()
    if second:
        record_authentication(request, user, method="mfa", id=second.pk, type=second.type, reauthenticated=True)
    return adapter.post_login(
        request, user, email_verification="none", signal_kwargs=None, email=user.email, signup=False, redirect_url=None
    )
