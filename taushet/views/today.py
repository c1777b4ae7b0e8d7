"""What needs doing today, from all parts of the house."""

from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from taushet.registries import today_cards


def is_campaign_staff(user):
    if not user.is_campaign_staff:
        raise PermissionDenied
    return True


@user_passes_test(is_campaign_staff)
def today(request):
    cards = []
    for card in sorted(today_cards, key=lambda card: card.order):
        items = list(card.items(request.user)) if request.user.has_perm(card.permission) else []
        if items:
            cards.append({"key": card.key, "title": card.title, "items": items})
    return render(request, "taushet/today.html", {"cards": cards})
