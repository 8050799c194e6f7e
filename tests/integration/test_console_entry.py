"""Coming into the console and going out again."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CLERK, DEPARTMENT, OFFICE, Office
from web import PASSWORD, ROOT, Seat, application, give_password, seat, signed_in

from disclosure_pipeline.console.frame import COOKIE
from disclosure_pipeline.model.pace import Pace
from disclosure_pipeline.pipeline import accounts

WRONG = "碧纱窗下水沉烟棋声惊"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


@pytest.fixture
def stranger(app: Any) -> Iterator[Seat]:
    with seat(app) as made:
        yield made


def test_a_stranger_is_led_to_the_door_and_then_where_they_wanted_to_go(
    app: Any, office: Office, stranger: Seat
) -> None:
    give_password(office, OFFICE)
    stranger.get("/account")
    assert stranger.path == "/sign-in"
    stranger.press("//main//form", name=OFFICE, password=PASSWORD)
    assert (stranger.path, stranger.status) == ("/account", 200)
    assert OFFICE in stranger.words


def test_the_first_password_leads_nowhere_but_to_a_new_one(app: Any, office: Office, stranger: Seat) -> None:
    first = accounts.give_password(office.core, OFFICE, by="管员")
    stranger.get("/sign-in")
    stranger.press("//main//form", name=OFFICE, password=first)
    assert stranger.path == "/password"
    stranger.get("/account")
    assert stranger.path == "/password"
    stranger.press("//main//form", old=first, new=WRONG, again=PASSWORD)
    assert (stranger.status, stranger.path) == (409, "/password")
    stranger.press("//main//form", old=first, new=PASSWORD, again=PASSWORD)
    stranger.get("/account")
    assert stranger.path == "/account"


@pytest.mark.parametrize("name", [OFFICE, "没有此人"])
def test_who_is_not_let_in_learns_nothing_and_loses_nothing(
    office: Office, stranger: Seat, name: str
) -> None:
    give_password(office, OFFICE)
    stranger.get("/sign-in")
    stranger.press("//main//form", name=name, password=WRONG)
    assert stranger.status == 403
    assert stranger.refusal == "姓名或密码不正确，或者账户暂时锁定。请稍后再试，或请系统管理员重设密码。"
    assert stranger.page.xpath("//input[@name='name']/@value") == [name]
    assert WRONG not in stranger.text


def test_each_entry_is_another_session_and_a_planted_one_is_worth_nothing(
    app: Any, office: Office, stranger: Seat
) -> None:
    give_password(office, OFFICE)
    stranger.client.cookies.set(COOKIE, "planted", path=ROOT)
    stranger.get("/sign-in")
    stranger.press("//main//form", name=OFFICE, password=PASSWORD)
    mine = [
        cookie
        for cookie in stranger.client.cookies.jar
        if cookie.name == COOKIE and cookie.value != "planted"
    ]
    assert len(mine) == 1
    with seat(app) as other:
        other.client.cookies.set(COOKIE, "planted", path=ROOT)
        other.get("/account")
        assert other.path == "/sign-in"


def test_the_cookie_is_for_the_server_alone(office: Office, stranger: Seat) -> None:
    give_password(office, OFFICE)
    answer = stranger.client.post(
        f"{ROOT}/sign-in", data={"name": OFFICE, "password": PASSWORD}, follow_redirects=False
    )
    said = answer.headers["set-cookie"].lower()
    assert all(word in said for word in ("httponly", "samesite=lax", f"path={ROOT}"))
    assert "secure" not in said


def test_behind_tls_the_cookie_goes_over_tls_only(
    open_office: Callable[..., Office], tmp_path: Path, sqlite_template: Path
) -> None:
    store = tmp_path / "tls.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    office = open_office(f"sqlite:///{store}", console={"tls": True})
    office.staff()
    give_password(office, OFFICE)
    with application(office) as app, seat(app) as made:
        answer = made.client.post(
            f"{ROOT}/sign-in", data={"name": OFFICE, "password": PASSWORD}, follow_redirects=False
        )
    assert "secure" in answer.headers["set-cookie"].lower()


def test_after_going_out_the_session_is_worth_nothing(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me:
        me.get("/account")
        token = me.client.cookies.get(COOKIE)
        me.press("//form[contains(@action, 'sign-out')]")
        assert me.path == "/sign-in"
        me.client.cookies.set(COOKIE, token or "", path=ROOT)
        me.get("/account")
        assert me.path == "/sign-in"


def test_the_account_names_units_as_people_do(app: Any, office: Office) -> None:
    (unit,) = office.core.settings.unit
    assert unit.name != unit.code
    with signed_in(app, office, OFFICE) as me:
        (told,) = me.get("/account").xpath("//main//ul[1]/li/text()")
    assert told.split(" · ")[1].strip() == unit.name


def test_a_form_without_the_token_of_the_session_does_nothing(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me, signed_in(app, office, CLERK) as other:
        other.get("/account")
        for token in ("", "guess", other.token):
            me.post("/account", {"language": "en"}, token=token)
            assert (me.status, "表单不属于本次登录" in me.refusal) == (403, True)
        me.get("/account")
        assert me.page.get("lang") == "zh-CN"


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
)
def test_a_form_that_another_site_sends_does_nothing(
    app: Any, office: Office, headers: dict[str, str]
) -> None:
    with signed_in(app, office, OFFICE) as me:
        me.get("/account")
        data = {"csrf": me.token, "language": "en"}
        answer = me.client.post(f"{ROOT}/account", data=data, headers=headers)
        assert answer.status_code == 403
        me.get("/account")
        assert me.page.get("lang") == "zh-CN"


def test_language_and_keys_are_kept(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me:
        me.get("/account")
        me.press("//main//form", language="en", keys=[])
        assert me.page.get("lang") == "en"
        assert me.page.xpath("//body/@data-keys") == ["off"]


def test_no_page_may_be_kept_or_framed_or_run_foreign_script(office: Office, stranger: Seat) -> None:
    answer = stranger.client.get(f"{ROOT}/sign-in")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "'unsafe" not in answer.headers["content-security-policy"]
    assert not stranger.get("/sign-in").xpath("//script[not(@src)] | //style | //*[@style] | //*[@onclick]")


def test_our_own_files_may_be_kept_for_ever(stranger: Seat) -> None:
    for address in stranger.get("/sign-in").xpath("//link/@href | //script/@src"):
        answer = stranger.client.get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)


def test_what_is_not_there_says_so_and_names_nothing(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me:
        for path in ("/no-such-page", "/static/../app.py", "/documents/2026-999999"):
            me.get(path)
            assert me.status == 404


def test_passwords_and_tokens_are_nowhere_in_the_store(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me:
        me.get("/account")
        secrets = [PASSWORD, str(me.client.cookies.get(COOKIE))]
    path = str(office.core.database.engine.url.database)
    with sqlite3.connect(path) as connection:
        everything = "\n".join(connection.iterdump())
    assert OFFICE in everything
    assert [secret for secret in secrets if secret in everything] == []


def test_who_asks_too_often_waits(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me:
        answers = [me.client.get(f"{ROOT}/account") for _ in range(200)]
        late = [answer for answer in answers if answer.status_code == 429]
        assert late
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in late)


def test_an_office_behind_one_address_may_sign_in_and_who_guesses_there_waits(office: Office) -> None:
    give_password(office, OFFICE)
    door = Pace(rate=0.2, burst=3, clock=lambda: 0.0)
    with application(office, door) as app, seat(app) as one:

        def sign_in(password: str) -> int:
            one.client.cookies.clear()
            one.get("/sign-in")
            one.post("/sign-in", {"name": OFFICE, "password": password})
            return one.status

        assert [sign_in(PASSWORD) for _ in range(5)] == [200] * 5
        assert [sign_in("猜一个口令") for _ in range(4)] == [403, 403, 403, 429]
        assert sign_in(PASSWORD) == 429


def test_a_form_that_is_too_long_is_refused_before_it_is_read(app: Any, office: Office) -> None:
    with signed_in(app, office, OFFICE) as me:
        me.get("/account")
        answer = me.client.post(f"{ROOT}/account", data={"csrf": me.token, "language": "x" * (5 << 20)})
        assert answer.status_code == 413


def test_a_form_of_unknown_length_is_refused_as_soon_as_it_is_too_long(app: Any, office: Office) -> None:
    def pieces() -> Iterator[bytes]:
        yield f"csrf={me.token}&language=".encode()
        for _ in range(80):
            yield b"x" * (64 << 10)

    with signed_in(app, office, OFFICE) as me:
        me.get("/account")
        plain = {"content-type": "application/x-www-form-urlencoded"}
        answer = me.client.post(f"{ROOT}/account", content=pieces(), headers=plain)
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        assert "content-security-policy" in answer.headers
        me.get("/account")
        assert (me.status, OFFICE in me.words) == (200, True)


def test_uploads_lie_in_the_private_spool_and_nothing_else_moves(
    app: Any, office: Office, tmp_path: Path
) -> None:
    assert not str(tempfile.gettempdir()).startswith(str(tmp_path))
    with signed_in(app, office, CLERK) as me:
        me.get("/department")
        large = [("files", ("附件.txt", "补贴发放。".encode() * 400_000, "text/plain"))]
        me.post(
            "/department/upload",
            {"unit": "default", "department": DEPARTMENT, "attribute": "proactive"},
            large,
        )
        assert (me.status, me.refusal) == (200, "")
    assert [
        path for path in Path(tempfile.gettempdir()).glob("tmp*") if path.stat().st_size > 4_000_000
    ] == []
