"""What is decided about how the letters of a draft leave: part of what is approved."""

from datetime import datetime

from django.db import transaction

from outreach.models import Mailing
from outreach.services.mailings.mailings import draft, lock
from taushet.models import User
from taushet.services import audit


@transaction.atomic
def set_schedule(
    mailing: Mailing, *, by: User, embargo_until: datetime | None, rate: int | None, attach_pdf: bool
) -> Mailing:
    """Decide how a draft is sent; when its letters are many the worker drafts them anew.

    Raises WrongStatus once it is submitted, since that is what is approved then.
    """
    mailing = lock(mailing, Mailing.Status.DRAFT)
    wanted = {"embargo_until": embargo_until, "rate": rate, "attach_pdf": attach_pdf}
    changed = [name for name, value in wanted.items() if getattr(mailing, name) != value]
    if not changed:
        return mailing
    for name in changed:
        setattr(mailing, name, wanted[name])
    mailing.last_editor = by
    mailing.save(update_fields=[*changed, "last_editor"])
    mailing.editors.add(by)
    audit.record("mailing.sending_set", mailing, by=by, fields=changed)
    return draft(mailing, by=by)
