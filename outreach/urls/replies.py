"""Addresses of replies."""

from django.urls import path

from outreach.views import replies

urlpatterns = [
    path("stab/svar/", replies.reply_sort, name="reply_sort"),
    path("stab/svar/alle/", replies.reply_list, name="reply_list"),
    path("stab/svar/<int:pk>/", replies.reply_detail, name="reply_detail"),
    path("stab/svar/<int:pk>/sorter/", replies.reply_sort_save, name="reply_sort_save"),
    path("stab/svar/<int:pk>/finn/", replies.reply_find_letters, name="reply_find_letters"),
    path("stab/svar/<int:pk>/angre/", replies.reply_put_back, name="reply_put_back"),
    path("stab/svar/<int:pk>/avsender/", replies.reply_verify, name="reply_verify"),
    path("stab/svar/<int:pk>/publiser/", replies.reply_publish, name="reply_publish"),
    path("stab/svar/<int:pk>/trekk-tilbake/", replies.reply_take_back, name="reply_take_back"),
    path("stab/svar/<int:pk>/vedlegg/<int:number>/", replies.reply_attachment, name="reply_attachment"),
]
