"""Mail that a provider brings and that is larger than a page may send: nothing of it is refused, and so lost."""

import json
from functools import wraps

from anymail.webhooks.base import AnymailBasicAuthMixin
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from taushet.services.inbound import MOST_BYTES, WHOLE_SIZE, store_unread
from taushet.services.large_posts import read_small
from taushet.tasks import handle_inbound

RAW = "RawEmail"


def with_room_for_mail(view):
    """Let a webhook for mail that comes in take a large post: cut to what is kept, and marked so that staff knows."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def webhook(request, *args, **kwargs):
        if _size_of(request) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE or request.method != "POST":
            return view(request, *args, **kwargs)
        hook = view.view_class(**view.view_initkwargs)
        AnymailBasicAuthMixin.validate_request(hook, request)  # before anything is read
        start = bytearray()

        def read(count):
            chunk = request.read(count)
            start.extend(chunk[: MOST_BYTES - len(start)])
            return chunk

        found, size, cut = read_small(read)
        if found is not None:
            is_cut = bool({RAW, ""} & set(cut)) if RAW in found else bool(cut)
            request._body = json.dumps(found | ({WHOLE_SIZE: size} if is_cut else {})).encode()
            try:
                return view(request, *args, **kwargs)
            except SuspiciousOperation:
                if not hook.basic_auth:
                    raise
                # They have said who they are; the signature some add is over what they posted, not what is kept of it.
            except (LookupError, TypeError, ValueError, AttributeError):
                pass  # too much is missing for the provider's own words to be read
        with transaction.atomic():
            if stored := store_unread(bytes(start), size, hook.esp_name):
                handle_inbound.enqueue(stored.pk)
        return HttpResponse()

    return webhook


def _size_of(request) -> int:
    told = request.META.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdigit() else 0
