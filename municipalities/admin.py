"""Reference data and rare corrections. Facts and memberships are read here and changed by the services."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget

from taushet.fields import OrganisationNumberField, PhoneField, WorkEmailField
from taushet.services import audit

from .models import ContactPerson, County, CrisisCentre, Fact, Indicator, Membership, Municipality, Succession, Unit
from .names import sort_key
from .services.places import find_municipalities
from .services.telling_apart import tell_apart

CHECKED = {"organisation_number": OrganisationNumberField, "phone": PhoneField, "email": WorkEmailField}
TYPED_LENGTH = 40


class CheckedAdmin(admin.ModelAdmin):
    """Numbers and addresses are checked as they are on the pages of staff, and kept in the same form."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in CHECKED:
            # Room for the spaces people type, which the field takes away
            room = max(db_field.max_length, TYPED_LENGTH)
            kwargs |= {"form_class": CHECKED[db_field.name], "widget": AdminTextInputWidget, "max_length": room}
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class PlaceAdmin(CheckedAdmin):
    """Counties and municipalities come from the import and never go; a correction by hand survives the next one."""

    readonly_fields = ["number", "valid_from", "valid_to"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.sort_key = sort_key(obj.name)
        super().save_model(request, obj, form, change)


@admin.register(County)
class CountyAdmin(PlaceAdmin):
    list_display = ["number", "name", "language_form", "organisation_number", "valid_to"]
    search_fields = ["number", "name"]


class SuccessorInline(admin.TabularInline):
    model = Succession
    fk_name = "predecessor"
    autocomplete_fields = ["successor"]
    extra = 0


@admin.register(Municipality)
class MunicipalityAdmin(PlaceAdmin):
    list_display = ["number", "display_name", "county", "language_form", "population", "valid_to"]
    list_filter = ["county", "language_form", "is_sami_area"]
    list_select_related = ["county"]
    search_fields = ["number", "name", "official_name"]
    search_help_text = "0301, Karasjok, Kárášjohka"
    autocomplete_fields = ["county"]
    readonly_fields = [*PlaceAdmin.readonly_fields, "corrected_fields"]
    inlines = [SuccessorInline]

    def get_search_results(self, request, queryset, search_term):
        """Find Ål by Aal and Kárášjohka by Karasjohka, which no database does alike."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=[place.pk for place in find_municipalities(search_term)]), False

    def save_model(self, request, obj, form, change):
        obj.corrected_fields = sorted({*obj.corrected_fields, *form.changed_data})
        super().save_model(request, obj, form, change)
        tell_apart()


@admin.register(Unit)
class UnitAdmin(CheckedAdmin):
    list_display = ["name", "kind", "municipality", "organisation_number", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["municipality"]
    search_fields = ["name", "organisation_number", "municipality__name"]
    autocomplete_fields = ["municipality"]


@admin.register(CrisisCentre)
class CrisisCentreAdmin(CheckedAdmin):
    list_display = ["name", "host", "phone", "phone_checked_on", "website_checked_on", "source_year"]
    list_filter = [
        ("phone_checked_on", admin.EmptyFieldListFilter),
        ("website_checked_on", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["host"]
    search_fields = ["name", "host__name"]
    autocomplete_fields = ["host", "municipalities"]


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    list_display = ["key", "name_nb", "kind", "unit", "fresh_days", "knowledge_key"]
    search_fields = ["key", "name_nb", "name_nn"]


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ["municipality", "indicator", "value", "observed_on", "source", "replaced_at", "is_demonstration"]
    list_filter = ["indicator", "is_demonstration"]
    list_select_related = ["municipality", "indicator"]
    search_fields = ["municipality__number", "municipality__name", "source"]


@admin.register(ContactPerson)
class ContactPersonAdmin(CheckedAdmin):
    list_display = ["name", "role", "municipality", "unit", "checked_on"]
    list_select_related = ["municipality", "unit"]
    search_fields = ["name", "email", "municipality__name"]
    autocomplete_fields = ["municipality", "unit"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        audit.record("contact.changed" if change else "contact.created", obj, by=request.user)

    def delete_model(self, request, obj):
        audit.record("contact.deleted", obj, by=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for contact in queryset:
            self.delete_model(request, contact)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "municipality", "unit", "proposed_at", "confirmed_at", "ended_at"]
    list_select_related = ["user", "municipality", "unit"]
    search_fields = ["user__email", "user__name", "municipality__name"]
