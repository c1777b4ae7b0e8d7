"""Addresses of what trainers are asked, and of staff's page that asks them."""

from django.urls import path

from courses.views import leaving, staffing, trainer_offers

urlpatterns = [
    path("kursholder/tilbud/<int:offer_id>/", trainer_offers.trainer_offer, name="trainer_offer"),
    path("kursholder/tilbud/<int:offer_id>/ja/", trainer_offers.trainer_offer_accept, name="trainer_offer_accept"),
    path("kursholder/tilbud/<int:offer_id>/nei/", trainer_offers.trainer_offer_decline, name="trainer_offer_decline"),
    path("kursholder/ikke-i-dag/", leaving.trainer_out_today, name="trainer_out_today"),
    path("kursholder/<int:session_id>/meld-fra/", leaving.trainer_leave, name="trainer_leave"),
    path("stab/kurs/<int:session_id>/bemanning/", staffing.session_staffing, name="session_staffing"),
    path("stab/kurs/<int:session_id>/bemanning/spor/", staffing.staffing_ask, name="staffing_ask"),
    path("stab/kurs/<int:session_id>/bemanning/alle/", staffing.staffing_call, name="staffing_call"),
    path(
        "stab/kurs/<int:session_id>/bemanning/<int:offer_id>/trekk/",
        staffing.staffing_take_back,
        name="staffing_take_back",
    ),
]
