from auditlog.registry import auditlog
from django.contrib import admin

from courses.models import AssignedMeeting, Assignment, Trainer

auditlog.register(Trainer, m2m_fields={"courses", "second_courses", "counties"}, exclude_fields=["home"])


@admin.register(Trainer)
class TrainerAdmin(admin.ModelAdmin):
    list_display = ["user", "teaches_nb", "teaches_nn", "is_active"]
    list_filter = ["is_active", "courses"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    raw_id_fields = ["user", "home", "impartial_in"]
    filter_horizontal = ["courses", "second_courses", "counties"]


class ReadOnly:
    """Shown, never edited: assigning and withdrawing are services that also tell the trainer."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class AssignedMeetingInline(ReadOnly, admin.TabularInline):
    model = AssignedMeeting
    fields = ["meeting", "starts_at", "ends_at", "is_cancelled"]
    extra = 0


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["session", "trainer", "state", "changed_at"]
    list_filter = ["state"]
    list_select_related = ["session__course", "trainer__user"]
    search_fields = ["trainer__user__name", "session__course__title_nb"]
    inlines = [AssignedMeetingInline]
