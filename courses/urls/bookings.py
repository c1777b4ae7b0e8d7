"""Addresses of the booker's page and of staff bookings."""

from django.urls import path

from courses.views import (
    booking_changes,
    booking_contacts,
    bookings,
    municipality,
    name_lists,
    participants,
    staff_booking_changes,
    staff_booking_choice,
    staff_bookings,
    staff_words,
    waiting,
)
from taushet.tables.writing import CSV, XLSX

urlpatterns = [
    path("bestilling/", booking_contacts.lost_link, name="lost_link"),
    path("bestilling/<str:token>/", bookings.booking_detail, name="booking_detail"),
    path("bestilling/<str:token>/bekreft/", bookings.booking_confirm, name="booking_confirm"),
    path("bestilling/<str:token>/adresse/", booking_contacts.booking_address, name="booking_address"),
    path("bestilling/<str:token>/plasser/", booking_changes.booking_seats, name="booking_seats"),
    path("bestilling/<str:token>/flytt/", booking_changes.booking_move, name="booking_move"),
    path("bestilling/<str:token>/kontakt/", booking_contacts.booking_second_contact, name="booking_second_contact"),
    path("bestilling/<str:token>/overdra/", booking_contacts.booking_hand_over, name="booking_hand_over"),
    path("bestilling/<str:token>/overta/", booking_contacts.booking_take_over, name="booking_take_over"),
    path("bestilling/<str:token>/avbestill/", booking_changes.booking_cancel, name="booking_cancel"),
    path("bestilling/<str:token>/tilbud/", waiting.offer_accept, name="offer_accept"),
    path("bestilling/<str:token>/tilbud/nei/", waiting.offer_decline, name="offer_decline"),
    path("bestilling/<str:token>/venteliste/", waiting.wish_change, name="wish_change"),
    path(
        "bestilling/<str:token>/sporsmal/<int:change_id>/trekk/",
        booking_changes.change_withdraw,
        name="change_withdraw",
    ),
    path("bestilling/<str:token>/navn/", participants.booking_names, name="booking_names"),
    path("bestilling/<str:token>/navn/liste/", name_lists.name_list, name="name_list"),
    path("bestilling/<str:token>/navn/liste/se/", name_lists.name_list_check, name="name_list_check"),
    path("bestilling/<str:token>/navn/liste/igjen/", name_lists.name_list_again, name="name_list_again"),
    path("bestilling/<str:token>/navn/liste/lagre/", name_lists.name_list_save, name="name_list_save"),
    path(
        "bestilling/<str:token>/navn/<int:participant_id>/",
        participants.participant_replace,
        name="participant_replace",
    ),
    path(
        "bestilling/<str:token>/navn/<int:participant_id>/fjern/",
        participants.participant_remove,
        name="participant_remove",
    ),
    path(
        "bestilling/<str:token>/navn/<int:participant_id>/avbestill/",
        booking_changes.participant_give_back,
        name="participant_give_back",
    ),
    path("min-kommune/", municipality.my_municipality, name="my_municipality"),
    path("min-kommune/bestilling/<int:booking_id>/", municipality.my_booking, name="my_booking"),
    path("min-kommune/folk/<int:membership_id>/", municipality.membership_answer, name="my_membership_answer"),
    path("stab/bestillinger/", staff_bookings.staff_booking_list, name="staff_booking_list"),
    path("stab/bestillinger/ny/", staff_bookings.staff_booking_start, name="staff_booking_start"),
    path(
        "stab/kurs/<int:session_id>/bestillinger/ny/", staff_bookings.staff_booking_create, name="staff_booking_create"
    ),
    path("stab/bestillinger/melding/", staff_words.staff_booking_words, name="staff_booking_words"),
    path("stab/kurs/melding/", staff_words.staff_session_words, name="staff_session_words"),
    path("stab/bestillinger/valgte/", staff_booking_choice.staff_booking_choice, name="staff_booking_choice"),
    *(
        path(
            f"stab/bestillinger/valgte/liste.{ending}",
            staff_booking_choice.booking_choice_export,
            {"ending": ending},
            name=f"booking_choice_{ending}",
        )
        for ending in (CSV, XLSX)
    ),
    path("stab/bestillinger/<int:booking_id>/plasser/", staff_booking_changes.staff_seats, name="staff_booking_seats"),
    path("stab/bestillinger/<int:booking_id>/flytt/", staff_booking_changes.staff_move, name="staff_booking_move"),
    path("stab/bestillinger/<int:booking_id>/navn/", staff_booking_changes.staff_names, name="staff_booking_names"),
    path(
        "stab/bestillinger/<int:booking_id>/navn/<int:participant_id>/",
        staff_booking_changes.staff_name_replace,
        name="staff_name_replace",
    ),
    path(
        "stab/bestillinger/<int:booking_id>/navn/<int:participant_id>/fjern/",
        staff_booking_changes.staff_name_remove,
        name="staff_name_remove",
    ),
    path(
        "stab/bestillinger/<int:booking_id>/sporsmal/<int:change_id>/",
        staff_booking_changes.staff_change_approve,
        name="staff_change_approve",
    ),
    path(
        "stab/bestillinger/<int:booking_id>/sporsmal/<int:change_id>/nei/",
        staff_booking_changes.staff_change_refuse,
        name="staff_change_refuse",
    ),
    path("stab/bestillinger/<int:booking_id>/", staff_bookings.staff_booking_detail, name="staff_booking_detail"),
    path("stab/bestillinger/<int:booking_id>/slipp-inn/", waiting.staff_let_in, name="staff_let_in"),
    path(
        "stab/bestillinger/<int:booking_id>/avbestill/",
        staff_bookings.staff_booking_cancel,
        name="staff_booking_cancel",
    ),
]
