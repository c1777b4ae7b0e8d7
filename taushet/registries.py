"""What a lower room needs from an upper one: filled in `AppConfig.ready()`, read at run time.

Imports point down (`courses | outreach -> municipalities -> taushet`), so the outbox cannot ask courses whether
a reminder is still wanted. Instead courses registers a `MessageKind` that answers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from taushet.ready_update import ReadyUpdate


class Registry[Entry]:
    """Entries by key, in the order they were registered. A key is taken once."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def register(self, entry: Entry) -> Entry:
        key = entry.key
        if self._entries.get(key, entry) is not entry:
            raise ValueError(f"{key} is registered already")
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())


@dataclass(frozen=True)
class Decision:
    """What shall happen to a message that is about to leave."""

    action: str  # "send", "hold", "cancel" or "later"
    reason: str = ""
    until: datetime | None = None


SEND = Decision("send")


@dataclass(frozen=True)
class MessageKind:
    """A sort of message: asked right before sending, told when it is settled.

    `before_sending(message)` returns a Decision. `after_settling(message)` runs in the transaction that records
    the outcome. A `sealed` kind has its text encrypted in the database and erased once sent. Who no longer wants mail
    with a `purpose` still gets all other mail, and `can_be_declined(message)` says whether the recipient may decide
    that: the post room of a whole municipality may not. A kind that leaves by the thousands may answer for several
    messages at once, in their order: `before_sending_many(messages)`. `on_sent` does in one update, given the moment
    and the key of the message, what `after_settling` would for a message that was sent; when it finds nothing to
    change, `after_settling` is asked. `after_declining(message)` is told of a report that the recipient wants no more,
    and `warning(message)` says why one that a person lets go would be kept back again at once; `address_note(email)`
    what is to be known before an address is opened for mail again. With `has_own_card` those
    in trouble stand on a card of their own under "Today", so that the card of the outbox leaves them out.
    """

    key: str
    label: str
    before_sending: Callable[[Any], Decision] = lambda message: SEND
    after_settling: Callable[[Any], None] = lambda message: None
    sealed: bool = False
    purpose: str = ""
    can_be_declined: Callable[[Any], bool] = lambda message: True
    after_declining: Callable[[Any], None] = lambda message: None
    warning: Callable[[Any], str] = lambda message: ""
    address_note: Callable[[str], str] = lambda email: ""
    has_own_card: bool = False
    before_sending_many: Callable[[list[Any]], list[Decision]] | None = None
    on_sent: ReadyUpdate | None = None


@dataclass(frozen=True)
class LinkKind:
    """A purpose of secret links and the address that opens it.

    `url_name` takes the token as its only argument. Links live on the neutral host unless `on_main_host`. With `draw`
    the token of a link is not kept for its subject: `draw(subject_id)` makes a fresh one for each mail that leaves.
    """

    key: str
    url_name: str
    on_main_host: bool = False
    draw: Callable[[int], str] | None = None


@dataclass(frozen=True)
class FeedKind:
    """A private calendar feed. `answer(request, link)` gives the whole response for a live link."""

    key: str
    answer: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class RetentionRule:
    """What is kept, why and how long; the privacy page prints it, the clock applies it.

    `fields` names what of the models it is about, such as "courses.Participant.name"; a test finds what no rule names.
    `apply(now)` erases what is due and returns how many rows changed. None where the database itself or a law
    decides and nothing is erased by the clock; then `keep` says so.
    """

    key: str
    what: str
    purpose: str
    basis: str
    keep: str
    apply: Callable[[datetime], int] | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class TodayCard:
    """One thing staff may need to do today. `items(user)` gives (text, url) pairs; an empty list hides the card.

    The lowest `order` comes first; cards of the same order stand as they were registered.
    """

    key: str
    title: str
    permission: str
    items: Callable[[Any], Iterable[tuple[str, str]]]
    order: int = 50


@dataclass(frozen=True)
class SearchSource:
    """Something staff can search. `find(user, text)` gives at most 20 (text, detail, url) rows the user may see."""

    key: str
    title: str
    permission: str
    find: Callable[[Any, str], Iterable[tuple[str, str, str]]]


@dataclass(frozen=True)
class PeriodicTask:
    """A task the clock enqueues every `every`, counted from midnight UTC; the same on any number of machines."""

    key: str
    every: timedelta
    enqueue: Callable[[], None]


@dataclass(frozen=True)
class RolePermissions:
    """What a role may do: permission names such as "courses.change_session"."""

    key: str
    role: str
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class Deactivation:
    """What else ends when a person is deactivated. `apply(user, by)` runs in the same transaction.

    `tells(user)` gives sentences for the page that asks for confirmation: what will happen, what is left to do.
    """

    key: str
    apply: Callable[[Any, Any], None]
    tells: Callable[[Any], Iterable[str]] = lambda user: ()


@dataclass(frozen=True)
class KnownAddress:
    """A reason to let somebody sign in who has no user yet: their mail address has proven itself with us.

    `find(email)` gives the (name, language) known for the lower-cased address, or None.
    """

    key: str
    find: Callable[[str], tuple[str, str] | None]


@dataclass(frozen=True)
class ProtectedAddresses:
    """People whose mail address is shown to nobody in the outbox but those with a permission.

    `find(addresses)` returns which of a set of lower-cased addresses are theirs; `all()` gives a query of them all.
    """

    key: str
    permission: str
    find: Callable[[set[str]], set[str]]
    all: Callable[[], Any]


@dataclass(frozen=True)
class DemonstrationPart:
    """A part of the demonstration set. `load(write)` must give the same rows however often it runs."""

    key: str
    order: int
    load: Callable[[Callable[[str], None]], None] = field(compare=False)


@dataclass(frozen=True)
class InboundKind:
    """A sort of mail that comes in. The lowest `order` is asked first; what nobody takes is shown to staff.

    `take(inbound, mail)` gets the stored row and the parsed mail, and returns whether it was of this sort. It runs in
    the worker, in the transaction that records the answer, and must not believe what it reads. With `keeps` the mail
    stays as long as what was made of it, by a rule of whoever took it.
    """

    key: str
    take: Callable[[Any, Any], bool]
    order: int = 50
    keeps: bool = False


@dataclass(frozen=True)
class LoggedAction:
    """Something the log tells of: its code, as `audit.record` takes it, and what a reader calls it."""

    key: str
    label: str


@dataclass(frozen=True)
class Dataset:
    """Open data: what everybody may have as a table, under `/apne-data/<key>`.

    `columns` are (name, what it holds) pairs; `rows()` gives their values in that order: texts, numbers, dates, None.
    """

    key: str
    title: str
    about: str
    columns: tuple[tuple[str, str], ...]
    rows: Callable[[], Iterable[tuple]]


message_kinds: Registry[MessageKind] = Registry()
link_kinds: Registry[LinkKind] = Registry()
feed_kinds: Registry[FeedKind] = Registry()
retention_rules: Registry[RetentionRule] = Registry()
today_cards: Registry[TodayCard] = Registry()
search_sources: Registry[SearchSource] = Registry()
periodic_tasks: Registry[PeriodicTask] = Registry()
role_permissions: Registry[RolePermissions] = Registry()
deactivations: Registry[Deactivation] = Registry()
protected_addresses: Registry[ProtectedAddresses] = Registry()
known_addresses: Registry[KnownAddress] = Registry()
demonstration_parts: Registry[DemonstrationPart] = Registry()
inbound_kinds: Registry[InboundKind] = Registry()
logged_actions: Registry[LoggedAction] = Registry()
datasets: Registry[Dataset] = Registry()
