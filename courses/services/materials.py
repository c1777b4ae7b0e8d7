"""What participants get to read after a session: written by its trainer or staff, told once by a planned mail.

The mail only points to the page; what it holds stays off the participant's inbox (design rule 9).
"""

from django.db import transaction
from django.utils import timezone

from courses.models import Material, Session
from taushet.models import User
from taushet.services import audit

from . import planned_mails


@transaction.atomic
def change_material(session: Session, text: str, *, by: User) -> Material | None:
    """Give a session other material and plan the mail that tells of it; an empty text takes it away.

    Whoever has been told is not told again: the page shows what applies now.
    """
    session = Session.objects.select_for_update(no_key=True, of=("self",)).get(pk=session.pk)
    material = Material.objects.filter(session=session).first()
    if (material.text if material else "") == text:
        return material
    if text:
        values = {"text": text, "changed_by": by, "changed_at": timezone.now()}
        material, _is_new = Material.objects.update_or_create(session=session, defaults=values)
    else:
        material.delete()
        material = None
    planned_mails.follow_session(session)
    audit.record("session.material", session, by=by, length=len(text))
    return material
