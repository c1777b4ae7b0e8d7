"""The refresh by network, against a server of our own that answers as the official services do."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from municipalities.models import Municipality
from municipalities.services.registry import network

from .official import official_answers


class Services(BaseHTTPRequestHandler):
    """Answers by path; keeps what was asked."""

    def do_GET(self):
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self.server.asked.append((url.path, query, self.headers["User-Agent"]))
        name = {
            "/131/codesAt.json": "klass_131_codes",
            "/104/codesAt.json": "klass_104_codes",
            "/131/changes.json": "klass_131_changes",
            "/104/correspondsAt.json": "klass_104_to_131",
            "/fylkerkommuner": "kartverket_fylkerkommuner",
            "/enheter": f"brreg_kommuner_{query.get('page')}",
        }[url.path]
        self.send_response(503 if name == self.server.down else 200)
        self.end_headers()
        body = json.dumps(self.server.answers[name]).encode()
        self.wfile.write(body[:1000] if name == self.server.cut else body)

    def log_message(self, *args):
        pass


@pytest.fixture
def services(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    server.answers, server.asked, server.down, server.cut = official_answers(), [], "", ""
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(network, "KLASS", address)
    monkeypatch.setattr(network, "KARTVERKET", f"{address}/fylkerkommuner")
    monkeypatch.setattr(network, "BRREG", f"{address}/enheter")
    yield server
    server.shutdown()
    server.server_close()


def test_refresh_asks_each_service_and_keeps_the_answers(db, services, tmp_path):
    call_command("import_municipalities", source="network", date=None, save_to=tmp_path, verbosity=0)

    assert Municipality.objects.count() == 357
    assert [path for path, _query, _agent in services.asked].count("/enheter") == 2
    assert {agent.partition("/")[0] for _path, _query, agent in services.asked} == {"taushet"}
    assert len(list(tmp_path.iterdir())) == 7
    call_command("import_municipalities", from_files=tmp_path, verbosity=0)


@pytest.mark.parametrize("trouble", ["down", "cut"])
def test_service_in_trouble_changes_nothing(db, services, trouble):
    setattr(services, trouble, "kartverket_fylkerkommuner")

    with pytest.raises(CommandError, match="fylkerkommuner"):
        call_command("import_municipalities", source="network", verbosity=0)

    assert not Municipality.objects.exists()


def test_service_that_is_not_there_is_told(db, monkeypatch):
    monkeypatch.setattr(network, "KLASS", "http://127.0.0.1:9")

    with pytest.raises(CommandError, match="svarte ikke"):
        call_command("import_municipalities", source="network", verbosity=0)
