"""Addresses of the municipalities pages."""

from django.urls import path, register_converter

from municipalities.converters import MunicipalityNumber
from municipalities.views import fact_imports, facts, indicators, people, registry, units

register_converter(MunicipalityNumber, "municipality")

app_name = "municipalities"

urlpatterns = [
    path("kommuner/", registry.municipality_list, name="municipality_list"),
    path("kommuner/<municipality:number>/", registry.municipality_detail, name="municipality_detail"),
    path("stab/kommuner/", facts.staff_municipality_list, name="staff_municipality_list"),
    path("stab/kommuner/opplysninger/", indicators.indicator_list, name="indicator_list"),
    path("stab/kommuner/opplysninger/ny/", indicators.indicator_create, name="indicator_create"),
    path("stab/kommuner/opplysninger/mangler/", indicators.fact_lack_list, name="fact_lack_list"),
    path("stab/kommuner/opplysninger/mangler.csv", indicators.fact_lack_csv, name="fact_lack_csv"),
    path("stab/kommuner/opplysninger/innlesing/", fact_imports.fact_import, name="fact_import"),
    path(
        "stab/kommuner/opplysninger/innlesing/eksempel.csv",
        fact_imports.fact_import_example,
        name="fact_import_example",
    ),
    path("stab/kommuner/opplysninger/innlesing/tidligere/", fact_imports.fact_import_list, name="fact_import_list"),
    path("stab/kommuner/opplysninger/innlesing/<int:pk>/", fact_imports.fact_import_detail, name="fact_import_detail"),
    path(
        "stab/kommuner/opplysninger/innlesing/<int:pk>/se-over/",
        fact_imports.fact_import_check,
        name="fact_import_check",
    ),
    path(
        "stab/kommuner/opplysninger/innlesing/<int:pk>/lagre/", fact_imports.fact_import_save, name="fact_import_save"
    ),
    path(
        "stab/kommuner/opplysninger/innlesing/<int:pk>/forkast/",
        fact_imports.fact_import_discard,
        name="fact_import_discard",
    ),
    path(
        "stab/kommuner/opplysninger/innlesing/<int:pk>/angre/", fact_imports.fact_import_undo, name="fact_import_undo"
    ),
    path("stab/kommuner/opplysninger/<slug:key>/endre/", indicators.indicator_update, name="indicator_update"),
    path("stab/kommuner/<municipality:number>/", facts.municipality_facts, name="municipality_facts"),
    path("stab/kommuner/<municipality:number>/opplysning/<slug:key>/", facts.fact_update, name="fact_update"),
    path("stab/kommuner/<municipality:number>/enhet/", units.unit_create, name="unit_create"),
    path("stab/kommuner/enhet/<int:pk>/", units.unit_update, name="unit_update"),
    path("stab/kommuner/<municipality:number>/kontaktperson/", people.contact_create, name="contact_create"),
    path("stab/kommuner/kontaktperson/<int:pk>/", people.contact_update, name="contact_update"),
    path("stab/kommuner/kontaktperson/<int:pk>/slett/", people.contact_delete, name="contact_delete"),
    path("stab/tilhorighet/", people.membership_list, name="membership_list"),
    path("stab/tilhorighet/<int:pk>/bekreft/", people.membership_confirm, name="membership_confirm"),
    path("stab/tilhorighet/<int:pk>/avslutt/", people.membership_end, name="membership_end"),
]
