import email.policy
from email import message_from_bytes

import pytest

from taushet.models import StoredFile
from taushet.registries import LinkKind, link_kinds
from taushet.services.links import issue_link
from taushet.services.mail_html import hide_private_links, make_html
from taushet.services.mime import build_email
from taushet.services.sending import send_all_due
from tests.factories.outbox import write

link_kinds.register(LinkKind("mime-test", "tests_link"))
INVITATION = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:okt-1@kalender.example",
        "SUMMARY:Kurs på rådhuset i en kommune med et ganske langt navn, så linjen br",
        " ytes",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
)


@pytest.fixture
def link_page(monkeypatch):
    """A page that opens private links."""
    monkeypatch.setattr("taushet.services.links.reverse", lambda name, args: f"/min/{args[0]}/")


def leave(mailbox, **fields):
    """Return the raw bytes that the mail server got."""
    message = write(**fields)
    send_all_due()
    message.refresh_from_db()
    assert message.state == "sent", message.state_reason
    return mailbox.taken[-1]


def parse(raw):
    return message_from_bytes(raw, policy=email.policy.default)


def test_bytes_are_plain_ascii_in_short_lines(db, mailbox):
    raw = leave(mailbox, text="Blåbærsyltetøy " * 100, to_name="Kari Ås, leder", subject="Påmelding " * 12)

    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


def test_headers_say_who_and_what(db, mailbox, settings):
    settings.MAIL_FROM = "kurs@kalender.example"
    raw = leave(
        mailbox,
        to_name="Kari Ås, leder",
        reply_to="post@kalender.example",
        headers={"List-Unsubscribe": "<https://kalender.example/av/>"},
    )

    mail = parse(raw)
    assert str(mail["To"].addresses[0].display_name) == "Kari Ås, leder"
    assert mail["To"].addresses[0].addr_spec == "kari@kommune.example"
    assert mail["From"].addresses[0].addr_spec == "kurs@kalender.example"
    assert mail["Reply-To"] == "post@kalender.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://kalender.example/av/>"
    assert mail["Content-Language"] == "nb"


def test_long_address_to_stop_mail_stays_readable(db, mailbox):
    address = f"<https://kalender.example/varsel/stopp/{'a' * 90}/>"

    raw = leave(mailbox, headers={"List-Unsubscribe": f"{address}, <mailto:stopp@kalender.example>"})

    assert f"List-Unsubscribe: {address},\r\n <mailto:stopp@kalender.example>\r\n".encode() in raw


def test_caller_may_say_that_a_person_wrote_it(db, mailbox):
    assert parse(leave(mailbox, headers={"Auto-Submitted": "no"}))["Auto-Submitted"] == "no"


