"""Another time for a meeting, typed, or as dropping it in the calendar proposes it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.services.meeting_moves import plan_of
from courses.services.session_meetings import check_plan
from taushet.fields import CleanCharField

from .sessions import MeetingForm, meeting_initial


class MeetingMoveForm(MeetingForm):
    """A meeting's day and hours; its place and link stay."""

    pk = place = address = join_url = None
    reason = CleanCharField(
        max_length=300, required=False, label=_("Why even so"), help_text=_("It is kept with the assignment.")
    )

    def __init__(self, data=None, *, meeting):
        super().__init__(data, standing={}, initial=meeting_initial(meeting))
        self.meeting = meeting
        self.fields[
            "reason"
        ].is_said_plainly = True  # shown only where something speaks against, and then mostly needed

    def clean(self):
        data = forms.Form.clean(self)
        starts_at, ends_at = self.moment("starts"), self.moment("ends")
        if starts_at and ends_at and not self.errors:
            self.plan = plan_of(self.meeting, starts_at=starts_at, ends_at=ends_at)
            try:
                check_plan(self.plan, self.meeting)
            except CoursesError as error:
                self.add_error(error.field, str(error))
            if self.span == (self.meeting.starts_at, self.meeting.ends_at):
                self.add_error("day", _("This is the time it has already. Write the new one."))
        return data

    @property
    def span(self):
        return self.plan.starts_at, self.plan.ends_at
