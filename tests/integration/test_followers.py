"""A channel that copies another one: it is never given up alone, and leaves with the one that it copies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from disclosure_pipeline.builtin.channels import portal_form, push
from disclosure_pipeline.hooks import registry
from disclosure_pipeline.pipeline import cancelling, errands, recall, upkeep
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.store.database import set_meta
from tests.support import ADMIN, OFFICE, Office, refused
from tests.unit.webdav_host import DavHost, webdav_host

SITE, COPY, FORM = "builtin.site", "push.site", "portal_form.form"
TITLE = "关于发放冬季养老服务补贴的通知"


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[DavHost]:
    with webdav_host(tmp_path / "dav") as running:
        yield running


@pytest.fixture
def one(staffed: Callable[..., Office], dav: DavHost, tmp_path: Path) -> Office:
    """An office whose site is copied to another host."""
    return with_copy(staffed, dav, tmp_path)


def with_copy(staffed: Callable[..., Office], dav: DavHost, folder: Path, *more: str) -> Office:
    """An office with these channels, the shipped plugins' in its own process."""
    channels = [SITE, "builtin.archive", "builtin.register", COPY, *more]
    office = staffed(publication={"channels": channels})
    made = {
        COPY: push.Push(folder / "own", office.core.workspace.site, push.Options(**dav.section())),
        FORM: portal_form.PortalForm(folder / "forms", portal_form.Options(), {}),
    }
    for name in {COPY, *more}:
        office.core.host._roster.objects[name] = registry.Registered(registry.CHANNELS, name, "1", made[name])
    return office


def states(office: Office, case: str) -> dict[str, str]:
    found = office.query("SELECT channel, state FROM publication WHERE document = :d", d=case)
    return {name: state for name, state in found if name in (SITE, COPY, FORM)}


def fail(office: Office, case: str, *channels: str) -> None:
    for channel in channels:
        office.sql(
            "UPDATE publication SET state = 'failed' WHERE document = :d AND channel = :c", d=case, c=channel
        )


def copied(dav: DavHost) -> list[str]:
    """Files there that hold the title."""
    return [
        str(path) for path in dav.folder.rglob("*") if path.is_file() and TITLE.encode() in path.read_bytes()
    ]


def test_a_copy_is_not_given_up_alone(one: Office, dav: DavHost) -> None:
    case = one.published(TITLE)
    assert states(one, case) == {SITE: "done", COPY: "done"}
    assert copied(dav)
    fail(one, case, COPY)
    assert (
        refused(lambda: cancelling.cancel(one.core, case, COPY, by=ADMIN, reason="坏了")) == "channel.follows"
    )
    assert states(one, case) == {SITE: "done", COPY: "failed"}


def test_the_copy_is_no_place_of_its_own_when_the_site_is_given_up(one: Office) -> None:
    case = one.published(TITLE)
    fail(one, case, SITE)
    assert refused(lambda: cancelling.cancel(one.core, case, SITE, by=ADMIN, reason="坏了")) == "channel.last"


def test_the_copy_leaves_with_the_site(staffed: Callable[..., Office], dav: DavHost, tmp_path: Path) -> None:
    one = with_copy(staffed, dav, tmp_path, FORM)
    case = one.published(TITLE)
    errands.close(one.core, case, FORM, by=OFFICE, address="https://www.example.gov.cn/art/1.html")
    fail(one, case, SITE)
    cancelling.cancel(one.core, case, SITE, by=ADMIN, reason="坏了")
    assert states(one, case) == {SITE: "withdrawing", COPY: "withdrawing", FORM: "done"}
    one.work()
    one.retry_now()
    one.work()
    assert states(one, case) == {SITE: "withdrawn", COPY: "withdrawn", FORM: "done"}
    assert copied(dav) == []


def test_the_slip_of_the_portal_names_the_address_that_was_entered(
    staffed: Callable[..., Office], dav: DavHost, tmp_path: Path
) -> None:
    one = with_copy(staffed, dav, tmp_path, FORM)
    case = one.published(TITLE)
    errands.close(one.core, case, FORM, by=OFFICE, address="https://www.example.gov.cn/art/1.html")
    recall.withdraw(one.core, case, OFFICE, "内容有误")
    one.work()
    slip = (tmp_path / "forms" / case / "撤回单.html").read_text("utf-8")
    assert "https://www.example.gov.cn/art/1.html" in slip
    assert TITLE not in slip


def test_channels_are_mended_but_not_while_a_restore_waits_for_a_person(one: Office, dav: DavHost) -> None:
    one.published(TITLE)
    one.core.host.channel_mend(COPY)
    page = one.core.workspace.site / "catalogue/month"
    (listing,) = (path for path in page.iterdir() if path.name != "index.html")
    state = one.core.workspace.site / ".state"
    values = json.loads(state.read_text("utf-8"))
    state.write_text(json.dumps({**values, "boots": ["another"]}), "utf-8")
    listing.write_bytes(b"")
    with one.core.database.write() as connection:
        set_meta(connection, HELD, "now")
    assert upkeep.mend_channels(one.core) == {"mended": 0, "failed": 0}
    assert listing.read_bytes() == b""
    with one.core.database.write() as connection:
        set_meta(connection, HELD, None)
    assert upkeep.mend_channels(one.core) == {"mended": 2, "failed": 0}
    assert listing.read_bytes() == (dav.folder / "catalogue/month" / listing.name).read_bytes() != b""
    upkeep.rebuild(one.core, SITE)
    assert refused(lambda: upkeep.rebuild(one.core, "builtin.archive")) == "channel.makes_nothing"
    assert refused(lambda: upkeep.rebuild(one.core, "builtin.none")) == "not_found"
