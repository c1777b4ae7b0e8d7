from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self):
        from . import receivers  # noqa: F401
        from .registrations import (  # noqa: F401
            adaptations,
            assignments,
            attendance,
            bookings,
            busy,
            calendars,
            card_payments,
            catalogue,
            certificates,
            date_alerts,
            einvoices,
            evaluations,
            feeds,
            invoices,
            log,
            own_data,
            planned_mails,
            requests,
            road,
            school_holidays,
            sessions,
            staffing,
            trainer_invitations,
        )
