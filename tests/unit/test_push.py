"""The site on another host, over a real OpenSSH or WebDAV server that is gone, full, or somebody else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from paper_channels import PACKAGE, text_left
from plugin_hosts import host, settings, workspace
from pushed_site import CASE, Office, counted, spoil, spoiled
from pydantic import ValidationError
from site_orders import (
    SENTENCE,
    TITLE,
    context,
    entry,
    first,
    frozen,
    order,
    recall,
    run_killed,
    second,
    tree,
)
from ssh_host import SSHD, SshHost, ssh_host
from webdav_host import DavHost, webdav_host

from disclosure_pipeline.builtin.channels import push
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.model.publication import Action

needs_sshd = pytest.mark.skipif(SSHD is None, reason="needs openssh-server (`make test` installs it)")

DOCUMENT = "documents/2026/2026-000001"
assert push.__name__ == f"{PACKAGE}.push"


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: these tests stop hosts, not the machine."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    with ssh_host(tmp_path_factory.mktemp("ssh")) as running:
        yield running


@pytest.fixture(scope="module")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DavHost]:
    with webdav_host(tmp_path_factory.mktemp("dav")) as running:
        yield running


@pytest.fixture(params=[pytest.param("ssh", marks=needs_sshd), "dav"])
def server(request: pytest.FixtureRequest) -> SshHost | DavHost:
    """Each kind of host."""
    found: SshHost | DavHost = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def office(server: SshHost | DavHost, tmp_path: Path) -> Office:
    return Office(tmp_path, server)


@pytest.fixture
def by_ssh(ssh: SshHost, tmp_path: Path) -> Office:
    return Office(tmp_path, ssh)


@pytest.fixture
def by_dav(dav: DavHost, tmp_path: Path) -> Iterator[Office]:
    yield Office(tmp_path, dav)
    dav.failing.clear()


def test_the_copy_is_the_site_through_a_document_s_life(office: Office) -> None:
    for asked in (first(office.vault), second(office.vault), recall()):
        receipt = office.carry_out(asked)
        assert (receipt.key, receipt.address) == (str(asked.key), f"{DOCUMENT}/")
        assert tree(office.there) == office.shown()
        assert receipt == getattr(office.push, asked.key.action.value)(asked)
        (standing,) = office.push.verify([CASE])
        assert dict(standing.hashes) == dict(receipt.hashes)
    assert office.standing() == ("withdrawn", 1)
    assert text_left(office.there, TITLE, SENTENCE, "更正后的通知", "每小时四元") == []
    with pytest.raises(Fenced):
        office.push.update(second(office.vault))


def test_only_what_changed_is_put_there_again(office: Office) -> None:
    office.carry_out(first(office.vault))
    before = {name: (office.there / name).stat().st_ino for name in tree(office.there)}
    office.carry_out(
        order(Action.PUBLISH, entry(2, title="别的文件"), frozen(office.vault, "别的文字", "别的文件"))
    )
    kept = {name for name, inode in before.items() if (office.there / name).stat().st_ino == inode}
    assert {name for name in before if name.startswith(DOCUMENT)} <= kept
    assert tree(office.there) == office.shown()


def test_it_waits_until_the_site_is_that_far(office: Office) -> None:
    for asked in (first(office.vault), second(office.vault), recall()):
        with pytest.raises(ChannelFault) as caught:
            getattr(office.push, asked.key.action.value)(asked)
        assert caught.value.code == "channel.site_behind"
        before = tree(office.there)
        office.carry_out(asked)
        assert tree(office.there) != before


def test_what_is_gone_goes_before_anything_else_is_pushed(office: Office) -> None:
    office.carry_out(first(office.vault))
    office.site.withdraw(recall())
    slow = office.channel(seconds=0.001)
    with pytest.raises(ChannelFault) as caught:
        slow.withdraw(recall())
    assert caught.value.code == "channel.more"
    assert not any((office.there / DOCUMENT).glob("files/*"))
    slow.withdraw(recall())
    assert text_left(office.there) == []


def test_what_a_crash_left_on_the_way_goes_with_a_withdrawal(office: Office) -> None:
    office.carry_out(first(office.vault))
    (office.there / DOCUMENT / "files" / "half.csv.pushed").write_text(SENTENCE, "utf-8")
    assert office.standing() == ("published", 0)
    office.carry_out(recall())
    assert text_left(office.there) == []
    assert office.standing()[0] == "withdrawn"


@pytest.mark.parametrize("change", ["altered", "lost"])
def test_what_somebody_changed_there_is_told_and_mended(office: Office, change: str) -> None:
    office.carry_out(first(office.vault))
    page = office.there / DOCUMENT / "index.html"
    if change == "altered":
        page.write_text("别的", "utf-8")
        assert office.standing() == ("published", 0)
    else:
        shutil.rmtree(office.there / DOCUMENT)
        assert office.standing() == ("absent", 0)
    office.push.publish(first(office.vault))
    assert tree(office.there) == office.shown()


def test_a_text_that_came_back_after_a_withdrawal_counts_as_published(office: Office) -> None:
    office.carry_out(first(office.vault))
    old = (office.there / DOCUMENT / "index.html").read_bytes()
    office.carry_out(recall())
    (office.there / DOCUMENT / "index.html").write_bytes(old)
    assert office.standing()[0] == "published"


def test_names_that_mean_something_to_a_shell_are_only_names(
    office: Office, request: pytest.FixtureRequest
) -> None:
    # This WebDAV server takes a question mark in a Destination for the end of the path, however it is written.
    more = "" if "dav" in request.node.name else "?#"
    name = f"a'b [1]* $(id) {{x}} %41 1 中文{more}"
    office.carry_out(order(Action.PUBLISH, entry(), frozen(office.vault, name=name)))
    assert tree(office.there) == office.shown()
    assert any(name in path for path in tree(office.there))


def test_what_the_site_makes_anew_without_an_order_is_pushed(office: Office) -> None:
    office.carry_out(first(office.vault))
    assert office.push.mend(whole=False) is False
    given = context(site=office.root)
    SiteChannel(replace(given, site={**given.site, "name": "改名县人民政府"})).mend(whole=False)
    assert tree(office.there) != office.shown()
    assert office.push.mend(whole=False) is True
    assert tree(office.there) == office.shown()
    assert office.push.mend(whole=False) is False


def test_a_site_that_is_not_there_removes_nothing_from_its_copy(by_dav: Office) -> None:
    by_dav.carry_out(first(by_dav.vault))
    before = tree(by_dav.there)
    by_dav.root.rename(by_dav.root.with_name("elsewhere"))
    assert by_dav.channel().mend(whole=True) is False
    assert tree(by_dav.there) == before


@pytest.fixture
def some(by_dav: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy of five documents, of which each look reads two back."""
    monkeypatch.setattr(push, "_AT_ONCE", 2)
    for number in range(1, 6):
        title = f"第{number}号文件"
        by_dav.carry_out(
            order(Action.PUBLISH, entry(number, title=title), frozen(by_dav.vault, title, title))
        )
    by_dav.push = by_dav.channel(seconds=1e-9)
    return by_dav


