"""Who may ask what: every address of the console against every role, exactly.

A new address fails here until it is listed with its roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support import ADMIN, CLERK, FINAL, FIRST, OFFICE, SECOND, SECRECY, Office
from web import Seat, application, seat, signed_in

from disclosure_pipeline.console.routes import PLACES
from disclosure_pipeline.model.route import Role

PEOPLE = {
    Role.CLERK: CLERK, Role.FIRST: FIRST, Role.SECRECY: SECRECY, Role.SECOND: SECOND, Role.FINAL: FINAL,
    Role.OFFICE: OFFICE, Role.ADMIN: ADMIN,
}  # fmt: skip

ALL = "clerk first secrecy second final office admin"
READ = "clerk first secrecy second final office"
SIGN = "first secrecy second final office"
NOBODY = ""
"""Needs nobody: open to strangers."""

ALLOWED = {
    "GET /": ALL,
    "GET /sign-in": NOBODY,
    "POST /sign-in": NOBODY,
    "POST /sign-out": ALL,
    "GET /password": ALL,
    "POST /password": ALL,
    "GET /account": ALL,
    "POST /account": ALL,
    "GET /queue": SIGN,
    "POST /queue/claim": SIGN,
    "POST /queue/release": SIGN,
    "POST /queue/views": SIGN,
    "POST /queue/views/remove": SIGN,
    "GET /search": READ,
    "GET /documents/{case}": ALL,
    "POST /documents/{case}/claim": SIGN,
    "GET /documents/{case}/review": READ,
    "GET /documents/{case}/pages/{part:int}/{page:int}": READ,
    "GET /documents/{case}/pictures/{part:int}/{pixels}": READ,
    "POST /documents/{case}/pictures": "secrecy",
    "POST /documents/{case}/findings": "secrecy",
    "POST /documents/{case}/marks": "secrecy",
    "POST /documents/{case}/suspect": "secrecy",
    "POST /documents/{case}/conclude": "secrecy",
    "GET /documents/{case}/preview": READ,
    "GET /documents/{case}/sign": SIGN,
    "POST /documents/{case}/sign": SIGN,
    "GET /documents/{case}/public/{name}": SIGN,
    "GET /documents/{case}/difference": READ,
    "GET /documents/{case}/sheet": SIGN,
    "GET /department": "clerk first",
    "POST /department/upload": "clerk",
    "GET /documents/{case}/timeline": READ,
    "POST /documents/{case}/take-back": "clerk",
    "POST /documents/{case}/resubmit": "clerk",
    "GET /deadlines": ALL,
    "GET /documents/{case}/clock": READ,
    "POST /documents/{case}/clock": "office",
    "GET /attribute-reviews": "secrecy second office",
    "POST /attribute-reviews": "secrecy second office",
    "GET /batches": "secrecy",
    "POST /batches": "secrecy",
    "GET /trail": "secrecy office admin",
    "POST /trail/prove": "secrecy office admin",
    "POST /trail/export": "secrecy office admin",
    "GET /statistics": "first secrecy second final office admin",
    "POST /statistics/export": "first secrecy second final office admin",
    "GET /quarantine": "secrecy",
    "GET /quarantine/{case}": "secrecy",
    "POST /quarantine/{case}/release": "secrecy",
    "POST /quarantine/{case}/confirm": "secrecy",
    "GET /record": "admin",
    "GET /documents/{case}/record": "admin",
    "POST /documents/{case}/record": "admin",
    "GET /people": "admin",
    "POST /people/add": "admin",
    "POST /people/roles": "admin",
    "POST /people/password": "admin",
    "POST /people/disable": "admin",
    "GET /deputies": ALL,
    "POST /deputies": ALL,
    "POST /deputies/end": ALL,
    "GET /errands": "office admin",
    "POST /errands": "office admin",
    "GET /errands/{number:int}/papers/{name}": "office admin",
    "GET /operations": "office admin",
    "GET /operations/plugins": "office admin",
    "POST /operations/retry": "office admin",
    "POST /operations/cancel": "office admin",
    "POST /operations/engine": "admin",
}
"""Every address with the roles that it is for."""

SECRET = "张三手机13912345678"


@pytest.fixture(scope="module")
def office(
    workshop: Any, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("routes")
    store = folder / "store.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    made = Office.open(workshop, folder, f"sqlite:///{store}")
    made.staff()
    yield made
    made.close()


@pytest.fixture(scope="module")
def case(office: Office) -> str:
    taken = office.hand_in("关于补贴发放的通知", body=f"补贴由{SECRET}领取。")
    office.work()
    return taken.case


@pytest.fixture(scope="module")
def app(office: Office) -> Iterator[Any]:
    with application(office) as made:
        yield made


@pytest.fixture(scope="module")
def seats(app: Any, office: Office) -> Iterator[dict[Role, Seat]]:
    with ExitStack() as stack:
        found = {}
        for role, name in PEOPLE.items():
            found[role] = stack.enter_context(signed_in(app, office, name))
            found[role].get("/account")
        yield found


def name_of(place: Any) -> str:
    return f"{place.method} {place.path}"


def address(place: Any, case: str) -> str:
    filled = {
        "{case}": case,
        "{part:int}": "0",
        "{page:int}": "1",
        "{number:int}": "1",
        "{name}": "nothing.html",
    }
    path = place.path
    for holder, value in filled.items():
        path = path.replace(holder, value)
    return f"/console{path}"


def test_every_address_is_listed_with_its_roles() -> None:
    found = {
        name_of(place): " ".join(role.value for role in PEOPLE if place.who is not None and role in place.who)
        for place in PLACES
    }
    assert found == ALLOWED
    assert len(PLACES) == len(ALLOWED)


@pytest.mark.parametrize("place", PLACES, ids=name_of)
def test_a_stranger_gets_nowhere(app: Any, place: Any, case: str) -> None:
    with seat(app) as stranger:
        answer = stranger.client.request(place.method, address(place, case), follow_redirects=False)
    if place.who is None:
        assert answer.status_code in (200, 403)
    else:
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/console/sign-in")
    assert SECRET not in answer.text


@pytest.mark.parametrize("place", [item for item in PLACES if item.who is not None], ids=name_of)
def test_other_roles_are_refused_and_the_right_ones_are_not(
    seats: dict[Role, Seat], place: Any, case: str, request: pytest.FixtureRequest
) -> None:
    if place.path in ("/sign-out", "/password", "/documents/{case}/suspect") and place.method == "POST":
        pytest.skip("it would end the session or the document; refusals are tested with the screen")
    for role, person in seats.items():
        data = {"csrf": person.token} if place.method == "POST" else None
        answer = person.client.request(place.method, address(place, case), data=data, follow_redirects=False)
        allowed = role.value in ALLOWED[name_of(place)].split()
        if not allowed:
            assert answer.status_code == 403, (role, answer.status_code)
            assert SECRET not in answer.text
        else:
            assert answer.status_code < 500, (role, answer.status_code)
            assert place.method == "POST" or answer.status_code != 403, (role, answer.status_code)


@pytest.mark.parametrize(
    "place", [item for item in PLACES if item.method == "POST" and item.who], ids=name_of
)
def test_no_form_works_without_its_token(seats: dict[Role, Seat], place: Any, case: str) -> None:
    for person in seats.values():
        answer = person.client.post(address(place, case), data={"csrf": "guess"}, follow_redirects=False)
        assert answer.status_code == 403


def test_no_page_changes_anything_when_it_is_only_looked_at(
    office: Office, seats: dict[Role, Seat], case: str
) -> None:
    before = office.row(case)
    for place in PLACES:
        if place.method == "GET":
            for person in seats.values():
                person.client.get(address(place, case))
    assert office.row(case) == before
