"""Addresses of promises and what is to be followed up."""

from django.urls import path

from outreach.views import commitment_changes, commitments, follow_ups, several_follow_ups

urlpatterns = [
    path("stab/svar/<int:pk>/lofte/", commitments.commitment_create, name="commitment_create"),
    path("stab/lofter/", commitments.commitment_list, name="commitment_list"),
    path("stab/lofter/<int:pk>/", commitments.commitment_detail, name="commitment_detail"),
    path("stab/lofter/<int:pk>/bekreft/", commitments.commitment_confirm, name="commitment_confirm"),
    path("stab/lofter/<int:pk>/avvis/", commitments.commitment_refuse, name="commitment_refuse"),
    path("stab/lofter/<int:pk>/angre/", commitments.commitment_take_back, name="commitment_take_back"),
    path("stab/lofter/<int:pk>/status/", commitment_changes.commitment_update, name="commitment_update"),
    path("stab/lofter/<int:pk>/trekk/", commitment_changes.commitment_withdraw, name="commitment_withdraw"),
    path("stab/lofter/<int:pk>/etterfolger/", commitment_changes.commitment_hand_on, name="commitment_hand_on"),
    path(
        "stab/lofter/<int:pk>/status/<int:change_id>/bekreft/",
        commitment_changes.commitment_change_confirm,
        name="commitment_change_confirm",
    ),
    path(
        "stab/lofter/<int:pk>/status/<int:change_id>/avvis/",
        commitment_changes.commitment_change_refuse,
        name="commitment_change_refuse",
    ),
    path(
        "stab/lofter/<int:pk>/bevis/<int:change_id>/",
        commitment_changes.commitment_evidence,
        name="commitment_evidence",
    ),
    path("stab/lofter/oppfolging/", follow_ups.follow_up_list, name="follow_up_list"),
    path("stab/lofter/oppfolging/flere/", several_follow_ups.follow_up_several, name="follow_up_several"),
    path(
        "stab/lofter/oppfolging/flere/utsending/",
        several_follow_ups.follow_up_several_mail,
        name="follow_up_several_mail",
    ),
    path("stab/lofter/oppfolging/<int:pk>/", follow_ups.follow_up_detail, name="follow_up_detail"),
    path("stab/lofter/oppfolging/<int:pk>/utsending/", follow_ups.follow_up_mail, name="follow_up_mail"),
    path("stab/lofter/oppfolging/<int:pk>/igjen/", follow_ups.follow_up_reopen, name="follow_up_reopen"),
    path("stab/lofter/oppfolging/<int:pk>/ferdig/", follow_ups.follow_up_settle, name="follow_up_settle"),
]
