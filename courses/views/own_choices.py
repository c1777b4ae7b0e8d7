"""What participants decide for themselves: what they need, under which name they stand, what mail may tell."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses.exceptions import CoursesError
from courses.forms.adaptations import AdaptationForm, AliasForm, ParticipantDiscretionForm
from courses.models import Adaptation
from courses.services import adaptations, discretion, protection
from taushet.services.links import issue_link, page_address

from .secret import opens_participant


def own_page(token):
    return redirect(reverse("courses:participant_detail", args=[token]))


def own_adaptation(participant):
    """What a participant has told, to be shown on the own page.

    Of somebody without an address the contact has handed over the link on paper, so it is not shown again there.
    """
    return Adaptation.objects.filter(participant=participant).first()


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def participant_adaptation(request, participant, token):
    row = own_adaptation(participant) if participant.email else None
    form = AdaptationForm(request.POST if request.method == "POST" else None, instance=row)
    if form.is_valid():
        try:
            adaptations.tell_adaptation(participant, **form.wishes)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("We have what you need. It is seen by those who arrange it only."))
            return own_page(token)
    return render(request, "courses/participant_adaptation.html", {"form": form, "token": token})


@opens_participant
@require_POST
def participant_adaptation_delete(request, participant, token):
    adaptations.withdraw_consent(participant)
    messages.success(request, _("It is deleted."))
    return own_page(token)


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def participant_alias(request, participant, token):
    form = AliasForm(
        request.POST if request.method == "POST" else None,
        participant=participant,
        initial={"alias": participant.alias, "certificate_name": participant.certificate_name},
    )
    if form.is_valid():
        try:
            protection.protect_name(participant, **form.cleaned_data)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("From now on others see only the name you have chosen."))
            new_token = issue_link("participant", participant.pk)
            if new_token != token:
                messages.warning(
                    request,
                    _(
                        "This page has got a new address, and the one on your paper no longer opens it. Keep the"
                        " address of this page now, where only you see it."
                    ),
                )
            return redirect(page_address("participant", new_token))
    context = {
        "title": _("Protect my name"),
        "text": _(
            "Others see another name: on lists, on paper, in files and on the page of your workplace. Your e-mail,"
            " workplace and role are hidden too. Those at your workplace who signed you up know who you are already."
        ),
        "form": form,
        "button": _("Protect my name"),
        "back": reverse("courses:participant_detail", args=[token]),
    }
    return render(request, "courses/booking_action.html", context)


@opens_participant
@require_POST
def participant_alias_remove(request, participant, token):
    protection.show_name(participant)
    messages.success(request, _("Your own name stands on lists again."))
    return own_page(token)


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def participant_discretion(request, participant, token):
    form = ParticipantDiscretionForm(request.POST if request.method == "POST" else None, participant=participant)
    if form.is_valid():
        discretion.choose_for_participant(participant, shows_course=form.choice)
        messages.success(request, _("It is done. Entries in your calendar get the other title by e-mail."))
        return own_page(token)
    context = {
        "title": _("What e-mail and calendar tell"),
        "text": _("You choose for yourself. E-mails you have already are not changed: delete them if need be."),
        "form": form,
        "button": _("Save"),
        "back": reverse("courses:participant_detail", args=[token]),
    }
    return render(request, "courses/booking_action.html", context)