def test_invitation_is_built_as_calendar_programs_want_it(db, mailbox):
    raw = leave(mailbox, calendar=INVITATION, calendar_method="REQUEST")

    mixed = parse(raw)
    alternative, file = mixed.iter_parts()
    text, html, calendar = alternative.iter_parts()
    assert mixed.get_content_type() == "multipart/mixed"
    assert alternative.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    assert dict(calendar["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert calendar["Content-Disposition"] is None
    assert file["Content-Type"] == 'application/ics; name="invite.ics"'
    assert file["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert file.get_payload(decode=True) == INVITATION.encode()
    assert calendar.get_payload(decode=True) == INVITATION.encode()


def test_private_links_are_put_in_at_the_last_step_only(db, mailbox, settings, link_page):
    settings.NEUTRAL_URL = "https://kalender.example"
    address = f"https://kalender.example/min/{issue_link('mime-test', 7)}/"

    raw = leave(
        mailbox,
        text="Se [[link:mime-test:7]].",
        headers={"List-Unsubscribe": "<[[link:mime-test:7]]>"},
    )

    mail = parse(raw)
    text, html = mail.iter_parts()
    assert text.get_content().strip() == f"Se {address}."
    assert f'<a href="{address}"' in html.get_content()
    assert mail["List-Unsubscribe"] == f"<{address}>"


def test_nothing_is_filled_in_in_a_calendar(db, mailbox, link_page):
    calendar = INVITATION.replace("END:VEVENT", "DESCRIPTION:[[link:mime-test:7]]\r\nEND:VEVENT")

    raw = leave(mailbox, calendar=calendar, calendar_method="REQUEST")

    _body, file = parse(raw).iter_parts()
    assert file.get_payload(decode=True) == calendar.encode()


def test_attached_file_arrives_as_it_was(db, mailbox):
    content = bytes(range(256)) * 40
    file = StoredFile.objects.create(
        name="Kursbevis æ.pdf", content_type="application/pdf", content=content, size=10240
    )

    _body, attached = parse(leave(mailbox, attachments=[file])).iter_parts()

    assert attached.get_filename() == "Kursbevis æ.pdf"
    assert attached.get_payload(decode=True) == content


def test_html_is_escaped_and_fetches_nothing():
    html = make_html(
        '<script>x</script>\n\n- ett & to\n- "tre"\n\nSe https://a.example/b?c=1&d=2.', subject="<b>", language="nn"
    )

    assert "<script>" not in html
    assert "<title>&lt;b&gt;</title>" in html
    assert '<html lang="nn">' in html
    assert "<ul><li>ett &amp; to</li><li>&quot;tre&quot;</li></ul>" in html
    assert '<a href="https://a.example/b?c=1&amp;d=2"' in html
    assert html.count("http") == 2


def test_path_behind_a_private_link_belongs_to_it():
    html = make_html("Se [[link:mime-test:7]]kalender.ics.", subject="x", language="nb")

    assert ">[[link:mime-test:7]]kalender.ics</a>." in html


@pytest.mark.parametrize("ending", ["", "kalender.ics"])
def test_staff_see_a_mark_instead_of_a_private_link(ending):
    html = make_html(f"Se [[link:mime-test:7]]{ending}.", subject="x", language="nb")

    assert "Se <u>privat lenke</u>." in hide_private_links(html, "privat lenke")


NASTY = [
    "Kari Ås, leder",
    "Nordmann, Kari",
    'Å. "Øyen" <x@y> (Ap)',
    "=?utf-8?q?x?=",
    "Kari Nord " * 11,
    "Åse " * 27,
    "👩‍⚖️ \u202eKari",
]


@pytest.mark.parametrize("name", NASTY)
def test_short_way_says_what_the_long_way_says(db, name):
    text = f"Til {name}\n\n.\n.. punktum\n \n\tinnrykk  \n{'langt ' * 40}= 100 % æøå\r\nFrom her\n"
    headers = {"List-Unsubscribe": f"<https://kalender.example/{'a' * 90}/>", "X-Note": "en to " * 30}
    message = write(
        to_name=name[:120], subject=f"Krav: {name}"[:200], text=text, reply_to="a@b.example", headers=headers
    )
    built = build_email(message, first_tried_at=message.created_at)

    short, long = parse(built.wire()), parse(built.message(policy=email.policy.SMTP).as_bytes())

    assert built.wire().isascii()
    assert max(len(line) for line in built.wire().split(b"\r\n") if b"https://" not in line) <= 78
    assert not short.defects
    apart = {"Content-Type", "Content-Transfer-Encoding"}
    headers = [{key: str(mail[key]) for key in mail if key not in apart} for mail in (short, long)]
    assert headers[0] == headers[1]
    assert len(short["To"].addresses) == 1
    assert [part.get_content_type() for part in short.iter_parts()] == ["text/plain", "text/html"]
    for ours, theirs in zip(short.iter_parts(), long.iter_parts(), strict=True):
        assert ours.get_content() == theirs.get_content()
        assert dict(ours["Content-Type"].params) == dict(theirs["Content-Type"].params)
