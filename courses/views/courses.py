"""Staff pages for the courses themselves: their texts, terms and whether they are published."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import ContentChanged
from courses.forms.courses import CourseForm
from courses.forms.terms import LateFeeForm, StageFormSet, stage_rows
from courses.models import Course
from courses.services.courses import change_course, content_of_course, create_course, set_terms
from courses.services.terms import Terms

from .editing import compare_form, read_opened, write_opened
from .requests import row_errors


@permission_required("courses.view_course", raise_exception=True)
@require_safe
def staff_course_list(request):
    lacking = set(Course.objects.lacking_nynorsk().values_list("pk", flat=True))
    return render(request, "courses/staff_course_list.html", {"courses": Course.objects.all(), "lacking": lacking})


@permission_required("courses.add_course", raise_exception=True)
def staff_course_create(request):
    form = CourseForm(request.POST or None, initial={"vat_treatment": Course.VatTreatment.NONE})
    if form.is_valid():
        create_course(by=request.user, **form.cleaned_data)
        messages.success(request, _("The course is made."))
        return redirect("courses:staff_course_list")
    return render(request, "courses/staff_course_form.html", {"form": form})


@permission_required("courses.change_course", raise_exception=True)
def staff_course_update(request, slug):
    course = get_object_or_404(Course, slug=slug)
    form = CourseForm(request.POST or None, instance=Course.objects.get(pk=course.pk))
    opened, difference = read_opened("course", request.POST), None
    if form.is_valid():
        try:
            change_course(course, by=request.user, seen=opened, **form.cleaned_data)
        except ContentChanged as changed:
            difference = compare_form(course, opened, changed.now, form, actions="course.")
            opened = changed.now
        else:
            messages.success(request, _("The change is made."))
            return redirect("courses:staff_course_list")
    opened = write_opened("course", opened or content_of_course(course, form.fields))
    context = {"form": form, "course": course, "opened": opened, "difference": difference}
    return render(request, "courses/staff_course_form.html", context)


@permission_required("courses.change_course", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_course_terms(request, slug):
    """Say until when bookers may change and cancel by themselves, stage by stage, and what it costs."""
    course = get_object_or_404(Course, slug=slug)
    data = request.POST if request.method == "POST" else None
    stages = StageFormSet(data, prefix="trinn", initial=stage_rows(course.terms))
    late = LateFeeForm(data, initial={"late_fee": course.terms.get("late_fee", 0)})
    if stages.is_valid() & late.is_valid():
        set_terms(course, Terms(stages.stages, late.cleaned_data["late_fee"] or 0), by=request.user)
        messages.success(request, _("The terms are saved. What is booked already keeps its own."))
        return redirect("courses:staff_course_update", course.slug)
    context = {"course": course, "stages": stages, "late": late} | row_errors(stages)
    return render(request, "courses/staff_course_terms.html", context)
