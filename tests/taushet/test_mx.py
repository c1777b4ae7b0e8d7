"""The one question to the DNS, asked of a small name server of our own."""

import socket
import struct
import threading

import pytest

from taushet.mx import NoAnswer, common_name, mail_hosts, mail_system


@pytest.fixture
def name_server():
    """Run a name server that answers each question with what it is told: yields (its address, what to answer)."""
    answers = {"make": lambda question: b""}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.1)
        stopped = threading.Event()

        def serve():
            while not stopped.is_set():
                try:
                    question, asker = line.recvfrom(512)
                except TimeoutError:
                    continue
                line.sendto(answers["make"](question), asker)

        thread = threading.Thread(target=serve)
        thread.start()
        yield [line.getsockname()], answers
        stopped.set()
        thread.join()


def answer(*hosts, code=0):
    """Return a function that answers a question with these (preference, host), names being compressed."""

    def make(question):
        records = b""
        for preference, host in hosts:
            labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
            data = struct.pack(">H", preference) + labels + b"\0"
            records += b"\xc0\x0c" + struct.pack(">HHIH", 15, 1, 300, len(data)) + data
        head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(hosts), 0, 0)
        return head + question[12:] + records

    return make


def test_the_best_host_tells_whose_mail_system_it_is(name_server):
    servers, answers = name_server
    answers["make"] = answer((20, "backup.other.no"), (10, "oslo-kommune-no.mail.protection.outlook.com"))

    assert mail_hosts("oslo.kommune.no", servers)[0] == "oslo-kommune-no.mail.protection.outlook.com"
    assert mail_system("Oslo.kommune.no", servers) == "outlook.com"
    assert common_name("mx1.asker.kommune.no.") == "asker.kommune.no"


def test_a_domain_without_mx_takes_its_mail_itself(name_server):
    servers, answers = name_server
    answers["make"] = answer(code=3)

    assert mail_system("finnes-ikke.kommune.no", servers) == "finnes-ikke.kommune.no"


@pytest.mark.parametrize(
    "make",
    [
        lambda question: b"",
        lambda question: question,
        lambda question: b"\0\0" + answer((1, "a.no"))(question)[2:],
        lambda question: answer(code=2)(question),
        lambda question: answer((1, "a.no"))(question)[:-3],
        lambda question: question[:2] + struct.pack(">HHHHH", 0x8180, 0, 1, 0, 0) + b"\xc0\x0c" * 20,
        lambda question: (
            question[:2]
            + struct.pack(">HHHHH", 0x8180, 0, 1, 0, 0)
            + b"\0"
            + struct.pack(">HHIH", 15, 1, 1, 4)
            + b"\0\1\xc0\x19"
        ),
    ],
)
def test_what_cannot_be_read_is_no_answer(name_server, make):
    servers, answers = name_server
    answers["make"] = make

    with pytest.raises(NoAnswer):
        mail_system("oslo.kommune.no", servers)


def test_what_is_no_domain_and_a_dns_that_is_away_are_no_answer():
    for domain, servers in [("", []), ("a..b", []), ("a" * 64 + ".no", []), ("oslo.kommune.no", [])]:
        with pytest.raises(NoAnswer):
            mail_system(domain, servers)
