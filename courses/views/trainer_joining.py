"""Inviting a trainer who is not here yet."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.forms.trainer_joining import TrainerInvitationForm
from courses.services.trainer_joining import invite_trainer
from taushet.services.people import PeopleError


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("courses.add_trainer", raise_exception=True)
def trainer_invite(request):
    form = TrainerInvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            trainer = invite_trainer(**form.cleaned_data, by=request.user)
        except PeopleError:
            text = _("Somebody with this address is here already. Choose the person under “New trainer” instead.")
            form.add_error("email", text)
        else:
            email = trainer.user.email
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": email})
            return redirect("courses:trainer_list")
    return render(request, "courses/staff_trainer_invite.html", {"form": form})
