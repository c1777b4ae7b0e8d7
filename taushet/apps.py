from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaushetConfig(AppConfig):
    name = "taushet"
    verbose_name = _("The house")

    def ready(self):
        from taushet import checks, receivers  # noqa: F401
        from taushet.registrations import inbound, log, outbox, people, retention  # noqa: F401
