"""What is read out of a mail: the sender's own words, one sender, what our receiver says, and what a machine wrote."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from outreach.models import FollowUp, Reply
from outreach.services.commitments.follow_ups import open_follow_ups
from outreach.services.replies.mail_reading import is_automatic, read_mail
from outreach.services.replies.quoting import split_quoted
from outreach.services.replies.sender_checks import dmarc_result, only_sender, read_results
from outreach.services.replies.sorting import draft_for_public, sort_reply
from taushet.models import InboundMail
from tests.factories.outreach import place
from tests.factories.replies import OURS, answer_to, receive, sent_letters
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_answered_letters import at

pytestmark = pytest.mark.usefixtures("trusting")


def mail_of(raw):
    return message_from_bytes(raw.encode(), policy=policy.default)


WROTE = "Den 3. mai 2026 kl. 10:11 skrev Taushet tar liv <krav@x.example>:"
QUOTES = [
    ("Ja.\n\nMvh Kari", "Ja.\n\nMvh Kari", False),
    (f"Ja.\n\n{WROTE}\n> Vil dere?\n> Når?", "Ja.", True),
    (f"{WROTE}\n> Vil dere?\n\nJa, det vil vi.\n\n> Når?\n\nI mai.", "Ja, det vil vi.\n\n[…]\n\nI mai.", True),
    (f"Svar under.\n{WROTE}\n\n> Vil dere?\nJa.\n> Når?\nI mai.", "Svar under.\n\n[…]\n\nJa.\n\n[…]\n\nI mai.", True),
    ("Ja.\n\nOn Mon, 3 May 2026 at 10:11 Krav <krav@x.example>\nwrote:\n\nVil dere?\n\nNår?", "Ja.", True),
    ("Ja.\n\nFra: Krav\nSendt: mandag\nTil: Oss\nEmne: Krav\n\nVil dere?\nNår?", "Ja.", True),
    (
        "Ja.\n\n-----Opprinnelig melding-----\nFra: Krav\nSendt: i dag\n\n> Vil dere?\n\nVisst.\n",
        "Ja.\n\n[…]\n\nVisst.",
        True,
    ),
    (
        "Den rapporten ordføreren skrev om viser:\n\nalt er bra.",
        "Den rapporten ordføreren skrev om viser:\n\nalt er bra.",
        False,
    ),
    ("Fra: nå av gjør vi det.\nMvh", "Fra: nå av gjør vi det.\nMvh", False),
    (
        "> Vil dere vedta en handlingsplan mot vold i nære relasjoner i løpet\nav året\n> og si fra?\nJa.",
        "Ja.",
        True,
    ),
]


@pytest.mark.parametrize(("text", "own", "has_quoted"), QUOTES)
def test_own_words_are_kept_also_between_quoted_lines(text, own, has_quoted):
    assert split_quoted(text)[0] == own
    assert bool(split_quoted(text)[1]) == has_quoted


def test_what_html_quotes_is_quoted_line_for_line():
    mail = EmailMessage()
    quoted = "<blockquote><p>Vil dere?</p><p>Når<br>skjer det?</p></blockquote>"
    mail.set_content(f"<p>{WROTE}</p>{quoted}<p>Ja, i mai.</p>".replace("<krav@x.example>", ""), subtype="html")

    own, quoted = split_quoted(read_mail(mail).text)

    assert own == "Ja, i mai."
    assert "> skjer det?" in quoted


def test_a_mail_within_a_mail_is_a_file():
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"] = "Vedlagt"
    inner.set_content("Vi lover alt.")
    inner.add_attachment(b"MZ", maintype="application", subtype="x", filename="farlig.exe")
    outer.set_content("Se vedlegg.")
    outer.add_attachment(inner)

    read = read_mail(outer)

    assert read.text == "Se vedlegg."
    ((name, content),) = [(one.name, one.content) for one in read.attachments]
    assert name.endswith(".eml")
    assert b"Vi lover alt." in content


SENDERS = [
    ("From: Kari <k@k.example>", "k@k.example"),
    ("From: =?utf-8?q?Kari_=C3=85s?= <K@k.example>", "K@k.example"),
    ('From: "Ås, Kari (Ap)" <k@k.example>', "k@k.example"),
    ("From: k@k.example", "k@k.example"),
    ("From: Kari <k@k.example>, Per <p@evil.example>", ""),
    ("From: Kari <k@k.example>\nFrom: Per <p@evil.example>", ""),
    ("From: Kari <k@k.example>\nfrom: Kari <k@k.example>", ""),
    ("From: <k@k.example> <p@evil.example>", ""),
    ("From: k@k.example <p@evil.example>", "p@evil.example"),
    ('From: "k@k.example" <p@evil.example>', "p@evil.example"),
    ("From: Kari", ""),
    ("From: ", ""),
    ("Subject: uten", ""),
    ("From: mange: k@k.example, p@evil.example;", ""),
]


@pytest.mark.parametrize(("head", "sender"), SENDERS)
def test_there_is_one_sender_or_none(head, sender):
    found = only_sender(mail_of(f"{head}\nSender: k@k.example\nReturn-Path: <k@k.example>\n\nHei"))[1]

    assert found in {sender, ""} if "p@evil" in sender else found == sender


PASS = "dmarc=pass header.from=k.example"
CHECKS = [
    (f"{OURS}; {PASS}", "pass"),
    (f"{OURS.upper()} 1; spf=pass smtp.mailfrom=x.example; dmarc = pass (p=none) header.from = K.EXAMPLE", "pass"),
    (f'"{OURS}"; dmarc=pass reason="alt; dmarc=fail" header.from="k.example"', "pass"),
    (f"(til (deg) \\) dmarc=fail) {OURS} (v1); dmarc=pass (a (b) c; dmarc=fail) header.from=k.example", "pass"),
    (f"{OURS}; dkim=pass header.b=abc== header.d=x; {PASS}", "pass"),
    (f"{OURS}; dmarc/1=pass header.from=k.example", "pass"),
    (f"{OURS}; dmarc=fail header.from=k.example", "fail"),
    (f"{OURS}; dmarc=fail", "fail"),
    (f"{OURS}; {PASS}; dmarc=fail header.from=k.example", "fail"),
    (f"{OURS}; dmarc=pass header.from=evil.example", "none"),
    (f"{OURS}; dmarc=pass header.from=evil.example header.from=k.example", "none"),
    (f"{OURS}; dmarc=pass", "none"),
    (f'{OURS}; spf=fail reason="; {PASS}"', "none"),
    (f"{OURS}; spf=fail ({PASS}; {PASS})", "none"),
    (f"{OURS}; spf=fail (; {PASS}", "none"),
    (f'{OURS}; spf=fail "; {PASS}', "none"),
    (f"{OURS}; x-dmarc=pass header.from=k.example", "none"),
    (f"{OURS}; none", "none"),
    (f"{OURS} evil.example; {PASS}", "none"),
    (f"evil.example ({OURS}); {PASS}", "none"),
    (f"evil.example; {PASS}\nAuthentication-Results: {OURS}; {PASS}", "none"),
    (f"{OURS}; spf=pass\nAuthentication-Results: {OURS}; {PASS}", "none"),
    (f"{OURS}; dmarc=none\nAuthentication-Results: {OURS}; {PASS}", "none"),
    (
        f"{OURS}; spf=pass\nAuthentication-Results: {OURS}; dkim=none\nAuthentication-Results: {OURS}; dmarc=fail",
        "fail",
    ),
    (f"{OURS}; {PASS}\nAuthentication-Results: {OURS}; dmarc=fail", "fail"),
    (f"{OURS}; {PASS}\nAuthentication-Results: evil.example; x=y\nAuthentication-Results: {OURS}; dmarc=fail", "pass"),
    (f"{OURS}; {PASS}\nAuthentication-Results: evil.example; dmarc=fail", "pass"),
    (f"spf=pass; {PASS}", "none"),
]


@pytest.mark.parametrize(("said", "result"), CHECKS)
def test_only_what_our_receiver_puts_on_top_is_believed(said, result):
    assert dmarc_result(mail_of(f"Authentication-Results: {said}\nFrom: Kari <k@k.example>\n\nHei")) == result


def test_a_receiver_without_a_name_is_believed_when_settings_say_so(settings):
    settings.AUTHSERV_IDS = frozenset({"-"})
    microsoft = f"Authentication-Results: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=k.example; {PASS};compauth=pass"
    two = "From: Kari <k@k.example>\nFrom: Per <p@evil.example>"

    assert dmarc_result(mail_of(f"{microsoft}\nFrom: k@k.example\n\nHei")) == "pass"
    assert dmarc_result(mail_of(f"{microsoft}\n{two}\n\nHei")) == "none"
    assert dmarc_result(mail_of(f"Authentication-Results: {OURS}; {PASS}\nFrom: k@k.example\n\nHei")) == "none"
    assert read_results("") == read_results(";") == ("", [])


SUBJECTS = {
    "Ikke på kontoret": True,
    "SV: Ikkje på kontoret: Krav": True,
    "Fraværsmelding": True,
    "Fråværsmelding – Krav": True,
    "Fråversmelding": True,
    "Automatisk svar: Krav": True,
    "Autosvar": True,
    "Auto-svar: Krav": True,
    "Out of Office: Krav": True,
    "Utanfor kontoret": True,
    "Eg er på ferie": True,
    "Fravær: Kari": True,
    "Fraværende til 3. august": True,
    "Fråverande fram til måndag": True,
    "Ute av kontoret": True,
    "Har sluttet: Kari": True,
    "Automatisk bekreftelse": True,
    "Permisjon": True,
    "Not in office": True,
    "Svar: Krav": False,
    "Autorisert svar": False,
}


def test_a_machine_is_known_by_subject_and_headers():
    for subject, automatic in SUBJECTS.items():
        assert is_automatic(EmailMessage(), subject) == automatic, subject
    human = "Kommunestyret vedtar en plan mot vold i nære relasjoner. Vi kommer tilbake i januar."
    away = ("Jeg er i permisjon til 3. august.", "Er tilbake mandag.", "Eg les ikkje e-post no.", "I am on leave.")
    for subject in ("Fravær: skole og vold", "Ferieavvikling og krisesentertilbodet", "SV: Ikke til stede-holdning"):
        assert not is_automatic(EmailMessage(), subject, human), subject
        assert all(is_automatic(EmailMessage(), subject, text) for text in away)
    assert is_automatic(EmailMessage(), "Automatisk svar: Krav", human)
    for value, automatic in {"All": True, "DR, OOF, AutoReply": True, "DR, RN": False, "None": False}.items():
        mail = EmailMessage()
        mail["X-Auto-Response-Suppress"] = value
        assert is_automatic(mail, "Krav") == automatic, value


@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration", "clock")
def test_what_an_archive_system_sends_waits_for_a_person_and_stops_nothing(client):
    letter, other = sent_letters(place(number="6101"), place(number="6102"))
    with_file = answer_to(letter, Auto_Submitted="auto-generated")
    with_file.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="svar.pdf")
    with_logo = answer_to(letter, Auto_Submitted="auto-replied", subject="Ikke på kontoret")
    with_logo.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    numbered = answer_to(other, Auto_Submitted="auto-generated", text="Vår ref.: 2026/1234")
    # A case system marks all it sends, its own receipts and what people write in it.
    written = answer_to(other, X_Auto_Response_Suppress="All", Auto_Submitted="auto-generated")
    receipt = answer_to(other, Auto_Submitted="auto-generated", text="Vi har mottatt din henvendelse.")
    away = answer_to(other, Auto_Submitted="auto-generated", text="Jeg er på ferie.")

    mails = (with_file, with_logo, numbered, written, receipt, away)
    file, _logo, number, answer, *_put_aside = found = receive(client, *mails)

    kinds = ["unsorted", "automatic", "unsorted", "unsorted", "automatic", "automatic"]
    assert [(one.kind, one.is_automatic) for one in found] == [(kind, True) for kind in kinds]
    assert list(Reply.objects.to_sort()) == [file, number, answer]
    assert open_follow_ups(at(2026, 12, 22)) == 2
    sort_reply(file, kind="answer", letters=[letter.pk], how="Ringte", by=UserFactory())
    open_follow_ups(at(2026, 12, 23))
    assert [row.letter for row in FollowUp.objects.waiting()] == [other]


@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration", "clock")
def test_the_draft_for_the_public_has_answers_between_quoted_lines(client):
    (letter,) = sent_letters()
    text = f"{WROTE}\n> Vil dere?\n\nJa. Ring 22 33 44 55.\n\n> Når?\n\nI mai.\n"

    (reply,) = receive(client, answer_to(letter, text=text))

    assert draft_for_public(reply) == "Ja. Ring [telefon].\n\n[…]\n\nI mai."
    for greeting in ("Med vennlig hilsen", "Helsing", "Mvh"):
        reply.text = f"Ja.\nHilsen fra skolene er med.\n\n{greeting}\nKari Ås\nrådgiver\n\nAlver kommune"
        assert draft_for_public(reply) == "Ja.\nHilsen fra skolene er med.\n\n[…]"


@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration", "clock")
def test_a_mayor_is_not_confirmed_by_the_envelope(client):
    (letter,) = sent_letters()
    domain = letter.to_email.rpartition("@")[2]
    said = f"Authentication-Results: {OURS}; dmarc=pass header.from={domain}"
    raw = answer_to(letter).as_string().replace(f"From: {letter.to_email}\n", "")
    heads = {
        f"From: {letter.to_email}": True,
        f"From: {letter.to_email}, x@evil.example": False,
        f"From: {letter.to_email}\nFrom: x@evil.example": False,
        f"From: x@evil.example\nFrom: {letter.to_email}": False,
        f"Return-Path: <{letter.to_email}>\nSender: {letter.to_email}": False,
    }
    for head, verified in heads.items():
        (reply,) = receive(client, f"{said}\n{head}\n{raw}")
        assert (reply.is_verified, reply.is_from_office) == (verified, verified), head
    assert InboundMail.objects.count() == len(heads)
