"""Tables that come in as files or pasted text, and tables that go out."""
