"""Material for afterwards: put in by trainer or staff, read by the participants and by the contact."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.forms.mails import MaterialForm
from courses.models import Material
from courses.services.catalogue import session_texts
from courses.services.materials import change_material

from .attendance import in_room
from .secret import OWNER, SECOND, opens_booking, opens_participant


@in_room
@require_http_methods(["GET", "HEAD", "POST"])
def material_update(request, room, session):
    standing = Material.objects.filter(session=session).first()
    initial = {"text": standing.text if standing else ""}
    form = MaterialForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        change_material(session, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("The material is saved."))
        return redirect(room.session_page(session))
    context = {
        "room": room,
        "base": room.base,
        "session": session,
        "form": form,
        "back": room.session_page(session),
        "may_write": room.may_take(request.user),
        **session_texts(session),
    }
    return render(request, "courses/material_form.html", context)


@opens_participant
@require_safe
def participant_material(request, participant, token):
    return material_page(request, participant.booking, "courses:participant_detail", token)


@opens_booking(OWNER, SECOND)
@require_safe
def booking_material(request, access):
    return material_page(request, access.booking, "courses:booking_detail", access.token)


def material_page(request, booking, back, token):
    material = Material.objects.filter(session=booking.session_id).first()
    context = {"material": material, "session": booking.session, "back": back, "token": token}
    return render(request, "courses/material.html", context)
