"""Files in forms: no browser keeps a chosen file when a form comes back."""

from django import forms
from django.utils.translation import gettext as _


def ask_for_files_again(form: forms.Form) -> None:
    """Say at each file that was chosen that it has to be chosen again, when something else in the form is wrong.

    Called last in the form's `clean()`.
    """
    chosen = [name for name in form.files if name in form.fields and name not in form.errors]
    for name in chosen if form.errors else ():
        form.add_error(name, _("Choose the file again. It is not kept when something else has to be put right."))
