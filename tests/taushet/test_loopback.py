from taushet.loopback import only_on_this_machine


def answer_to(address):
    started = []
    application = only_on_this_machine(lambda environ, start_response: [b"inside"])
    body = application({"REMOTE_ADDR": address}, lambda status, headers: started.append(status))
    return started, body


def test_this_machine_is_answered():
    assert answer_to("127.0.0.1") == ([], [b"inside"])
    assert answer_to("::1") == ([], [b"inside"])


def test_any_other_machine_is_refused():
    for address in ("192.0.2.7", "10.0.0.1", "", "localhost"):
        assert answer_to(address)[0] == ["403 Forbidden"]
