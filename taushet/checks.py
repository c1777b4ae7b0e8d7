"""What `manage.py check` asks of this house beyond Django's own questions."""

from django.core.checks import Error, register

from taushet.services.roles import role_faults
from taushet.translations import uncompiled


@register
def check_roles(app_configs, **kwargs):
    return [Error(fault, id="taushet.E001") for fault in role_faults()]


@register(deploy=True)
def check_translations(app_configs, **kwargs):
    """Without them every visitor meets English, and nothing says so."""
    languages = sorted({source.parent.parent.name for source in uncompiled()})
    if not languages:
        return []
    told = f"The translations are not compiled, or are older than their sources: {', '.join(languages)}."
    return [Error(told, hint="Run manage.py compile_translations.", id="taushet.E002")]
