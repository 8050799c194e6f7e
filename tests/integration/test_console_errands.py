"""渠道事项 at the console: what waits, its papers, and saying that it was done, by the office and by nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import ADMIN, CLERK, FINAL, OFFICE, SECRECY, Office
from web import Seat

from disclosure_pipeline.model.publication import Action, EffectKey, Errand
from disclosure_pipeline.pipeline.publication_rows import WAITS
from disclosure_pipeline.store.errands import write_errand

CHANNEL = "builtin.site"
PAPER = "<h1>录入单</h1><script>alert(1)</script>"
ADDRESS = "https://www.example.gov.cn/art/1.html"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


def asked(office: Office, wants: str = "address", folder: str = "papers") -> str:
    """A published document whose channel waits for a person."""
    case = office.published("关于录入平台的通知")
    own = office.core.workspace.plugin_data / "builtin" / folder
    own.mkdir(parents=True, exist_ok=True)
    (own / "录入单.html").write_text(PAPER, "utf-8")
    key = str(EffectKey(case, 1, CHANNEL, Action.PUBLISH, 7))
    with office.core.database.write() as connection:
        write_errand(connection, case, "default", Errand(CHANNEL, key, "enter", folder, frozenset({wants})))
    office.sql(
        "UPDATE publication SET state = 'running', due_at = :never WHERE document = :case AND channel = :channel",
        never=WAITS, case=case, channel=CHANNEL,
    )  # fmt: skip
    return case


def test_the_office_sees_the_form_and_closes_it_with_the_address(
    office: Office, sit: Callable[[str], Seat]
) -> None:
    case = asked(office)
    seat = sit(OFFICE)
    seat.get("/errands")
    assert "关于录入平台的通知" in seat.text and "录入单.html" in seat.text
    seat.get("/errands/1/papers/录入单.html")
    assert seat.text == PAPER
    assert "sandbox" in seat.headers["content-security-policy"]

    form = {"unit": "default", "case": case, "channel": CHANNEL}
    seat.get("/errands")
    seat.post("/errands", {**form, "address": "javascript:alert(1)"})
    assert (seat.status, "请填写公众可以打开的完整网址" in seat.text) == (409, True)
    assert "javascript:alert(1)" in seat.text, "what was typed stays"
    assert office.channels(case)["site"] == "running"
    seat.post("/errands", {**form, "address": ADDRESS})
    assert office.channels(case)["site"] == "done"
    seat.get("/errands")
    assert "没有待办结的渠道事项" in seat.text
    assert office.steps(case)[-1] == "errand.closed"
    seat.get("/errands/1/papers/录入单.html")
    assert seat.status == 404


@pytest.mark.parametrize(
    "name", ["../../disclosure.sqlite", "..%2F..%2Fdisclosure.sqlite", "missing.html", ".lock"]
)
def test_no_other_file_is_handed_out(office: Office, sit: Callable[[str], Seat], name: str) -> None:
    asked(office)
    seat = sit(ADMIN)
    seat.get("/account")
    seat.get(f"/errands/1/papers/{name}")
    assert (seat.status, "SQLite" in seat.text) == (404, False)


@pytest.mark.parametrize("folder", ["../../vault", "/etc"])
def test_a_folder_that_is_not_the_channels_own_holds_no_papers(
    office: Office, sit: Callable[[str], Seat], folder: str
) -> None:
    asked(office)
    office.sql("UPDATE errand SET folder = :folder", folder=folder)
    seat = sit(OFFICE)
    seat.get("/errands")
    assert (seat.status, "录入单.html" in seat.text) == (200, False)
    seat.get("/errands/1/papers/passwd")
    assert seat.status == 404


def test_others_see_and_close_nothing(office: Office, sit: Callable[[str], Seat]) -> None:
    case = asked(office)
    for name in (CLERK, SECRECY, FINAL):
        seat = sit(name)
        seat.get("/account")
        for path in ("/errands", "/errands/1/papers/录入单.html"):
            seat.get(path)
            assert (seat.status, "录入" in seat.text) == (403, False)
        seat.get("/account")
        seat.post("/errands", {"case": case, "channel": CHANNEL, "address": ADDRESS})
        assert seat.status == 403
    assert office.channels(case)["site"] == "running"


def test_a_paper_that_is_wanted_must_be_there(office: Office, sit: Callable[[str], Seat]) -> None:
    case = asked(office, wants="scan")
    seat = sit(OFFICE)
    seat.get("/errands")
    seat.post("/errands", {"unit": "default", "case": case, "channel": CHANNEL})
    assert "请选择签收单扫描件" in seat.text
    assert office.channels(case)["site"] == "running"
