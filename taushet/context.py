"""What every template may use."""

from django.conf import settings


def site(request):
    return {
        "is_demonstration": settings.DEMO,
        "quick_exit_url": settings.QUICK_EXIT_URL,
        "LANGUAGE_CODE": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    }
