"""Mail that came in and nothing in the house knew what to do with: read and put away by staff."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from taushet.models import InboundMail
from taushet.services import audit, inbound
from taushet.services.protection import hidden_addresses


@require_safe
@never_cache
@permission_required("taushet.read_outbox", raise_exception=True)
def inbound_list(request):
    left_over = InboundMail.objects.left_over().defer("raw")
    page = Paginator(left_over, 50).get_page(request.GET.get("page"))
    hidden = hidden_addresses(mail.from_email for mail in page)
    for mail in page:
        mail.is_hidden = mail.from_email.lower() in hidden
    return render(request, "taushet/inbound_list.html", {"page": page})


@require_safe
@never_cache
@permission_required("taushet.read_outbox", raise_exception=True)
def inbound_detail(request, pk):
    mail = get_object_or_404(InboundMail.objects.exclude(handled_at=None).filter(kind=""), pk=pk)
    audit.record("inbound.seen", mail, by=request.user)
    context = {
        "mail": mail,
        "text": inbound.text_of(mail),
        "is_hidden": bool(hidden_addresses([mail.from_email])),
        "may_settle": request.user.has_perm("taushet.steer_outbox") and mail.settled_at is None,
    }
    return render(request, "taushet/inbound_detail.html", context)


@require_POST
@permission_required("taushet.steer_outbox", raise_exception=True)
def inbound_settle(request, pk):
    mail = get_object_or_404(InboundMail.objects.exclude(handled_at=None).filter(kind="").defer("raw"), pk=pk)
    inbound.settle_inbound(mail, by=request.user)
    messages.success(request, _("Put away."))
    return redirect("inbound_list")
