"""People: roles by unit and department, tokens of which only the hash is kept."""

from __future__ import annotations

import pytest
from support import Office
from traces import holds

from disclosure_pipeline.errors import NotFound
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.store import people


def add(office: Office, name: str, role: Role, **more: str) -> str | None:
    with office.core.database.write() as connection:
        return people.add(connection, name, role, **{"unit": "default", **more})


def test_a_token_is_shown_once_and_kept_as_a_hash(office: Office):
    token = add(office, "新人", Role.SECRECY)
    assert token is not None and len(token) >= 40
    assert add(office, "新人", Role.OFFICE) is None
    assert holds(office.dump(), token) == []
    assert holds(office.dump(), people.token_hash(token)) == ["person"]


def test_only_the_right_token_proves_a_name(office: Office):
    one, two = add(office, "甲", Role.SECRECY), add(office, "乙", Role.SECRECY)
    with office.core.database.read() as connection:
        proofs = [people.proves(connection, "甲", token, None) for token in (one, two, "", None, "x")]
        assert proofs == [True, False, False, False, False]
        assert people.proves(connection, "无名氏", one, None) is False


def test_a_new_token_ends_the_old_one(office: Office):
    old = add(office, "甲", Role.SECRECY)
    with office.core.database.write() as connection:
        new = people.new_token(connection, "甲")
        with pytest.raises(NotFound):
            people.new_token(connection, "无名氏")
    with office.core.database.read() as connection:
        assert [people.proves(connection, "甲", token, None) for token in (old, new)] == [False, True]


def test_an_account_proves_a_name_only_without_a_token(office: Office):
    add(office, "甲", Role.SECRECY, os_account="jia")
    with office.core.database.read() as connection:
        assert people.proves(connection, "甲", None, "jia") is True
        assert people.proves(connection, "甲", None, "yi") is False
        assert people.proves(connection, "甲", "wrong", "jia") is False
        assert people.proves(connection, "甲", None, None) is False
        assert people.proves(connection, "李密", None, "") is False


def test_a_role_is_held_in_its_unit_and_department(office: Office):
    add(office, "甲", Role.FIRST, department="民政局")
    add(office, "甲", Role.OFFICE)
    with office.core.database.read() as connection:
        person = people.get(connection, "甲")
    assert person.holds(Role.FIRST, "default", "民政局")
    assert not person.holds(Role.FIRST, "default", "财政局")
    assert not person.holds(Role.FIRST, "town", "民政局")
    assert person.holds(Role.OFFICE, "default", "财政局")
    assert person.holds(Role.FIRST, "default")
    assert not person.holds(Role.SECRECY, "default")


def test_the_same_role_twice_is_one_role(office: Office):
    for _ in range(2):
        add(office, "甲", Role.SECRECY)
    with office.core.database.read() as connection:
        assert len(people.get(connection, "甲").grants) == 1


def test_who_is_disabled_acts_no_more(office: Office):
    add(office, "甲", Role.SECRECY)
    office.sql("UPDATE person SET disabled_at = :at WHERE name = '甲'", at=utc_now())
    with office.core.database.read() as connection:
        with pytest.raises(NotFound):
            people.get(connection, "甲")
        assert "甲" not in [person.name for person in people.everyone(connection)]
