"""Is the platform alive, can it serve, does the worker work. For machines, so the answers are JSON."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from taushet.models import Message, WorkerProcess


@login_not_required
@never_cache
def alive(request):
    """This process answers. Asks nothing of the database, so a slow one does not get the process killed."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
def ready(request):
    """Pages can be served: 503 when the database does not answer. A silent worker is told, but pages still work."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = "ok" if WorkerProcess.objects.alive().exists() else "silent"
    except DatabaseError:
        return JsonResponse({"status": "error", "database": "silent"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "worker": worker})


@login_not_required
@never_cache
def worker(request):
    """Mail and tasks are taken care of: 503 when no worker gives a sign of life. For an alarm, not for balancing."""
    now = timezone.now()
    try:
        ages = WorkerProcess.objects.youngest_by_role()
        oldest = Message.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    except DatabaseError:
        return JsonResponse({"status": "error", "database": "silent"}, status=503)
    answer = {
        "status": "ok" if ages else "error",
        "seconds_since_sign_of_life": {role: round(age.total_seconds(), 1) for role, age in ages.items()},
        "seconds_oldest_mail_waits": round((now - oldest).total_seconds()) if oldest else 0,
    }
    return JsonResponse(answer, status=200 if ages else 503)
