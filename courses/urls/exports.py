"""Addresses of the lists that staff take out."""

from django.urls import path

from courses.views import exports
from taushet.tables.writing import CSV, XLSX

urlpatterns = [
    *(
        path(f"stab/bestillinger/liste.{ending}", exports.booking_export, {"ending": ending}, name=f"booking_{ending}")
        for ending in (CSV, XLSX)
    ),
    *(
        path(
            f"stab/kurs/<int:session_id>/deltakere.{ending}",
            exports.participant_export,
            {"ending": ending},
            name=f"participant_{ending}",
        )
        for ending in (CSV, XLSX)
    ),
]
