"""Reference data of outreach, and a look at what was sent. Wordings, mailings, letters and approvals are read only:
staff's pages and services are the one way to change them.
"""

from auditlog.registry import auditlog
from django.contrib import admin

from outreach.models import Approval, Body, Demand, DemandVersion, LegalHook, Letter, Mailing, Mandate, Politician

for model in (Body, Demand, LegalHook, Mandate, Politician):
    auditlog.register(model)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looked at, never touched."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Politician)
class PoliticianAdmin(admin.ModelAdmin):
    list_display = ["__str__", "external_id", "erased_at"]
    search_fields = ["first_name", "last_name", "external_id"]
    readonly_fields = ["created_at", "erased_at"]


@admin.register(Body)
class BodyAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "municipality", "external_id"]
    list_filter = ["kind"]
    list_select_related = ["municipality"]
    search_fields = ["name"]
    raw_id_fields = ["municipality"]


@admin.register(Mandate)
class MandateAdmin(admin.ModelAdmin):
    list_display = ["politician", "role", "title", "body", "party", "starts_on", "ends_on", "email"]
    list_filter = ["role", "body__kind", "party"]
    list_select_related = ["politician", "body"]
    search_fields = ["politician__first_name", "politician__last_name", "body__name", "email"]
    autocomplete_fields = ["politician", "body"]


@admin.register(LegalHook)
class LegalHookAdmin(admin.ModelAdmin):
    list_display = ["citation_nb", "kind", "valid_from", "valid_to", "checked_on"]
    list_filter = ["kind"]
    search_fields = ["key", "citation_nb", "citation_nn"]


@admin.register(Demand)
class DemandAdmin(admin.ModelAdmin):
    list_display = ["number", "slug", "level", "status"]
    list_filter = ["level", "status"]
    search_fields = ["slug"]


@admin.register(DemandVersion)
class DemandVersionAdmin(ReadOnlyAdmin):
    list_display = ["title_nb", "demand", "number", "published_at"]
    list_select_related = ["demand"]


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin):
    list_display = ["title", "status", "author", "last_editor", "submitted_at"]
    list_filter = ["status"]
    list_select_related = ["author", "last_editor"]


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ["subject", "municipality", "status", "settled_at"]
    list_filter = ["status", "language"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__name", "to_email"]


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = ["mailing", "approver", "approved_at", "voided_at"]
    list_select_related = ["mailing", "approver"]
