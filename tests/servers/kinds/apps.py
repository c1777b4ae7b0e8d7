from django.apps import AppConfig


class KindsConfig(AppConfig):
    name = "tests.servers.kinds"
    label = "kinds"

    def ready(self):
        from tests.servers.kinds import registrations  # noqa: F401
