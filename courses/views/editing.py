"""Two editors of one thing: what its form was opened with, and what is different now, field by field."""

from django.core import signing
from django.utils.translation import pgettext

from taushet.models import AuditEntry

SALT = "content-as-opened"
NOBODY = "–"


def write_opened(what, content):
    """Return the content of what is edited as its form carries it."""
    return signing.dumps(content, salt=f"{SALT}:{what}", compress=True)


def read_opened(what, data):
    """Return the content a form of one sort was opened with; None when it carries none of ours."""
    text = data.get("opened", "")
    try:
        return signing.loads(text, salt=f"{SALT}:{what}") if text else None
    except signing.BadSignature:
        return None


def compare(edited, opened, now, mine, *, label, show, actions):
    """Return who changed something last, and a row for each value that is another now than when it was opened."""
    rows = [
        {
            "label": label(key),
            "opened": show(key, opened.get(key)),
            "theirs": show(key, now.get(key)),
            "mine": show(key, mine.get(key)),
        }
        for key in dict.fromkeys([*opened, *now])
        if opened.get(key) != now.get(key)
    ]
    last = AuditEntry.objects.about(edited).filter(action__startswith=actions).select_related("actor").first()
    return {"rows": rows, "who": last.actor if last else None, "at": last.at if last else None}


def compare_form(edited, opened, now, form, *, actions):
    """Compare what a plain form was opened with, what is there now, and what has been typed into it."""
    return compare(
        edited,
        opened,
        now,
        form.cleaned_data,
        label=lambda key: form.fields[key].label if key in form.fields else key,
        show=lambda key, value: show_value(form.fields.get(key), value),
        actions=actions,
    )


def show_value(field, value):
    """Return a value of a form as a reader knows it."""
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value in {None, ""}:
        return NOBODY
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value) or field.prepare_value(value) if field else value)
