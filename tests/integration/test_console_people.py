"""人员 and 代理 in the console: who is let in with which role, first passwords shown once, deputies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support import (
    ADMIN,
    CLERK,
    DEPARTMENT,
    FINAL,
    OFFICE,
    OTHER_DEPARTMENT,
    SECOND,
    SECRECY,
    SECRECY_2,
    Office,
    refused,
)
from web import PASSWORD, Seat, application, seat

from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import deputies, staff
from disclosure_pipeline.store import people
from disclosure_pipeline.store.deputies import Appointment
from disclosure_pipeline.store.people import Grant

ADMIN_2, FOREIGNER, BOTH = "二管员", "远方人", "两边人"
UNITS = {"unit": [{"departments": [DEPARTMENT, OTHER_DEPARTMENT]}, {"code": "elsewhere", "name": "别县"}]}
TODAY = today_in_shanghai()


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    made = staffed(**UNITS)
    made.hire(FOREIGNER, Role.SECRECY, unit="elsewhere")
    made.hire("远管员", Role.ADMIN, unit="elsewhere")
    made.hire(BOTH, Role.OFFICE)
    made.hire(BOTH, Role.FINAL, unit="elsewhere")
    return made


@pytest.fixture
def admin(sit: Callable[[str], Seat]) -> Seat:
    made = sit(ADMIN)
    made.get("/people")
    return made


def form(name: str, action: str, condition: str = "true()") -> str:
    """XPath of one of the forms about a person."""
    about = f".//input[@name='name'][@value='{name}']"
    return f"//form[contains(@action, '/people/{action}')][{about}][{condition}]"


def grants(office: Office, name: str) -> list[tuple[Role, str, str]]:
    with office.core.database.read() as connection:
        return [(item.role, item.unit, item.department) for item in people.grants_of(connection, name)]


def audited(office: Office, action: str) -> list[tuple[Any, ...]]:
    return office.query("SELECT actor, unit, detail FROM audit WHERE action = :a ORDER BY seq", a=action)


def in_the_store(office: Office) -> str:
    with sqlite3.connect(str(office.core.database.engine.url.database)) as connection:
        return "\n".join(connection.iterdump())


# ------------------------------------------------------------------------ people


def test_somebody_new_is_added_and_enters_with_the_password_shown_once(office: Office, admin: Seat) -> None:
    add = "//form[contains(@action, '/people/add')]"
    admin.press(add, name="新来<b>者", role="clerk", department=DEPARTMENT)
    assert (admin.status, admin.refusal, admin.path) == (200, "", "/people/add")
    (password,) = admin.page.xpath("//*[@class='given']/text()")
    assert "新来<b>者 的初始密码" in admin.words
    assert admin.client.get("/console/people").headers["cache-control"] == "no-store"
    assert grants(office, "新来<b>者") == [(Role.CLERK, "default", DEPARTMENT)]
    assert password not in in_the_store(office)
    admin.get("/people")
    assert password not in admin.text
    assert "初始密码待修改" in admin.words
    with application(office) as app, seat(app) as browser:
        browser.get("/sign-in")
        browser.press("//main//form", name="新来<b>者", password=password)
        assert browser.path == "/password"
        browser.press("//main//form", old=password, new=PASSWORD, again=PASSWORD)
        browser.get("/department")
        assert (browser.status, DEPARTMENT in browser.words) == (200, True)


def test_pressing_twice_makes_nobody_twice(office: Office, admin: Seat) -> None:
    add = "//form[contains(@action, '/people/add')]"
    token = admin.token
    admin.press(add, name="新来者", role="office")
    values = {"unit": "default", "name": "新来者", "role": "final", "department": ""}
    admin.post("/people/add", values, token=token)
    assert (admin.status, "已有这个姓名" in admin.refusal) == (409, True)
    assert grants(office, "新来者") == [(Role.OFFICE, "default", "")]
    assert admin.page.xpath("//input[@id='name']/@value") == ["新来者"]
    assert admin.page.xpath("//select[@id='role-new']/option[@selected]/@value") == ["final"]


def test_a_namesake_in_another_unit_gets_no_role(office: Office, admin: Seat) -> None:
    admin.press("//form[contains(@action, '/people/add')]", name=FOREIGNER, role="final")
    assert admin.status == 409
    values = {"unit": "default", "name": FOREIGNER, "role": "final", "do": "give"}
    admin.post("/people/roles", values)
    assert admin.status == 404
    assert grants(office, FOREIGNER) == [(Role.SECRECY, "elsewhere", "")]


@pytest.mark.parametrize("name", ["", " ", "甲" * 61, "甲\u202e乙", "甲\u200b", "甲\n乙"])
def test_no_name_that_cannot_be_printed(office: Office, admin: Seat, name: str) -> None:
    before = office.query("SELECT count(*) FROM person")
    admin.post("/people/add", {"unit": "default", "name": name, "role": "office"})
    assert (admin.status, "姓名须为" in admin.refusal) == (400, True)
    assert "\u202e" not in admin.text
    assert office.query("SELECT count(*) FROM person") == before


def test_roles_are_given_and_taken_at_once(office: Office, admin: Seat, sit: Callable[[str], Seat]) -> None:
    clerk = sit(CLERK)
    admin.press(form(CLERK, "roles", ".//button[@value='give']"), "give", role="office", department="")
    assert (admin.refusal, admin.path) == ("", "/people")
    clerk.get("/queue")
    assert clerk.status == 200
    admin.press(form(CLERK, "roles", ".//input[@name='role'][@value='office']"), "take")
    assert "已取消角色" in admin.words
    clerk.get("/queue")
    assert clerk.status == 403
    assert grants(office, CLERK) == [(Role.CLERK, "default", DEPARTMENT)]
    assert [actor for actor, _, _ in audited(office, "user.role_taken")] == [ADMIN]
    admin.post("/people/roles", {"unit": "default", "name": CLERK, "role": "office", "do": "take"})
    assert admin.status == 404


def test_a_department_goes_with_some_roles_only(office: Office, admin: Seat) -> None:
    values = {"unit": "default", "name": CLERK, "role": "final", "department": DEPARTMENT, "do": "give"}
    admin.post("/people/roles", values)
    assert (admin.status, "只有部门经办人和初审" in admin.refusal) == (400, True)
    (typed,) = admin.page.xpath("//tr[@aria-current]//input[@name='department'][@type='text']/@value")
    assert typed == DEPARTMENT
    admin.post("/people/roles", {**values, "role": "king"})
    assert "请选择角色" in admin.refusal
    assert len(grants(office, CLERK)) == 1


def test_a_forgotten_password_is_replaced_and_sessions_end(
    office: Office, admin: Seat, sit: Callable[[str], Seat]
) -> None:
    clerk = sit(CLERK)
    admin.get("/people")
    admin.press(form(CLERK, "password"))
    (password,) = admin.page.xpath("//*[@class='given']/text()")
    clerk.get("/department")
    assert clerk.path == "/sign-in"
    assert password not in in_the_store(office)
    assert [actor for actor, _, _ in audited(office, "password.reset")] == [ADMIN]


def test_who_is_disabled_is_out_at_once_and_comes_back(
    office: Office, admin: Seat, sit: Callable[[str], Seat]
) -> None:
    clerk = sit(CLERK)
    admin.get("/people")
    admin.press(form(CLERK, "disable"), "disable")
    clerk.get("/department")
    assert clerk.path == "/sign-in"
    assert "已停用" in admin.words
    admin.post("/people/disable", {"unit": "default", "name": CLERK, "do": "disable"})
    assert "没有变化" in admin.refusal
    admin.post("/people/password", {"unit": "default", "name": CLERK})
    assert admin.status == 404
    admin.get("/people")
    admin.press(form(CLERK, "disable"), "enable")
    assert office.query("SELECT disabled_at FROM person WHERE name = :n", n=CLERK) == [(None,)]


def test_nobody_administers_themselves(office: Office, admin: Seat) -> None:
    assert admin.page.xpath(f"//form[.//input[@name='name'][@value='{ADMIN}']]") == []
    me = {"unit": "default", "name": ADMIN}
    for path, values in (
        ("roles", {"role": "secrecy", "do": "give"}), ("roles", {"role": "admin", "do": "take"}),
        ("password", {}), ("disable", {"do": "disable"}),
    ):  # fmt: skip
        admin.post(f"/people/{path}", {**me, **values})
        assert (admin.status, "不能办理自己的" in admin.refusal) == (403, True)
    assert grants(office, ADMIN) == [(Role.ADMIN, "default", "")]


def test_a_deputy_of_an_administrator_serves_neither_of_the_two(office: Office) -> None:
    wish = Appointment(ADMIN, CLERK, Role.ADMIN, "default", "", TODAY, TODAY)
    deputies.give(office.core, wish, by=ADMIN)
    for name in (CLERK, ADMIN):
        act = lambda name=name: staff.give_role(office.core, name, Grant(Role.FINAL, "default", ""), by=CLERK)  # noqa: E731
        assert refused(act) == "user.self"
    staff.give_role(office.core, SECOND, Grant(Role.FINAL, "default", ""), by=CLERK)
    actor, _, detail = audited(office, "user.add")[-1]
    assert (actor, json.loads(detail)["deputy_for"]) == (CLERK, ADMIN)


def test_people_of_other_units_are_out_of_reach(office: Office, admin: Seat) -> None:
    assert FOREIGNER not in admin.text
    for path, values in (("password", {}), ("disable", {"do": "disable"})):
        admin.post(f"/people/{path}", {"unit": "default", "name": FOREIGNER, **values})
        assert (admin.status, admin.page.xpath("//*[@class='given']")) == (404, [])
        admin.post(f"/people/{path}", {"unit": "default", "name": BOTH, **values})
        assert (admin.status, admin.page.xpath("//*[@class='given']")) == (403, [])
        assert "管理其全部单位" in admin.refusal
    # A form that names another unit is done nowhere, and least of all in one's own.
    for path, values in (("add", {"role": "final"}), ("roles", {"role": "final", "do": "give"}), ("password", {}),
                         ("disable", {"do": "disable"})):  # fmt: skip
        before = (grants(office, CLERK), office.query("SELECT * FROM account ORDER BY person"))
        admin.post(f"/people/{path}", {"unit": "elsewhere", "name": CLERK, **values})
        assert admin.status == 404
        assert (grants(office, CLERK), office.query("SELECT * FROM account ORDER BY person")) == before
    assert (
        refused(lambda: staff.give_role(office.core, FOREIGNER, Grant(Role.FINAL, "elsewhere", ""), by=ADMIN))
        == "wrong_role"
    )
    office.hire(ADMIN, Role.ADMIN, unit="elsewhere")
    assert staff.give_password(office.core, BOTH, by=ADMIN)


def test_only_administrators_reach_people(office: Office, sit: Callable[[str], Seat]) -> None:
    other = sit(OFFICE)
    other.get("/account")
    for path in ("add", "roles", "password", "disable"):
        other.post(f"/people/{path}", {"unit": "default", "name": SECRECY, "role": "office", "do": "give"})
        assert (other.status, SECRECY in other.text) == (403, False)
    for act in (
        lambda: staff.hire(office.core, "新来者", Grant(Role.FINAL, "default", ""), by=OFFICE),
        lambda: staff.take_role(office.core, SECRECY, Grant(Role.SECRECY, "default", ""), by=OFFICE),
    ):
        assert refused(act) == "wrong_role"
    assert refused(lambda: staff.disable(office.core, SECRECY, by=OFFICE)) == "not_found"
    with office.core.database.read() as connection:
        person = people.get(connection, OFFICE)
        assert not people.is_known(connection, "新来者")
    assert refused(lambda: staff.listing(office.core, person, "default")) == "wrong_role"


# ------------------------------------------------------------------------ deputies


def days(first: int = 0, last: int = 3) -> dict[str, str]:
    return {
        "first_day": (TODAY + timedelta(days=first)).isoformat(),
        "last_day": (TODAY + timedelta(days=last)).isoformat(),
    }


def test_a_principal_appoints_and_ends_their_own_deputy(office: Office, sit: Callable[[str], Seat]) -> None:
    final, second = sit(FINAL), sit(SECOND)
    final.get("/deputies")
    offered = final.page.xpath("//select[@name='post']/option")
    assert [option.text for option in offered] == ["终审"]
    assert FINAL not in final.page.xpath("//select[@name='deputy']/option/@value")
    assert FOREIGNER not in final.text
    final.press("//form[.//select[@name='post']]", deputy=SECOND, **days())
    assert (final.refusal, "已指定代理人" in final.words) == ("", True)
    second.get("/account")
    assert f"终审 · {office.core.settings.unit[0].name} （代{FINAL}）" in second.words
    second.get("/deputies")
    second.press("//form[contains(@action, '/deputies/end')]")
    assert "已结束代理" in second.words
    second.get("/account")
    assert FINAL not in second.words
    second.get("/deputies", past="1")
    assert "已结束" in second.page.xpath("string(//tbody)")
    assert [item["state"] for item in deputies.listing(office.core, past=True)] == ["ended"]


def test_an_administrator_appoints_for_others_and_not_themselves(office: Office, admin: Seat) -> None:
    admin.get("/deputies")
    posts = {option.text: option.get("value") for option in admin.page.xpath("//select[@name='post']/option")}
    assert f"{CLERK} · 部门经办人 · {DEPARTMENT}" in posts
    wanted = posts[f"{SECRECY} · 保密审查"]
    admin.press("//form[.//select[@name='post']]", post=wanted, deputy=ADMIN, **days())
    assert "不能指定自己" in admin.refusal
    assert admin.page.xpath("//select[@name='deputy']/option[@selected]/@value") == [ADMIN]
    assert admin.page.xpath("//select[@name='post']/option[@selected]/@value") == [wanted]
    admin.press("//form[.//select[@name='post']]", deputy=SECOND, **days())
    (made,) = deputies.listing(office.core)
    assert (made["principal"], made["deputy"], made["given_by"]) == (SECRECY, SECOND, ADMIN)


def test_others_neither_see_nor_appoint_nor_end(office: Office, sit: Callable[[str], Seat]) -> None:
    number = deputies.give(
        office.core, Appointment(FINAL, SECOND, Role.FINAL, "default", "", TODAY, TODAY), by=FINAL
    )
    clerk = sit(CLERK)
    clerk.get("/deputies")
    assert clerk.page.xpath("//tbody") == []
    clerk.post("/deputies/end", {"unit": "default", "number": number})
    assert clerk.status == 403
    post = f"name={SECRECY_2}&role=secrecy&unit=default&department="
    clerk.post("/deputies", {"unit": "default", "post": post, "deputy": CLERK, **days()})
    assert clerk.status == 403
    own = f"name={CLERK}&role=final&unit=default&department="
    clerk.post("/deputies", {"unit": "default", "post": own, "deputy": SECOND, **days()})
    assert (clerk.status, "没有这个角色" in clerk.refusal) == (409, True)
    (only,) = deputies.listing(office.core)
    assert (only["number"], only["state"]) == (number, "running")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"post": "role=king&name=x"}, "请选择被代理的角色"),
        ({"first_day": "明天"}, "日期不正确"),
        ({"first_day": ""}, "请选择被代理的角色"),
        ({"last_day": "2020-01-01"}, "末日不能早于首日"),
        ({"deputy": FOREIGNER}, "须在本单位任职"),
        ({"deputy": "没有此人"}, "没有这一项"),
    ],
)
def test_what_cannot_be_appointed(
    office: Office, sit: Callable[[str], Seat], typed: dict[str, str], said: str
) -> None:
    final = sit(FINAL)
    final.get("/deputies")
    values = {
        "unit": "default",
        "post": f"name={FINAL}&role=final&unit=default&department=",
        "deputy": SECOND,
    }
    final.post("/deputies", {**values, **days(), **typed})
    assert said in final.refusal
    assert deputies.listing(office.core) == []


def test_a_form_that_does_not_say_what_it_wants_does_nothing(office: Office, admin: Seat) -> None:
    office.hire(ADMIN_2, Role.ADMIN)
    with office.core.database.read() as connection:
        before = people.everyone(connection)
    about = {"unit": "default", "name": SECOND, "role": "final", "department": ""}
    for act, values in (("roles", {}), ("roles", {"do": "swap"}), ("disable", {}), ("disable", {"do": "on"})):
        admin.get("/people")
        admin.post(f"/people/{act}", {**about, **values})
        assert (admin.status, "没有执行任何操作" in admin.refusal) == (400, True)
    with office.core.database.read() as connection:
        assert people.everyone(connection) == before


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31", "2026-02-30", "spring"])
def test_days_that_nobody_means_are_refused(office: Office, admin: Seat, day: str) -> None:
    admin.get("/deputies")
    (post, *_) = admin.page.xpath("//select[@id='post']/option/@value")
    wish = {"unit": "default", "post": post, "deputy": ADMIN_2, "first_day": "2026-11-02", "last_day": day}
    admin.post("/deputies", wish)
    assert (admin.status, "日期不正确" in admin.refusal) == (400, True)
    assert admin.page.xpath("//input[@name='last_day']/@value") == [day]
    for path in (
        f"/deadlines?day={day}",
        f"/trail?from={day}",
        f"/trail?to={day}",
        f"/trail?log=views&to={day}",
    ):
        admin.get(path)
        assert (admin.status, "日期不正确" in admin.refusal) == (400, True), path


def test_the_first_and_the_last_day_that_are_taken(office: Office, admin: Seat) -> None:
    for day in ("2000-01-01", "2199-12-31"):
        for path in (f"/deadlines?day={day}", f"/deadlines?month={day[:7]}", f"/trail?from={day}&to={day}"):
            admin.get(path)
            assert (admin.status, admin.refusal) == (200, ""), path
