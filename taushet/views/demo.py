"""The demonstration: sign in as anybody with one click, and read the mail that stayed here.

The addresses exist in the demonstration only.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from taushet.demonstration import PEOPLE
from taushet.forms.demo import MailboxForm
from taushet.models import Message, MessageAttachment, User
from taushet.services.demo import let_bounce
from taushet.services.files import serve_file
from taushet.services.links import fill_placeholders
from taushet.services.mime import calendar_lines
from taushet.services.outbox import show_message


@login_not_required
def demo(request):
    """Show the people of the demonstration; a POST with `person` signs in as that one."""
    if request.method == "POST":
        return sign_in(request, request.POST.get("person", ""))
    return render(request, "taushet/demo.html", {"people": PEOPLE})


def sign_in(request, key):
    person = next((person for person in PEOPLE if person.key == key), None)
    user = User.objects.filter(email=person.email, is_active=True).first() if person else None
    if user is None:
        messages.error(request, _("This person is not here. Somebody has deactivated them, or nothing is loaded yet."))
        return redirect("demo")
    adapter = get_adapter()
    adapter.login(request, user)
    record_authentication(request, user, method="code", email=user.email)
    second = Authenticator.objects.filter(user=user).first()
    if second:
        record_authentication(request, user, method="mfa", id=second.pk, type=second.type, reauthenticated=True)
    return adapter.post_login(
        request, user, email_verification="none", signal_kwargs=None, email=user.email, signup=False, redirect_url=None
    )


@login_not_required
def mailbox(request):
    """Show the mail that would have left, for everybody or for one address."""
    form = MailboxForm(request.GET)
    stayed = form.narrow(Message.objects.filter(state=Message.State.STAYED).defer("html", "calendar"))
    newest_first = stayed.order_by(F("settled_at").desc(nulls_last=True), "-created_at", "-pk")
    context = {
        "form": form,
        "page": Paginator(newest_first, 25).get_page(request.GET.get("page")),
        "waiting": Message.objects.due().count(),
    }
    return render(request, "taushet/mailbox.html", context)


@login_not_required
def mailbox_message(request, pk):
    message = get_object_or_404(Message, pk=pk, state=Message.State.STAYED)
    context = {
        "message": message,
        "text": show_message(message),
        "headers": [(name, fill_placeholders(value, {}).strip("<>")) for name, value in message.headers.items()],
        "attachments": message.attachments.select_related("file").defer("file__content"),
    }
    return render(request, "taushet/mailbox_message.html", context)


@login_not_required
@require_POST
def mailbox_bounce(request, pk):
    """Let a mail come back, by the way that the report of a mail provider takes."""
    message = get_object_or_404(Message, pk=pk, state=Message.State.STAYED)
    let_bounce(message, is_full="full" in request.POST)
    messages.success(request, _("The mail comes back in a moment. Sign in as campaign staff and look under Today."))
    return redirect("demo_mailbox")


@login_not_required
def mailbox_calendar(request, pk):
    message = get_object_or_404(Message.objects.exclude(calendar=""), pk=pk, state=Message.State.STAYED)
    content = calendar_lines(message.calendar)
    response = HttpResponse(content, content_type=f"text/calendar; method={message.calendar_method}; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


@login_not_required
def mailbox_attachment(request, pk, number):
    attachment = get_object_or_404(MessageAttachment, pk=number, message=pk, message__state=Message.State.STAYED)
    return serve_file(attachment.file)
