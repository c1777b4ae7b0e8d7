"""The mails of a course as staff decide about them: which go, when, in whose words, and how they look."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import ContentChanged, CoursesError
from courses.forms.mails import CourseMailForm, PreviewForm
from courses.models import Booking, Course, MailKind
from courses.services import mail_texts, planned_mails
from courses.services.mail_previews import preview_mail
from taushet.texts import BrokenTemplate

from .editing import compare_form, read_opened, write_opened

WORDS = {
    "bekreftelse": MailKind.CONFIRMATION,
    "pamelding": MailKind.WELCOME,
    "mangler-navn": MailKind.NAMES_MISSING,
    "tid-og-sted": MailKind.JOINING,
    "paminnelse": MailKind.REMINDER,
    "endring": MailKind.CHANGE,
    "avlysning": MailKind.CANCELLATION,
    "materiell": MailKind.MATERIAL,
    "kursbevis": MailKind.CERTIFICATE,
    "evaluering": MailKind.EVALUATION,
}


@permission_required("courses.change_course", raise_exception=True)
@require_safe
def staff_course_mails(request, slug):
    course = get_object_or_404(Course, slug=slug)
    rules, texts = mail_texts.rules_of(course.pk), mail_texts.texts_of(course.pk)
    rows = [
        {
            "word": word,
            "label": kind.label,
            "when": when_text(kind, rules[kind]),
            "is_on": rules[kind].is_on,
            "languages": [language for language in mail_texts.LANGUAGES if (kind, language) in texts],
        }
        for word, kind in WORDS.items()
    ]
    return render(request, "courses/staff_course_mails.html", {"course": course, "rows": rows})


def when_text(kind, rule):
    """Say when a mail goes, such as "14 and 4 days before"."""
    if not rule.amounts:
        return {
            MailKind.CONFIRMATION: _("As soon as the booking is confirmed."),
            MailKind.WELCOME: _("As soon as somebody has been signed up."),
            MailKind.CHANGE: _("As soon as time, place or link changes."),
            MailKind.CANCELLATION: _("As soon as it is cancelled."),
            MailKind.CERTIFICATE: _("As soon as the certificate is ready."),
            MailKind.EVALUATION: _("Straight after the course, and after three and six months."),
        }[kind]
    amounts = get_text_list([str(amount) for amount in rule.amounts], _("and"))
    last = rule.amounts[-1]
    if rule.unit == "days" and rule.is_before:
        sentence = ngettext("%(amounts)s day before.", "%(amounts)s days before.", last)
    elif rule.unit == "days":
        sentence = ngettext("%(amounts)s day after the last meeting.", "%(amounts)s days after the last meeting.", last)
    elif rule.is_before:
        sentence = ngettext("%(amounts)s hour before.", "%(amounts)s hours before.", last)
    else:
        sentence = ngettext(
            "%(amounts)s hour after the last meeting.", "%(amounts)s hours after the last meeting.", last
        )
    return sentence % {"amounts": amounts}


@permission_required("courses.change_course", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_course_mail_update(request, slug, word):
    course, kind = mail_of_course(slug, word)
    form = form_of(request.POST if request.method == "POST" else None, course, kind)
    opened, difference = read_opened("mail", request.POST), None
    if form.is_valid():
        try:
            mail_texts.change_mail(course, kind, by=request.user, texts=form.texts, seen=opened, **form.choices)
        except ContentChanged as changed:
            difference = compare_form(course, opened, changed.now, form, actions="course.mail_changed")
            opened = changed.now
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            planned_mails.follow_course.enqueue(course.pk)
            messages.success(request, _("The change is made. What is planned already follows within a minute."))
            return redirect("courses:staff_course_mails", course.slug)
    return mail_page(request, course, kind, word, form, opened=opened, difference=difference)


@permission_required("courses.change_course", raise_exception=True)
@require_POST
def staff_course_mail_preview(request, slug, word):
    """Show the mail with what has been typed, which is not saved."""
    course, kind = mail_of_course(slug, word)
    form, opened = form_of(request.POST, course, kind), read_opened("mail", request.POST)
    return mail_page(request, course, kind, word, form, opened=opened, is_preview=True)


def mail_of_course(slug, word):
    if word not in WORDS:
        raise Http404
    return get_object_or_404(Course, slug=slug), WORDS[word]


def form_of(data, course, kind):
    rule, texts = mail_texts.rules_of(course.pk)[kind], mail_texts.texts_of(course.pk)
    return CourseMailForm(data, course=course, kind=kind, rule=rule, texts=texts)


def mail_page(request, course, kind, word, form, *, opened=None, difference=None, is_preview=False):
    if form.is_bound:
        form.is_valid()
    look = PreviewForm(request.POST if is_preview else None, bookings=bookings_to_look_with(request, course))
    context = {
        "course": course,
        "kind": kind,
        "word": word,
        "form": form,
        "look": look,
        "values": mail_texts.VALUES.items(),
        "preview": preview_of(kind, form, look),
        "is_preview": is_preview,
        "opened": write_opened("mail", opened or form.initial),
        "difference": difference,
    }
    return render(request, "courses/staff_course_mail.html", context)


def bookings_to_look_with(request, course):
    """Return bookings of a course whose mails staff may look at, the nearest sessions first."""
    bookings = Booking.objects.visible_to(request.user).filter(
        session__course=course, state=Booking.State.CONFIRMED, erased_at=None
    )
    together = bookings.select_related("municipality", "session__course", "session__municipality")
    return together.order_by("-session__first_starts_at", "-pk")


def preview_of(kind, form, look):
    """Return subject and text of the mail as it would be with what stands in the form; nothing when that is wrong."""
    if look.is_bound and look.is_valid():
        booking, language = look.cleaned_data["booking"], look.cleaned_data["language"]
    else:
        booking, language = look.initial["booking"], look.initial["language"]
    if booking is None or form.errors:
        return None
    texts = {(kind, code): form[f"text_{code}"].value() or "" for code in mail_texts.LANGUAGES}
    try:
        subject, text = preview_mail(kind, booking, language=language, texts=texts)
    except BrokenTemplate:
        return None
    return {"subject": subject, "text": text, "language": language}
