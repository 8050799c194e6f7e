"""The signed webhook against a real web server that errs, hangs and breaks off."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import BREAK, GARBAGE, HALF, HANG, Server, certificate, http_server
from paper_channels import made, text_left
from plugin_hosts import host, settings, workspace
from pydantic import ValidationError
from site_orders import SENTENCE, TITLE, first, recall, run_killed, second

from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.contracts import Channel
from disclosure_pipeline.model.publication import Action

CASE = "2026-000001"
SECRET = b"s3cret-of-the-hook"


@pytest.fixture
def server() -> Iterator[Server]:
    with http_server() as running:
        yield running


def section(folder: Path, url: str, **more: Any) -> dict[str, Any]:
    secret = folder / "secret"
    secret.touch(0o600)
    secret.write_bytes(SECRET + b"\n")
    return {"url": f"{url}/events?from=office", "secret_file": str(secret), "timeout": 0.3, **more}


@pytest.fixture
def hook(server: Server, tmp_path: Path) -> Channel:
    return made("webhook", tmp_path / "own", section(tmp_path, server.url))


def told(server: Server) -> list[dict[str, Any]]:
    return [json.loads(call.body) for call in server.calls]


def test_the_contract_is_kept(hook: Channel, tmp_path: Path) -> None:
    testing.check_channel(hook, tmp_path / "own")


def test_each_order_is_one_signed_call(hook: Channel, server: Server, tmp_path: Path) -> None:
    hook.publish(first(tmp_path / "vault"))
    hook.update(second(tmp_path / "vault"))
    hook.withdraw(recall())
    assert [call.headers["X-Disclosure-Event"] for call in server.calls] == ["publish", "update", "withdraw"]
    for call, event in zip(server.calls, told(server), strict=True):
        assert (call.method, call.path) == ("POST", "/events?from=office")
        assert call.headers["Idempotency-Key"] == event["key"]
        signed = call.headers["X-Disclosure-Timestamp"].encode() + b"." + call.body
        expected = hmac.new(SECRET, signed, hashlib.sha256).hexdigest()
        assert call.headers["X-Disclosure-Signature"] == f"sha256={expected}"


def test_what_an_event_tells(server: Server, tmp_path: Path) -> None:
    address = "https://www.example.gov.cn/documents/{year}/{document}/"
    hook = made("webhook", tmp_path / "own", section(tmp_path, server.url, address=address))
    given = first(tmp_path / "vault")
    receipt = hook.publish(given)
    (event,) = told(server)
    assert (event["event"], event["document"], event["version"], event["generation"]) == (
        "publish",
        CASE,
        1,
        0,
    )
    assert event["address"] == receipt.address == "https://www.example.gov.cn/documents/2026/2026-000001/"
    assert event["entry"]["title"] == TITLE
    assert event["entry"]["validity"] == "valid"
    assert "reviewers" not in event["entry"]
    assert {item["name"]: item["sha256"] for item in event["files"]} == dict(receipt.hashes)
    assert SENTENCE not in json.dumps(event, ensure_ascii=False)


def test_the_text_goes_only_where_the_office_says_so(server: Server, tmp_path: Path) -> None:
    hook = made("webhook", tmp_path / "own", section(tmp_path, server.url, text=True))
    hook.publish(first(tmp_path / "vault"))
    hook.withdraw(recall())
    published, withdrawn = told(server)
    assert published["text"] == SENTENCE
    assert "text" not in withdrawn


def test_a_withdrawal_tells_no_title_and_leaves_none(hook: Channel, server: Server, tmp_path: Path) -> None:
    hook.publish(first(tmp_path / "vault"))
    hook.withdraw(recall())
    event = told(server)[-1]
    assert TITLE not in json.dumps(event, ensure_ascii=False)
    assert (event["entry"]["index_number"], event["files"]) == ("MB0000000/2026-00001", [])
    assert event["reason"] == "内容有误，予以撤回"
    assert text_left(tmp_path / "own") == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (400, "channel.refused"), (401, "channel.refused"), (500, "channel.refused"), (503, "channel.refused"),
        (301, "channel.refused"), (307, "channel.refused"), (HANG, "channel.unreachable"),
        (BREAK, "channel.unreachable"), (HALF, "channel.unreachable"), (GARBAGE, "channel.unreachable"),
    ],
)  # fmt: skip
def test_anything_but_a_whole_2xx_is_tried_again_under_the_same_key(
    hook: Channel, server: Server, tmp_path: Path, answer: int | str, code: str
) -> None:
    server.answers.append(answer)
    with pytest.raises(ChannelFault) as caught:
        hook.publish(first(tmp_path / "vault"))
    assert caught.value.code == code
    assert [item.state for item in hook.verify([CASE])] == ["absent"]
    receipt = hook.publish(first(tmp_path / "vault"))
    assert receipt.key == server.calls[0].headers["Idempotency-Key"]
    assert [call.headers["Idempotency-Key"] for call in server.calls] == [receipt.key] * 2
    assert {call.path for call in server.calls} == {"/events?from=office"}
    assert [(item.state, item.version) for item in hook.verify([CASE])] == [("published", 1)]


def test_a_withdrawal_that_was_not_told_still_fences_and_counts_as_out(
    hook: Channel, server: Server, tmp_path: Path
) -> None:
    hook.publish(first(tmp_path / "vault"))
    server.answers += [500, 500]
    for _ in range(2):
        with pytest.raises(ChannelFault):
            hook.withdraw(recall())
    with pytest.raises(Fenced):
        hook.update(second(tmp_path / "vault"))
    assert [item.state for item in hook.verify([CASE])] == ["published"]
    hook.withdraw(recall())
    assert [item.state for item in hook.verify([CASE])] == ["withdrawn"]


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        hook = made(
            "webhook", tmp_path / "own", section(tmp_path, f"http://127.0.0.1:{free.getsockname()[1]}")
        )
        with pytest.raises(ChannelFault) as caught:
            hook.publish(first(tmp_path / "vault"))
    assert caught.value.code == "channel.unreachable"


def test_killed_anywhere_it_is_told_again_and_once_is_enough(server: Server, tmp_path: Path) -> None:
    values = section(tmp_path, server.url)
    for after in range(100):
        folder = tmp_path / f"own{after}"
        before = len(server.calls)
        ended = run_killed(
            lambda folder=folder: made("webhook", folder, values).publish(first(tmp_path / "vault")), after
        )
        made("webhook", folder, values).publish(first(tmp_path / "vault"))
        calls = server.calls[before:]
        assert len({call.headers["Idempotency-Key"] for call in calls}) == 1
        assert {call.body for call in calls} == {calls[0].body}
        shutil.rmtree(folder)
        if ended:
            assert len(calls) == 1
            return
    raise AssertionError("it never ends")


def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    known = certificate(tmp_path / "server.pem")
    with http_server(known) as server:
        stranger = made("webhook", tmp_path / "a", section(tmp_path, server.url))
        with pytest.raises(ChannelFault) as caught:
            stranger.publish(first(tmp_path / "vault"))
        assert caught.value.code == "channel.unreachable"
        assert server.calls == []
        trusting = made("webhook", tmp_path / "b", section(tmp_path, server.url, authority=str(known)))
        trusting.publish(first(tmp_path / "vault"))
        assert len(server.calls) == 1


def test_proxies_of_the_environment_are_not_asked(
    hook: Channel, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    hook.publish(first(tmp_path / "vault"))
    assert len(server.calls) == 1


def test_a_secret_that_others_can_read_or_that_is_not_there_is_not_used(
    server: Server, tmp_path: Path
) -> None:
    values = section(tmp_path, server.url)
    hook = made("webhook", tmp_path / "own", values)
    Path(values["secret_file"]).chmod(0o640)
    for _ in range(2):
        with pytest.raises(ChannelFault) as caught:
            hook.publish(first(tmp_path / "vault"))
        assert caught.value.code == "channel.secret"
        assert SECRET.decode() not in repr(caught.value.as_json())
        Path(values["secret_file"]).unlink(missing_ok=True)
    assert server.calls == []


def test_the_secret_can_be_in_the_environment(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET.decode())
    values = section(tmp_path, server.url) | {"secret_file": "", "secret_env": "HOOK_SECRET"}
    made("webhook", tmp_path / "own", values).publish(first(tmp_path / "vault"))
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://www.example.gov.cn/hook"}, {"url": "ftp://127.0.0.1/"}, {"url": "https://u:p@h/"},
        {"url": "https:///"}, {"secret_env": "TOO"}, {"secret_file": ""}, {"address": "https://x/{key}"},
    ],
)  # fmt: skip
def test_settings_that_would_tell_strangers_are_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        made("webhook", tmp_path, section(tmp_path, "http://localhost:1") | change)


def test_plain_http_goes_to_other_machines_only_when_the_office_says_so(tmp_path: Path) -> None:
    made("webhook", tmp_path, section(tmp_path, "http://www.example.gov.cn", plain_http=True))


def test_it_runs_in_its_own_process_and_its_fault_keeps_its_code(server: Server, tmp_path: Path) -> None:
    place = workspace(tmp_path)
    server.answers.append(500)
    given = settings(("webhook",), plugin={"webhook": section(tmp_path, server.url)})
    with host(place, given) as running:
        with pytest.raises(ChannelFault) as caught:
            running.channel_call("webhook.events", Action.PUBLISH, first(tmp_path / "vault"))
        assert caught.value.code == "channel.refused"
        running.channel_call("webhook.events", Action.PUBLISH, first(tmp_path / "vault"))
    assert len(server.calls) == 2
