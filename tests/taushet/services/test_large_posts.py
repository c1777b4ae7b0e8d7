"""Large posts are read a little at a time, and what is cut of them is told."""

import json
from io import BytesIO

import pytest

from taushet.services import large_posts
from taushet.services.large_posts import MOST_OTHER, MOST_TEXT, read_small

SAID = {
    "RawEmail": 'Å "\\ 😀\u2028\r\n' * 20_000,
    "Headers": [{"Name": "X", "Value": 'a]}"\\'}, {"b": [1, [2, {}]]}],
    "Empty": [],
    "Number": -1.5e3,
    "No": None,
    "Yes": True,
    "Text": "",
}


@pytest.mark.parametrize("count", [1, 7, 65536])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_what_fits_is_read_as_it_is(monkeypatch, count, is_ascii):
    monkeypatch.setattr(large_posts, "CHUNK", count)
    said = SAID if count > 7 else SAID | {"RawEmail": SAID["RawEmail"][:500]}
    posted = json.dumps(said, indent=1, ensure_ascii=is_ascii).encode()

    assert read_small(BytesIO(posted).read) == (said, len(posted), [])


def test_what_is_too_large_or_broken_off_is_cut():
    files = [{"Content": "x" * MOST_OTHER}, {"Content": "y"}]
    posted = json.dumps({"A": files, "B": "å" * (MOST_TEXT // 6 + 9), "C": 1, "D": "to" * 9}).encode()

    found, size, cut = read_small(BytesIO(posted).read)
    assert (size, cut, found["C"], found["D"], "A" in found) == (len(posted), ["A", "B"], 1, "to" * 9, False)
    assert set(found["B"]) == {"å"}
    assert MOST_TEXT // 6 - 1 <= len(found["B"]) <= MOST_TEXT // 6
    bare = json.dumps({"A": "x" * (MOST_TEXT % 2 + 1) + "å" * (MOST_TEXT // 2), "B": "å"}, ensure_ascii=False).encode()
    found_bare, _size, cut = read_small(BytesIO(bare).read)
    assert (len(found_bare["A"].lstrip("x")), found_bare["B"], cut) == (MOST_TEXT // 2 - 1, "å", ["A"])
    found, size, cut = read_small(BytesIO(posted[:-9]).read)
    assert (found["D"], size, cut) == ("tototototot", len(posted) - 9, ["A", "B", "D", ""])


@pytest.mark.parametrize("posted", [b"", b"[1]", b"x" * 99, b'{"a":"\\uZZZZ' + b"x" * 99, b'{"a": nei}', b"{1:2}"])
def test_what_is_no_object_is_not_read(posted):
    found, size, _cut = read_small(BytesIO(posted).read)

    assert (not found, size) == (True, len(posted))
