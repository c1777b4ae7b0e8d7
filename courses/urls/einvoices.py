"""Addresses of e-invoices, for staff."""

from django.urls import path

from courses.views import einvoices

urlpatterns = [
    path("stab/faktura/ehf/", einvoices.einvoice_list, name="einvoice_list"),
    path("stab/faktura/ehf/<int:einvoice_id>/", einvoices.einvoice_detail, name="einvoice_detail"),
    path("stab/faktura/ehf/<int:einvoice_id>/fil/", einvoices.einvoice_file, name="einvoice_file"),
    path("stab/faktura/ehf/<int:einvoice_id>/avvist/", einvoices.einvoice_refused, name="einvoice_refused"),
    *(
        path(f"stab/faktura/ehf/<int:einvoice_id>/{word}/", einvoices.einvoice_act, {"name": name}, name=name)
        for word, name in {
            "send-igjen": "einvoice_send_again",
            "spor": "einvoice_ask",
            "sendt": "einvoice_mark_sent",
            "ikke-fram": "einvoice_never_arrived",
        }.items()
    ),
    path("stab/faktura/ehf/bunt/", einvoices.einvoice_batch_create, name="einvoice_batch_create"),
    path("stab/faktura/ehf/bunt/<int:batch_id>/", einvoices.einvoice_batch, name="einvoice_batch"),
    path("stab/faktura/ehf/bunt/<int:batch_id>/zip/", einvoices.einvoice_batch_zip, name="einvoice_batch_zip"),
    path("stab/faktura/ehf/bunt/<int:batch_id>/sendt/", einvoices.einvoice_batch_sent, name="einvoice_batch_sent"),
    path(
        "stab/faktura/ehf/bunt/<int:batch_id>/tilbake/",
        einvoices.einvoice_batch_take_back,
        name="einvoice_batch_take_back",
    ),
]
