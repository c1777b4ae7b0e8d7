"""What the feeds of bookers, municipalities and staff bring into the registries."""

from courses.services import feeds
from courses.views.feeds import booker_feed, municipality_feed, staff_feed
from taushet.registries import Deactivation, FeedKind, LinkKind, deactivations, feed_kinds, link_kinds

for purpose, answer in (
    (feeds.BOOKER_FEED, booker_feed),
    (feeds.MUNICIPALITY_FEED, municipality_feed),
    (feeds.STAFF_FEED, staff_feed),
):
    link_kinds.register(LinkKind(purpose, "courses:feed"))
    feed_kinds.register(FeedKind(purpose, answer))
deactivations.register(Deactivation("feeds", feeds.close_feeds_of))
