"""What stands before every page: limits on bodies and on haste, headers, characters that act unseen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.console.answers import Fields, Redirect
from disclosure_pipeline.console.entry import _inside
from disclosure_pipeline.console.guards import HEADERS, BodyLimit, SafeHeaders
from disclosure_pipeline.console.templating import visible
from disclosure_pipeline.model.pace import Pace


async def reads_everything(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


def ask(app: Any, *chunks: bytes, said: int | None = None) -> tuple[int, dict[bytes, bytes], bytes]:
    headers = [] if said is None else [(b"content-length", str(said).encode())]
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks)
    ]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    asyncio.run(app({"type": "http", "headers": headers}, receive, send))
    return answers[0]["status"], dict(answers[0]["headers"]), answers[1]["body"]


def test_a_body_within_the_limit_passes():
    app = BodyLimit(reads_everything, lambda path: 10)
    assert ask(app, b"12345", b"67890", said=10)[::2] == (200, b"10")


@pytest.mark.parametrize("said", [None, 3, 11])
def test_a_body_over_the_limit_is_refused_whatever_it_says_of_itself(said: int | None):
    app = BodyLimit(reads_everything, lambda path: 10)
    status, _, body = ask(app, b"12345", b"678901", said=said)
    assert status == 413
    assert b"10" in body


def test_every_answer_bears_the_headers():
    _, headers, _ = ask(SafeHeaders(reads_everything), b"")
    assert {name.decode(): value.decode() for name, value in headers.items()} == {
        **dict(HEADERS), "cache-control": "no-store",
    }  # fmt: skip


def test_nothing_inline_and_nothing_from_outside_can_run():
    policy = dict(item.split(" ", 1) for item in dict(HEADERS)["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}


def test_haste_is_slowed_and_patience_forgives():
    now = [0.0]
    pace = Pace(rate=2, burst=3, clock=lambda: now[0])
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert pace.wait("b") == 0
    now[0] += 0.5
    assert pace.wait("a") == 0
    assert pace.wait("a") > 0
    now[0] += 60
    assert [pace.wait("a") for _ in range(3)] == [0, 0, 0]


def test_what_does_not_count_is_given_back_and_never_more():
    pace = Pace(rate=1, burst=2, clock=lambda: 0.0)
    for _ in range(5):
        assert pace.wait("a") == 0
        pace.give_back("a")
    pace.give_back("a")
    pace.give_back("nobody")
    assert [pace.wait("a") > 0 for _ in range(3)] == [False, False, True]


def test_who_asks_under_many_names_fills_no_memory():
    pace = Pace(rate=1, burst=1, clock=lambda: 0.0)
    for number in range(pace._REMEMBERED + 100):
        pace.wait(str(number))
    assert len(pace._buckets) == pace._REMEMBERED


@pytest.mark.parametrize(
    "outside",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/a\nb",
        "",
        "evil",
    ],
)
def test_signing_in_leads_nowhere_else(outside: str):
    assert _inside(outside) == ""


def test_signing_in_leads_where_one_wanted_to_go():
    assert _inside("/documents/2026-000001?page=2") == "/documents/2026-000001?page=2"


def test_a_redirect_keeps_the_query_that_is_there():
    assert (
        Redirect("/queue?role=final", said="saved", query={"page": 2}).address
        == "/queue?role=final&page=2&said=saved"
    )


@given(st.text())
def test_no_text_acts_unseen(text: str):
    shown = visible(text)
    assert not any(char in shown for char in "\u202e\u2066\u200b\ufeff\x00\x1b\u2028")
    assert visible(shown) == shown


def test_ordinary_text_stays_as_it_is():
    assert visible("关于印发《办法》的通知\n第１条\tA") == "关于印发《办法》的通知\n第１条\tA"
    assert visible("abc\u202etxt.exe") == "abc‹U+202E›txt.exe"


def test_numbers_of_a_query_are_numbers_or_the_default():
    fields = Fields((("a", "12"), ("b", "-3"), ("c", "٣"), ("d", "9" * 40), ("e", " 7 ")))
    assert [fields.number(name, 1) for name in "abcdef"] == [12, 1, 1, 1, 7, 1]


def test_only_what_is_offered_is_chosen():
    fields = Fields((("state", "secret"),))
    assert fields.chosen("state", ("open", "done"), "open") == "open"
