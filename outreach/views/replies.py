"""Replies to our letters: sorted one after another, listed, read, and made public."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import ContentChanged, OutreachError
from outreach.forms.replies import (
    LONGEST_HOW,
    LetterSearchForm,
    PublishForm,
    ReplyFilterForm,
    SortForm,
    TakeBackForm,
    VerifyForm,
)
from outreach.models import Reply
from outreach.services.replies import sorting
from outreach.services.replies.quoting import split_quoted
from outreach.services.replies.standing import seen_of
from taushet.models import InboundMail
from taushet.services import audit
from taushet.services.files import serve_file

PER_PAGE = 50
SORT_FORM = "sort-it"
LETTER_KEYS = "abcdefghijklm"


def reply_number(request, name):
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def choices_of(reply, text, chosen=None):
    """The letters to choose from: those linked, those looked for, and those the sender may mean, each once.

    Ticked are those `chosen`, when somebody has chosen.
    """
    linked = [link.letter for link in linked_letters(reply)]
    found = sorting.find_letters_to(text, reply) if text else []
    suggested = sorting.suggested_letters(reply)
    likely = {letter.pk for letter in linked}
    if not linked and len(suggested) == 1:
        likely = {suggested[0].pk}
    kept = [] if chosen is None else list(sorting.letters_among(chosen, reply))
    if chosen is not None:
        likely = {letter.pk for letter in kept}
    rows = {letter.pk: letter for letter in [*linked, *kept, *found, *suggested]}
    keys = iter(LETTER_KEYS)
    return [(letter, letter.pk in likely, next(keys, "")) for letter in rows.values()]


def linked_letters(reply):
    about = ("letter__municipality", "letter__demand_version__demand", "letter__mandate__body")
    return reply.links.select_related(*about)


def shown(reply, text="", chosen=None):
    """What the pages about one reply need."""
    own, quoted = split_quoted(reply.text)
    suggestion = sorting.suggested_kind(reply)
    kinds = [(kind, number, kind == suggestion) for number, kind in enumerate(Reply.SORTABLE, 1)]
    return {
        "reply": reply,
        "seen": seen_of(reply),
        "cut": InboundMail.objects.filter(pk=reply.inbound_id, is_cut=True).values("size").first(),
        "own": own,
        "quoted": quoted,
        "attachments": reply.attachments.select_related("file").defer("file__content"),
        "choices": choices_of(reply, text, chosen),
        "is_found": bool(text) and bool(sorting.find_letters_to(text, reply)),
        "kinds": kinds,
    }


@permission_required("outreach.sort_reply", raise_exception=True)
@never_cache
@require_safe
def reply_sort(request):
    """The reply that has waited longest, or the one asked for while it still waits."""
    asked = reply_number(request, "svar")
    waiting = Reply.objects.filter(sorted_at=None)
    reply = waiting.filter(pk=asked).first() if asked else None
    reply = reply or sorting.next_to_sort(reply_number(request, "etter"))
    return sort_page(request, reply, LetterSearchForm(request.GET, part_of=SORT_FORM))


def sort_page(request, reply, search, *, chosen=None, how=""):
    """Show the reply that is to be sorted, with what somebody has put in about it and not saved yet."""
    context = {
        "search": search,
        "how": how,
        "counts": counts(),
        "left": Reply.objects.to_sort().count(),
        "is_checked_by_itself": bool(settings.AUTHSERV_IDS),
        "last": Reply.objects.exclude(sorted_at=None).filter(pk=reply_number(request, "sist") or 0).first(),
    }
    if reply:
        audit.record("reply.seen", reply, by=request.user)
        context |= shown(reply, search.text, chosen)
    return render(request, "outreach/reply_sort.html", context)


def counts():
    """How many replies there are of each kind, with the address of the list."""
    found = sorting.counts_by_kind()
    return [(kind.label, found.get(kind, 0), f"{reverse('outreach:reply_list')}?kind={kind}") for kind in Reply.Kind]


def put_in(request):
    """What somebody has put in about a reply that is not sorted yet, whether it makes sense or not."""
    numbers = [int(one) for one in request.POST.getlist("letters") if one.isascii() and one.isdigit() and len(one) < 16]
    return {"chosen": numbers, "how": request.POST.get("how", "")[:LONGEST_HOW]}


@permission_required("outreach.sort_reply", raise_exception=True)
@never_cache
@require_POST
def reply_find_letters(request, pk):
    """Look for letters without losing what has been put in about the reply."""
    reply = get_object_or_404(Reply, pk=pk)
    if reply.sorted_at is not None:
        return redirect(reply)
    return sort_page(request, reply, LetterSearchForm(request.POST, part_of=SORT_FORM), **put_in(request))


@permission_required("outreach.sort_reply", raise_exception=True)
@never_cache
@require_POST
def reply_sort_save(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    was_waiting = reply.sorted_at is None
    form = SortForm(request.POST)
    if not form.is_valid():
        return refused(request, reply, _("Choose what it is."))
    try:
        letters = [letter.pk for letter in form.cleaned_data["letters"]]
        rest = {name: form.cleaned_data[name] for name in ("kind", "how", "seen")}
        sorting.sort_reply(reply, letters=letters, by=request.user, **rest)
    except ContentChanged as error:
        messages.error(request, str(error))
        return redirect(reply)
    except OutreachError as error:
        return refused(request, reply, str(error))
    return redirect(f"{reverse('outreach:reply_sort')}?sist={reply.pk}" if was_waiting else reply.get_absolute_url())


def refused(request, reply, why):
    """Say why it is not sorted so, and keep what was put in."""
    messages.error(request, why)
    if reply.sorted_at is not None:
        return redirect(reply)
    return sort_page(request, reply, LetterSearchForm(request.POST, part_of=SORT_FORM), **put_in(request))


@permission_required("outreach.sort_reply", raise_exception=True)
@require_POST
def reply_put_back(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    try:
        reply = sorting.unsort_reply(reply, by=request.user)
    except OutreachError as error:
        messages.error(request, str(error))
        return redirect(reply)
    return redirect(f"{reverse('outreach:reply_sort')}?svar={reply.pk}" if reply.sorted_at is None else reply)


@permission_required("outreach.view_reply", raise_exception=True)
@never_cache
@require_safe
def reply_list(request):
    form = ReplyFilterForm(request.GET)
    replies = form.narrow(Reply.objects.defer("text")).prefetch_related(
        "links__letter__municipality", "links__letter__mandate__body"
    )
    page = Paginator(replies, PER_PAGE).get_page(request.GET.get("page"))
    template = "outreach/reply_list.html#replies" if request.htmx else "outreach/reply_list.html"
    return render(request, template, {"form": form, "page": page, "counts": counts()})


@permission_required("outreach.view_reply", raise_exception=True)
@never_cache
@require_safe
def reply_detail(request, pk):
    reply = get_object_or_404(Reply.objects.select_related("sorted_by", "verified_by", "published_by"), pk=pk)
    audit.record("reply.seen", reply, by=request.user)
    search = LetterSearchForm(request.GET)
    context = shown(reply, search.text) | {
        "search": search,
        "links": linked_letters(reply),
        "doubtful": reply.links.doubtful().select_related("letter__municipality", "letter__mandate__body"),
        "verify_form": VerifyForm(),
        "history": sorting.history_of(reply),
        "can_be_public": reply.kind in {Reply.Kind.ANSWER, Reply.Kind.RECEIPT},
    }
    return render(request, "outreach/reply_detail.html", context)


@permission_required("outreach.view_reply", raise_exception=True)
@require_safe
def reply_attachment(request, pk, number):
    reply = get_object_or_404(Reply, pk=pk)
    attachment = reply.attachments.select_related("file").filter(position=number).first()
    if attachment is None or attachment.file is None:
        raise Http404
    audit.record("reply.seen", reply, by=request.user, file=number)
    return serve_file(attachment.file)


@permission_required("outreach.sort_reply", raise_exception=True)
@require_POST
def reply_verify(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    form = VerifyForm(request.POST)
    if form.is_valid():
        sorting.verify_sender(reply, how=form.cleaned_data["how"], by=request.user)
        messages.success(request, _("The sender is put down as confirmed."))
    else:
        messages.error(request, _("Write how you know who it is from."))
    return redirect(reply)


@permission_required("outreach.publish_reply", raise_exception=True)
def reply_publish(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    try:
        sorting.refuse_to_publish(reply)
    except OutreachError as error:
        messages.error(request, str(error))
        return redirect(reply)
    links = list(linked_letters(reply))
    words = {"text": reply.published_text or sorting.draft_for_public(reply), "speaker": reply.published_speaker}
    first = words | {"speaker": words["speaker"] or speaker_of(links), "seen": seen_of(reply)}
    form = PublishForm(request.POST or None, initial=first)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("text", "speaker", "seen")}
        try:
            sorting.publish_reply(reply, **given, by=request.user)
        except ContentChanged as error:
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["seen"] = first["seen"]  # whoever reads what stands there now may go on
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The answer is public."))
            return redirect(reply)
    own, _quoted = split_quoted(reply.text)
    files = reply.attachments.select_related("file").defer("file__content")
    context = {"reply": reply, "form": form, "links": links, "own": own, "attachments": files}
    return render(request, "outreach/reply_publish.html", context)


def speaker_of(links):
    """The municipality that answers, or the office elsewhere as the letter names it; it may be changed by hand."""
    letters = [link.letter for link in links]
    names = [
        f"{one.municipality.name} kommune" if one.municipality else one.to_name or one.place_name for one in letters
    ]
    return " · ".join(dict.fromkeys(names))[:200]


@permission_required("outreach.publish_reply", raise_exception=True)
def reply_take_back(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    if not reply.published_at:
        messages.info(request, _("The answer is not public."))
        return redirect(reply)
    form = TakeBackForm(request.POST or None)
    if form.is_valid():
        sorting.take_back_reply(reply, why=form.cleaned_data["why"], by=request.user)
        messages.success(request, _("The answer is no longer public."))
        return redirect(reply)
    promises = reply.commitments.standing().count()
    links = list(linked_letters(reply))
    context = {"reply": reply, "form": form, "promises": promises, "places": speaker_of(links)}
    return render(request, "outreach/reply_take_back.html", context)
