from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = _("Outreach")

    def ready(self):
        from . import receivers  # noqa: F401
        from .registrations import (  # noqa: F401
            commitments,
            consultations,
            demands,
            log,
            mailings,
            offices,
            open_data,
            privacy,
            replies,
        )
