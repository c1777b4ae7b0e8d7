"""Evaluation: answered by whoever has the link, read by staff as averages."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.evaluations import EvaluationForm
from courses.models import Audience, Course, EvaluationAnswer, EvaluationRound
from courses.services import evaluations

from .secret import in_language, link_lost, secret

COURSE, COUNTY = "round__session__course", "round__session__municipality__county__name"
AUDIENCE = "round__session__course__audience"


def opens_evaluation(view):
    """Let a view be opened by the token of a ticket, which it gets instead; in the language the course was held in."""

    def open_evaluation(request, token):
        ticket = evaluations.find_ticket(token)
        if ticket is None:
            return link_lost(request)
        return in_language(request, ticket.round.session.language, lambda: view(request, ticket))

    return secret(view, open_evaluation)


@opens_evaluation
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request, ticket):
    round_ = ticket.round
    if ticket.is_used or not round_.is_open:
        return render(request, "courses/evaluation_done.html", {"is_used": ticket.is_used})
    form = EvaluationForm(request.POST if request.method == "POST" else None, is_later=round_.is_later)
    if form.is_valid():
        try:
            evaluations.answer_evaluation(ticket, **form.cleaned_data)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            return redirect(request.path)
    return render(request, "courses/evaluation_form.html", {"form": form, "session": round_.session})


@permission_required("courses.view_evaluationanswer", raise_exception=True)
@require_safe
def evaluation_results(request):
    courses = {course.pk: course for course in Course.objects.all()}
    context = {
        "by_course": rows(COURSE, lambda number: courses[number].title),
        "by_county": rows(COUNTY, lambda name: name),
        "by_audience": rows(AUDIENCE, lambda key: Audience(key).label),
        "texts": [
            (courses[number], texts)
            for number in sorted(courses, key=lambda number: courses[number].title)
            if (texts := evaluations.texts_of(number))
        ],
        "waiting": EvaluationAnswer.objects.filter(is_released=False).count(),
        "fewest": evaluations.FEWEST,
    }
    return render(request, "courses/evaluation_results.html", context)


def rows(field, name):
    """The results by one field as rows of a table; a session that is online only has no county."""
    waves = EvaluationRound.Wave
    found = [
        row
        | {
            "name": name(row[field]) if row[field] is not None else "",
            "when": waves(row["wave"]).label,
            "later": row["wave"] != waves.AFTER,
            "percent_used": row["have_used"] * 100 // row["count"],
        }
        for row in evaluations.results_by(field)
    ]
    return sorted(found, key=lambda row: (row["name"], waves.values.index(row["wave"])))