def test_a_large_copy_is_read_back_in_turns(some: Office) -> None:
    """What was found wrong stays told until it is read back again, after an order or in its turn."""
    for number in range(1, 6):
        spoil(some, number)
    assert [spoiled(some) for _ in range(3)] == [set("12"), set("1234"), set("12345")]
    assert len(some.push.verify([])) == 5
    title = "第3号文件"
    some.push.publish(order(Action.PUBLISH, entry(3, title=title), frozen(some.vault, title, title)))
    assert spoiled(some) == set("1245")


def test_a_document_that_is_asked_for_is_always_read_back(some: Office) -> None:
    spoil(some, 5)
    assert spoiled(some) == set()
    assert some.push.verify(["2026-000005"])[0].version == 0
    assert spoiled(some) == {"5"}


def test_a_withdrawal_that_did_not_end_is_not_told_as_withdrawn(some: Office, dav: DavHost) -> None:
    """Its record is begun, nothing was read back since: the copy may still be out."""
    some.site.withdraw(recall(number=5))
    dav.failing["DELETE"] = "423 Locked"
    with pytest.raises(ChannelFault):
        some.channel().withdraw(recall(number=5))
    for _ in range(4):
        assert {item.document[-1]: item.state for item in some.push.verify([])}["5"] != "withdrawn"
    dav.failing.clear()
    some.channel().withdraw(recall(number=5))
    assert {item.document[-1]: item.state for item in some.push.verify([])}["5"] == "withdrawn"


