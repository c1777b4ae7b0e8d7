"""The school holidays that staff put in, county by county."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses.exceptions import CoursesError
from courses.forms.school_holidays import SchoolHolidayForm
from courses.models import SchoolHoliday
from courses.services import school_holidays


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("courses.add_schoolholiday", raise_exception=True)
def school_holiday_list(request):
    form = SchoolHolidayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            school_holidays.add_school_holidays(**form.cleaned_data, by=request.user)
        except CoursesError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("courses:school_holiday_list")
    page = Paginator(school_holidays.coming_school_holidays(), 60).get_page(request.GET.get("page"))
    return render(request, "courses/school_holiday_list.html", {"form": form, "page": page})


@require_POST
@permission_required("courses.delete_schoolholiday", raise_exception=True)
def school_holiday_remove(request, holiday_id):
    holiday = get_object_or_404(SchoolHoliday, pk=holiday_id)
    school_holidays.remove_school_holiday(holiday, by=request.user)
    messages.success(request, _("The school holiday is taken out."))
    return redirect("courses:school_holiday_list")
