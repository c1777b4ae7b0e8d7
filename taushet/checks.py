"""What `manage.py check` asks of this house beyond Django's own questions."""

from django.core.checks import Error, register

from taushet.services.roles import role_faults


@register
def check_roles(app_configs, **kwargs):
    return [Error(fault, id="taushet.E001") for fault in role_faults()]