@pytest.mark.parametrize("last", ["publish", "update", "withdraw"])
def test_killed_between_any_two_operations(by_dav: Office, tmp_path: Path, last: str) -> None:
    """The push dies anywhere, on its disk or between two requests: the same order again, and the copy is the site."""
    before = {"publish": [], "update": [first], "withdraw": [first]}[last]
    orders = {"publish": first, "update": second, "withdraw": lambda vault: recall()}
    for asked in before:
        by_dav.carry_out(asked(by_dav.vault))
    asked = orders[last](by_dav.vault)
    getattr(by_dav.site, last)(asked)
    own, there = tmp_path / "own-before", tmp_path / "there-before"
    by_dav.own.mkdir(exist_ok=True)
    shutil.copytree(by_dav.own, own)
    shutil.copytree(by_dav.there, there)
    operations, ended = 0, False
    while not ended:
        for folder, kept in ((by_dav.own, own), (by_dav.there, there)):
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
        ended = run_killed(lambda: getattr(counted(by_dav.channel()), last)(asked), operations)
        if not ended:
            standing = by_dav.channel().verify([CASE])[0]
            assert last == "publish" or standing.state != "absent"
        receipt = getattr(by_dav.channel(), last)(asked)
        assert receipt.key == str(asked.key)
        assert tree(by_dav.there) == by_dav.shown(), operations
        assert by_dav.channel().verify([CASE])[0].hashes == receipt.hashes
        operations += 5  # another push is many more of the same requests
    assert operations > 15
    if last == "withdraw":
        assert text_left(by_dav.there) == []


@needs_sshd
def test_a_session_ends_with_the_process_that_began_it(by_ssh: Office, tmp_path: Path) -> None:
    """Killed while a session is open: nothing of it goes on beside the next attempt."""
    by_ssh.site.publish(first(by_ssh.vault))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                by_ssh.channel(port=port).publish(first(by_ssh.vault))
            os._exit(0)
        connection, _ = silent.accept()
        with connection:
            (session,) = psutil.Process(child).children()
            assert session.name() == "sftp"
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            session.wait(30)
    by_ssh.push.publish(first(by_ssh.vault))
    assert tree(by_ssh.there) == by_ssh.shown()


@needs_sshd
def test_a_host_that_is_gone_or_that_nobody_knows_gets_nothing(by_ssh: Office, tmp_path: Path) -> None:
    by_ssh.site.publish(first(by_ssh.vault))
    stranger = tmp_path / "known"
    stranger.touch()
    for changes in ({"port": 1}, {"known_hosts": str(stranger)}, {"key_file": str(stranger)}):
        with pytest.raises(ChannelFault) as caught:
            by_ssh.channel(**changes).publish(first(by_ssh.vault))
        assert caught.value.code == "channel.unreachable"
        assert tree(by_ssh.there) == {}
    by_ssh.push.publish(first(by_ssh.vault))
    assert tree(by_ssh.there) == by_ssh.shown()


@needs_sshd
def test_a_host_without_room_is_tried_again(by_ssh: Office, tmp_path: Path) -> None:
    by_ssh.site.publish(first(by_ssh.vault))
    with ssh_host(tmp_path / "full", largest=64) as full:
        section = full.section(folder=str(by_ssh.there))
        with pytest.raises(ChannelFault) as caught:
            by_ssh.channel(**section).publish(first(by_ssh.vault))
    assert caught.value.code in ("channel.refused", "channel.unreachable")
    assert TITLE not in caught.value.message
    by_ssh.push.publish(first(by_ssh.vault))
    assert tree(by_ssh.there) == by_ssh.shown()


@needs_sshd
def test_a_folder_that_is_not_there_is_refused(by_ssh: Office) -> None:
    by_ssh.site.publish(first(by_ssh.vault))
    with pytest.raises(ChannelFault) as caught:
        by_ssh.channel(folder=str(by_ssh.there / "no" / "such")).publish(first(by_ssh.vault))
    assert caught.value.code == "channel.refused"


