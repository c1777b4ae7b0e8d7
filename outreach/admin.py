"""A look at who holds office, what we ask for and what was sent. Staff's pages and services are the one way to change
it: an address, a hook or a demand that is changed past them would be another than what waits approved. Only a name
that no page corrects can be put right here.
"""

from auditlog.registry import auditlog
from django.contrib import admin
from django.urls import reverse

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


class CorrectableAdmin(admin.ModelAdmin):
    """Names that no page corrects; the row itself is made by the pages, and stays."""

    correctable = ()

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [
            field.name for field in self.opts.fields if field.name not in self.correctable and not field.primary_key
        ]


@admin.register(Politician)
class PoliticianAdmin(CorrectableAdmin):
    list_display = ["__str__", "external_id", "erased_at"]
    search_fields = ["first_name", "last_name", "external_id"]
    correctable = ("first_name", "last_name")

    def has_change_permission(self, request, obj=None):
        """Nobody gets a name back that was erased."""
        return super().has_change_permission(request, obj) and (obj is None or obj.erased_at is None)

    def view_on_site(self, obj):
        return reverse("outreach:politician_detail", args=[obj.pk])


@admin.register(Body)
class BodyAdmin(CorrectableAdmin):
    list_display = ["name", "kind", "municipality", "external_id"]
    list_filter = ["kind"]
    list_select_related = ["municipality"]
    search_fields = ["name"]
    correctable = ("name",)


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    list_display = ["politician", "role", "title", "body", "party", "starts_on", "ends_on", "email"]
    list_filter = ["role", "body__kind", "party"]
    list_select_related = ["politician", "body"]
    search_fields = ["politician__first_name", "politician__last_name", "body__name", "email"]

    def view_on_site(self, obj):
        return reverse("outreach:mandate_update", args=[obj.pk])


@admin.register(LegalHook)
class LegalHookAdmin(ReadOnlyAdmin):
    list_display = ["citation_nb", "kind", "valid_from", "valid_to", "checked_on"]
    list_filter = ["kind"]
    search_fields = ["key", "citation_nb", "citation_nn"]

    def view_on_site(self, obj):
        return reverse("outreach:hook_update", args=[obj.key])


@admin.register(Demand)
class DemandAdmin(ReadOnlyAdmin):
    list_display = ["number", "slug", "level", "status"]
    list_filter = ["level", "status"]
    search_fields = ["slug"]

    def view_on_site(self, obj):
        return reverse("outreach:wording_update", args=[obj.slug])


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
    fields = [
        "mailing",
        "approver",
        "house",
        "author",
        "last_editor",
        "content_hash",
        "is_public_confirmed",
        "approved_at",
        "voided_at",
    ]
    list_display = ["mailing", "approver", "approved_at", "voided_at"]
    list_select_related = ["mailing", "approver"]
