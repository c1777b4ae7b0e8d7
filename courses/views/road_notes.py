"""The notes that wait for the next trainer: written on the phone, seen and removed by staff."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.road_notes import RoadNoteForm
from courses.models import RoadNote
from courses.services import road_notes
from courses.services.catalogue import session_texts

from .trainers import for_trainers, own_session


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_note(request, trainer, session_id):
    session = own_session(trainer, session_id)
    mine = RoadNote.objects.filter(session=session, written_by=request.user).first()
    data = request.POST if request.method == "POST" else None
    form = RoadNoteForm(data, session=session, initial={"text": mine.text if mine else ""})
    if session.municipality_id and form.is_valid():
        road_notes.write_note(session, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("courses:trainer_session", session.pk)
    context = {"form": form, "session": session, "notes": road_notes.notes_for(session), **session_texts(session)}
    return render(request, "courses/trainer_note.html", context)


@require_safe
@never_cache
@permission_required("courses.view_roadnote", raise_exception=True)
def road_note_list(request):
    notes = RoadNote.objects.select_related("municipality", "session__course", "written_by")
    page = Paginator(notes, 50).get_page(request.GET.get("page"))
    return render(request, "courses/road_note_list.html", {"page": page})


@require_POST
@permission_required("courses.delete_roadnote", raise_exception=True)
def road_note_remove(request, note_id):
    note = get_object_or_404(RoadNote.objects.select_related("session"), pk=note_id)
    road_notes.remove_note(note, by=request.user)
    messages.success(request, _("The note is deleted."))
    return redirect("courses:road_note_list")