@needs_sshd
def test_a_host_that_hangs_is_given_up_in_time(by_ssh: Office) -> None:
    by_ssh.site.publish(first(by_ssh.vault))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(ChannelFault) as caught:
            by_ssh.channel(timeout=0.5, port=silent.getsockname()[1]).publish(first(by_ssh.vault))
        assert caught.value.code == "channel.timeout"


@pytest.mark.parametrize(
    ("method", "answer", "code"),
    [
        ("PUT", "507 Insufficient Storage", "channel.refused"), ("MOVE", "500 Internal Server Error", "channel.refused"),
        ("MKCOL", "403 Forbidden", "channel.refused"), ("PUT", "302 Found", "channel.refused"),
        ("GET", "200 OK", "channel.differs"), ("PROPFIND", "207 Multi-Status", "channel.unreachable"),
    ],
)  # fmt: skip
def test_a_webdav_host_that_fails_is_tried_again(
    by_dav: Office, dav: DavHost, method: str, answer: str, code: str
) -> None:
    by_dav.site.publish(first(by_dav.vault))
    dav.failing[method] = answer
    with pytest.raises(ChannelFault) as caught:
        by_dav.push.publish(first(by_dav.vault))
    assert caught.value.code == code
    dav.failing.clear()
    by_dav.push.publish(first(by_dav.vault))
    assert tree(by_dav.there) == by_dav.shown()


def test_a_withdrawal_that_the_host_refuses_is_not_done(by_dav: Office, dav: DavHost) -> None:
    by_dav.carry_out(first(by_dav.vault))
    dav.failing["DELETE"] = "423 Locked"
    by_dav.site.withdraw(recall())
    with pytest.raises(ChannelFault):
        by_dav.push.withdraw(recall())
    assert by_dav.standing()[0] == "published"
    dav.failing.clear()
    by_dav.push.withdraw(recall())
    assert text_left(by_dav.there) == []


def test_a_wrong_password_is_refused_and_not_told(by_dav: Office, tmp_path: Path) -> None:
    by_dav.site.publish(first(by_dav.vault))
    wrong = tmp_path / "wrong"
    wrong.touch(0o600)
    wrong.write_text("guessed", "utf-8")
    with pytest.raises(ChannelFault) as caught:
        by_dav.channel(password_file=str(wrong)).publish(first(by_dav.vault))
    assert caught.value.code == "channel.refused"
    assert "guessed" not in repr(caught.value.as_json())
    assert tree(by_dav.there) == {}


SSH = {"host": "h", "user": "u", "folder": "/site", "key_file": "/k", "known_hosts": "/h"}
DAV = {"way": "webdav", "url": "https://h/site/"}


@pytest.mark.parametrize(
    "values",
    [
        SSH | {"host": "-oProxyCommand=x"}, SSH | {"user": "a b"}, SSH | {"folder": "site"},
        SSH | {"folder": "/a\nrm b"}, SSH | {"known_hosts": ""}, DAV | {"url": "http://h/site/"},
        DAV | {"url": "https://h/site"}, DAV | {"url": ""}, DAV | {"user": "u"}, {},
    ],
)  # fmt: skip
def test_settings_that_would_be_something_else_are_refused(values: dict[str, str]) -> None:
    push.Options(**SSH)
    push.Options(**DAV)
    with pytest.raises(ValidationError):
        push.Options(**values)


def test_it_runs_in_its_own_process_and_reads_the_site(dav: DavHost, tmp_path: Path) -> None:
    place = workspace(tmp_path)
    there = dav.folder / "through-the-host"
    there.mkdir()
    section = dav.section(folder=str(there))
    given = settings(("push",), plugin={"push": section}, publication={"timeout": 50})
    with host(place, given) as running:
        asked = first(tmp_path / "vault")
        running.channel_call("builtin.site", Action.PUBLISH, asked)
        running.channel_call("push.site", Action.PUBLISH, asked)
        (held,) = running.channel_verify("push.site")
        info = running.channels["push.site"]
        assert (info.follows, info.mends) == ("builtin.site", True)
        (place.site / "static/site.css").touch()
        assert running.channel_mend("push.site") is True
        assert running.channel_mend("push.site") is False
        assert running.channel_mend("builtin.archive") is False
    assert (held.state, held.version) == ("published", 1)
    assert (there / DOCUMENT / "index.html").read_bytes() == (
        place.site / DOCUMENT / "index.html"
    ).read_bytes()
