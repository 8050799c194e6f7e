"""Letters to newspapers and stations through a real mail server that refuses, hangs and breaks off."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from loopback import certificate
from paper_channels import made, text_left
from plugin_hosts import host, settings, workspace
from pydantic import ValidationError
from site_orders import LATER, SENTENCE, TITLE, entry, first, frozen, order, recall, run_killed, second

from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.contracts import Channel
from disclosure_pipeline.model.publication import Action, Errand, Receipt

CASE = "2026-000001"
PAPER, STATION = "news@paper.example.cn", "desk@station.example.cn"
PASSWORD = "l3tters"


@dataclass
class Post:
    """A running mail server: the letters it took, and what goes wrong next."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    trouble: list[str] = field(default_factory=list)

    def subjects(self) -> list[tuple[str, str]]:
        return [(recipient, letter["Subject"]) for recipient, letter in self.taken]

    async def handle_RCPT(  # noqa: N802 -- the server's name for it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "full":
            return "452 no room"
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.taken += [(recipient, letter) for recipient in envelope.rcpt_tos]
        if trouble == "hang":
            await asyncio.sleep(2)
        elif trouble in ("break", "half"):
            server.transport.write(b"25" if trouble == "half" else b"")
            server.transport.close()
        return "250 OK"


@contextmanager
def post_office(wrapped: ssl.SSLContext | None = None, **options: Any) -> Iterator[Post]:
    """A mail server on a free port; ``wrapped`` speaks TLS from the start."""
    post, loop = Post(), asyncio.new_event_loop()
    made = loop.create_server(lambda: SMTP(post, loop=loop, **options), "127.0.0.1", 0, ssl=wrapped)
    server = loop.run_until_complete(made)
    post.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield post
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as running:
        yield running


def section(post: Post, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": post.port, "security": "none", "timeout": 0.5, "sender": "gk@xian.example.cn",
        "recipients": (PAPER, STATION), **more,
    }  # fmt: skip


@pytest.fixture
def mail(post: Post, tmp_path: Path) -> Channel:
    return made("mail", tmp_path / "own", section(post))


def test_the_contract_is_kept(mail: Channel, tmp_path: Path) -> None:
    testing.check_channel(mail, tmp_path / "own")


def test_each_recipient_gets_each_letter_once(mail: Channel, post: Post, tmp_path: Path) -> None:
    for _ in range(2):
        assert isinstance(mail.publish(first(tmp_path / "vault")), Receipt)
    for _ in range(2):
        mail.update(second(tmp_path / "vault"))
    for _ in range(2):
        mail.withdraw(recall())
    subjects = [f"【政府信息公开】{TITLE}", "【更新】更正后的通知", "【撤稿】MB0000000/2026-00001"]
    assert sorted(post.subjects()) == sorted(
        (name, subject) for subject in subjects for name in (PAPER, STATION)
    )


def test_what_a_letter_says_and_brings(mail: Channel, post: Post, tmp_path: Path) -> None:
    given = first(tmp_path / "vault")
    mail.publish(given)
    _, letter = post.taken[0]
    words = letter.get_body().get_content()  # type: ignore[union-attr]
    assert f"标题：{TITLE}" in words
    assert "发文字号：示财〔2026〕7号" in words
    assert SENTENCE in words
    files = {part.get_filename(): part.get_payload(decode=True) for part in letter.iter_attachments()}
    assert files == {artefact.name: path.read_bytes() for artefact, path in given.artefacts}


def test_a_withdrawal_names_the_letter_that_it_takes_back_and_no_title(
    mail: Channel, post: Post, tmp_path: Path
) -> None:
    mail.publish(first(tmp_path / "vault"))
    mail.withdraw(recall())
    (_, sent), (_, taken_back) = (item for item in post.taken if item[0] == PAPER)
    assert taken_back["In-Reply-To"] == sent["Message-ID"] != taken_back["Message-ID"]
    words = taken_back.as_bytes().decode() + taken_back.get_content()
    assert TITLE not in words
    assert SENTENCE not in words
    assert "立即停止刊播" in words
    assert text_left(tmp_path / "own") == []


def test_the_same_order_makes_the_same_letter(post: Post, tmp_path: Path) -> None:
    for name in ("a", "b"):
        made("mail", tmp_path / name, section(post)).publish(first(tmp_path / "vault"))
    letters = [letter.as_bytes() for recipient, letter in post.taken if recipient == PAPER]
    bare = [b"\n".join(line for line in item.splitlines() if not line.startswith(b"X-")) for item in letters]
    assert bare[0] == bare[1]


@pytest.mark.parametrize("trouble", ["break", "half", "hang"])
def test_a_letter_that_may_have_been_taken_is_never_sent_again(
    mail: Channel, post: Post, tmp_path: Path, trouble: str
) -> None:
    post.trouble.append(trouble)
    answers = [mail.publish(first(tmp_path / "vault")) for _ in range(3)]
    assert post.subjects() == [(name, f"【政府信息公开】{TITLE}") for name in (PAPER, STATION)]
    assert isinstance(answers[0], Errand)
    assert (answers[0].kind, answers[0].folder, answers[0].wants) == ("confirm", CASE, frozenset())
    assert answers == answers[:1] * 3
    (paper,) = (tmp_path / "own" / CASE).iterdir()
    assert email.message_from_bytes(paper.read_bytes(), policy=email.policy.default)["To"] == PAPER


def test_who_may_have_got_it_is_told_of_the_withdrawal_and_the_paper_goes(
    mail: Channel, post: Post, tmp_path: Path
) -> None:
    post.trouble.append("break")
    mail.publish(first(tmp_path / "vault"))
    assert text_left(tmp_path / "own") != []
    assert isinstance(mail.withdraw(recall()), Receipt)
    assert list((tmp_path / "own").rglob("*.eml")) == []
    assert {name for name, _ in post.subjects()[-2:]} == {PAPER, STATION}
    assert text_left(tmp_path / "own") == []
    assert [item.state for item in mail.verify([CASE])] == ["withdrawn"]


def test_a_refused_letter_is_tried_again_and_the_others_have_gone(
    mail: Channel, post: Post, tmp_path: Path
) -> None:
    post.refused.add(PAPER)
    for _ in range(2):
        with pytest.raises(ChannelFault) as caught:
            mail.publish(first(tmp_path / "vault"))
        assert caught.value.code == "channel.refused"
    assert [name for name, _ in post.taken] == [STATION]
    post.refused.clear()
    assert isinstance(mail.publish(first(tmp_path / "vault")), Receipt)
    assert [name for name, _ in post.taken] == [STATION, PAPER]


def test_a_letter_that_was_certainly_not_taken_goes_again(mail: Channel, post: Post, tmp_path: Path) -> None:
    post.trouble.append("full")
    with pytest.raises(ChannelFault) as caught:
        mail.publish(first(tmp_path / "vault"))
    assert caught.value.code == "channel.refused"
    assert isinstance(mail.publish(first(tmp_path / "vault")), Receipt)
    assert sorted(name for name, _ in post.taken) == [STATION, PAPER]


def test_only_who_was_written_to_is_told_of_a_withdrawal(mail: Channel, post: Post, tmp_path: Path) -> None:
    post.refused.add(PAPER)
    with pytest.raises(ChannelFault):
        mail.publish(first(tmp_path / "vault"))
    mail.withdraw(recall())
    assert post.subjects()[1:] == [(STATION, "【撤稿】MB0000000/2026-00001")]


def test_who_is_no_recipient_any_more_still_gets_what_corrects_it(
    mail: Channel, post: Post, tmp_path: Path
) -> None:
    mail.publish(first(tmp_path / "vault"))
    fewer = made("mail", tmp_path / "own", section(post, recipients=(STATION,)))
    fewer.update(second(tmp_path / "vault"))
    fewer.withdraw(recall())
    assert sorted(name for name, _ in post.taken[2:]) == [STATION, STATION, PAPER, PAPER]
    fewer.publish(order(Action.PUBLISH, entry(version=3), frozen(tmp_path / "vault"), generation=2, at=LATER))
    assert [name for name, _ in post.taken[6:]] == [STATION]
    with pytest.raises(Fenced):
        fewer.update(second(tmp_path / "vault"))


def test_nobody_listens(post: Post, tmp_path: Path) -> None:
    mail = made("mail", tmp_path / "own", section(replace(post, port=1)))
    with pytest.raises(ChannelFault) as caught:
        mail.publish(first(tmp_path / "vault"))
    assert caught.value.code == "channel.unreachable"
    assert [item.state for item in mail.verify([CASE])] == ["absent"]


def test_killed_anywhere_no_letter_goes_twice(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    values = section(post)
    confirmed = 0
    for after in range(100):
        folder = tmp_path / f"own{after}"
        before = len(post.taken)
        given = first(tmp_path / "vault")
        ended = run_killed(
            lambda folder=folder, given=given: made("mail", folder, values).publish(given), after
        )
        answer = made("mail", folder, values).publish(given)
        names = [name for name, _ in post.taken[before:]]
        assert len(names) == len(set(names))
        if isinstance(answer, Errand):
            confirmed += 1
        else:
            assert sorted(names) == [STATION, PAPER]
        if ended:
            assert confirmed > 0
            return
    raise AssertionError("it never ends")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_letters_and_passwords_go_only_to_a_server_that_is_vouched_for(tmp_path: Path, security: str) -> None:
    known = certificate(tmp_path / "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known)
    seen: list[bytes] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append(data.password)
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    offered = (
        {"wrapped": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    )
    secret = tmp_path / "password"
    secret.touch(0o600)
    secret.write_text(PASSWORD, "utf-8")
    with post_office(authenticator=check, auth_require_tls=security == "starttls", **offered) as post:
        values = section(post, security=security, user="gk", password_file=str(secret), timeout=5)
        with pytest.raises(ChannelFault) as caught:
            made("mail", tmp_path / "a", values).publish(first(tmp_path / "vault"))
        assert (caught.value.code, seen) == ("channel.unreachable", [])
        trusting = made("mail", tmp_path / "b", {**values, "authority": str(known)})
        assert isinstance(trusting.publish(first(tmp_path / "vault")), Receipt)
        assert seen == [PASSWORD.encode()] * 2
        secret.write_text("wrong", "utf-8")
        with pytest.raises(ChannelFault) as caught:
            trusting.withdraw(recall())
        assert caught.value.code == "channel.refused"
        assert "wrong" not in repr(caught.value.as_json())


def test_nothing_that_a_document_says_becomes_a_header(mail: Channel, post: Post, tmp_path: Path) -> None:
    given = order(
        Action.PUBLISH, entry(title="题目\r\nBcc: all@example.cn\n\n正文"), frozen(tmp_path / "vault")
    )
    mail.publish(given)
    assert post.taken[0][1]["Bcc"] is None
    assert post.taken[0][1]["Subject"] == "【政府信息公开】题目 Bcc: all@example.cn 正文"


@pytest.mark.parametrize(
    "change",
    [
        {"host": "mail.example.cn"}, {"sender": "nobody"}, {"recipients": ()}, {"recipients": ("a@b.cn, c@d.cn",)},
        {"recipients": ("a@b.cn\nBcc: x@y.cn",)}, {"user": "gk"}, {"password_env": "X"},
        {"user": "gk", "password_env": "X", "password_file": "/x"},
    ],
)  # fmt: skip
def test_settings_that_would_leak_or_not_work_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made("mail", tmp_path, section(Post(), port=25) | change)


def test_it_runs_in_its_own_process(post: Post, tmp_path: Path) -> None:
    place = workspace(tmp_path)
    given = settings(
        ("mail",), plugin={"mail": section(post, recipients=[PAPER])}, publication={"timeout": 10}
    )
    call: Callable[..., Any]
    with host(place, given) as running:
        call = running.channel_call
        call("mail.letters", Action.PUBLISH, first(tmp_path / "vault"))
        call("mail.letters", Action.WITHDRAW, recall())
        (held,) = running.channel_verify("mail.letters")
    assert (held.state, len(post.taken)) == ("withdrawn", 2)
