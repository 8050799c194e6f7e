"""Loading of rule files and chains: everything wrong is refused by name, and defaults stand in per folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.settings.models import Settings, UnitSettings
from disclosure_pipeline.settings.policy import load_chains, load_rulebook, policy_problems
from disclosure_pipeline.settings.resources import config_files, share

RULE = """
[[rule]]
id = "t.one"
kind = "secrecy.term"
severity = "review"
form = "regex"
patterns = ['国防\\d+']
"""


def write(tmp_path: Path, text: str, name: str = "rules/own.toml") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return tmp_path


def own(book: RuleBook) -> list[str]:
    """Ids of the test's own rules; the shipped lexicons stand beside them."""
    return [rule.id for rule in book.rules if rule.id.startswith("t.")]


@pytest.fixture(scope="module")
def shipped() -> RuleBook:
    return load_rulebook(share("config"))


def test_a_rule_with_every_kind_of_field(tmp_path: Path) -> None:
    text = RULE + 'guards = ["国防教育"]\nversion = 3\nexpires = 2026-12-31\noptions = { window = 20 }\n'
    rule = load_rulebook(write(tmp_path, text)).rules[0]
    assert (rule.id, rule.severity, rule.patterns) == ("t.one", Severity.REVIEW, (r"国防\d+",))
    assert (rule.guards, rule.version, rule.expires) == (("国防教育",), 3, date(2026, 12, 31))
    assert rule.options == {"window": 20}


def test_an_expired_rule_loads_and_is_named_as_expired(tmp_path: Path) -> None:
    book = load_rulebook(write(tmp_path, RULE + "expires = 2020-01-01\n"))
    assert [rule.id for rule in book.expired(date(2026, 1, 1))] == ["t.one"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "secrecy.term"', 'kind = "secrecy.terms"', "unknown kind 'secrecy.terms'"),
        ('kind = "secrecy.term"', 'kind = "format."', "unknown kind"),
        ('severity = "review"', 'severity = "high"', "severity"),
        ('form = "regex"', 'form = ""', "must not be empty"),
        (r"'国防\d+'", "'国防('", "pattern 1 is no regular expression"),
        (r"'国防\d+'", r"'\d*'", "pattern 1 matches everything"),
        (r"['国防\d+']", "[]", "needs patterns"),
        (r"['国防\d+']", '"国防"', "patterns"),
        ('form = "regex"', 'form = "regex"\nverison = 1', "unknown key 'verison'"),
        ('form = "regex"', 'form = "regex"\nversion = "1"', "version"),
        ('form = "regex"', 'form = "regex"\nexpires = "2026/01/01"', "expires"),
        ('form = "regex"', 'form = "regex"\nattribute = "public"', "unknown attribute 'public'"),
    ],
)
def test_a_wrong_rule_is_refused_with_file_and_id(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_rulebook(write(tmp_path, RULE.replace(old, new)))
    assert caught.value.message.startswith("rules/own.toml: rule 't.one': ")
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RULE + RULE, "rule 't.one' is defined twice"),
        ("[rule]\nid = 'x'", r"under \[\[rule\]\]"),
        ("[[rules]]\nid = 'x'", "unknown table 'rules'"),
        ("[[rule]]\nkind = 'secrecy.term'", "rule 'number 1': id: "),
        ("[[rule]", "cannot be read"),
        ("[[route]]\nid = 'r'\narticle = ''\nmeeting = true", "nothing triggers it"),
        ("[[route]]\nid = 'r'\narticle = ''\njoint = true", "asks for nothing"),
        ("[[route]]\nid = 'r'\narticle = ''\njoint = true\nrefer = 'ask'", "unknown referral 'ask'"),
        (
            "[[route]]\nid = 'r'\narticle = ''\ntitle_patterns = ['(']\nmeeting = true",
            "no regular expression",
        ),
        ("[[route]]\nid = 'r'\narticle = ''\nfinding_kinds = ['x']\nmeeting = true", "unknown kind 'x'"),
        ("[[route]]\nid = 'r'\narticle = ''\njoint = 'yes'\nmeeting = true", "joint"),
        ("[[clock]]\nid = 'c'\ntitle = 't'\ndays = 0\narticle = ''", "days must be positive"),
        ("[[clock]]\nid = 'c'\ntitle = 't'\ndays = 5\narticle = ''\nleg_titles = { a = 'b' }", "leg_titles"),
        ("[[ground]]\ncode = ''\ntitle = ''\narticle = ''", "must not be empty"),
        ("[[check]]\nid = 'c'\nlabel = ''\narticle = 'a'\nroles = ['final']", "must not be empty"),
        ("[[check]]\nid = 'c'\nlabel = 'l'\narticle = 'a'", "asked of nobody"),
        ("[[check]]\nid = 'c'\nlabel = 'l'\narticle = 'a'\nroles = ['clerk']", "role 'clerk' signs nothing"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_rulebook(write(tmp_path, text))


def test_ids_are_unique_across_files(tmp_path: Path) -> None:
    write(tmp_path, RULE, "rules/a.toml")
    write(tmp_path, RULE, "lexicons/b.toml")
    with pytest.raises(ConfigError, match=r"^lexicons/b.toml: rule 't.one' is defined twice$"):
        load_rulebook(tmp_path)


def test_files_are_read_in_name_order_and_outside_lexicons_last(tmp_path: Path) -> None:
    write(tmp_path, RULE.replace("t.one", "t.b"), "rules/b.toml")
    write(tmp_path, RULE.replace("t.one", "t.a"), "rules/a.toml")
    write(tmp_path, RULE.replace("t.one", "t.lexicon"), "lexicons/a.toml")
    outside = tmp_path / "secret-items.toml"
    outside.write_text(RULE.replace("t.one", "t.outside"), "utf-8")
    book = load_rulebook(tmp_path, [outside])
    assert [rule.id for rule in book.rules] == ["t.a", "t.b", "t.lexicon", "t.outside"]


def test_a_missing_outside_lexicon_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^\[screening\] lexicons: /.*/gone.toml cannot be read"):
        load_rulebook(tmp_path, [tmp_path / "gone.toml"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"holds no \[\[rule\]\]$"),
        ("# 国防目录\n".encode(), r"holds no \[\[rule\]\]$"),
        (
            RULE.replace("国防\\d+", "国防目录").encode("gbk"),
            "is not UTF-8 text; save it with this encoding$",
        ),
        (RULE.encode("utf-16"), "is not UTF-8 text; save it with this encoding$"),
        (RULE.replace("['国防\\d+']", "['国防'").encode(), "cannot be read: "),
        (RULE.replace("['国防\\d+']", "[]").encode(), "needs patterns"),
        (RULE.replace("国防\\d+", "国防[").encode(), "pattern 1 is no regular expression"),
    ],
)
def test_an_office_s_own_list_that_would_find_nothing_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """The start ends with the whole path, and without a word of the list."""
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as error:
        load_rulebook(tmp_path, [path])
    assert f"[screening] lexicons: {path}" in error.value.message
    assert "国防" not in error.value.message


def test_an_office_s_own_list_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(RULE, "utf-8-sig")
    assert own(load_rulebook(tmp_path, [path])) == ["t.one"]


def test_an_office_s_own_list_that_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"lexicons: /.* cannot be read: "):
        load_rulebook(tmp_path, [tmp_path])
    with pytest.raises(ConfigError, match=r"^\[screening\] lexicons: own.toml is not an absolute path$"):
        load_rulebook(tmp_path, [Path("own.toml")])


def test_the_version_covers_names_and_bytes(tmp_path: Path) -> None:
    first = load_rulebook(write(tmp_path, RULE)).version
    assert load_rulebook(tmp_path).version == first
    assert load_rulebook(write(tmp_path, RULE + "# a comment\n")).version != first
    (tmp_path / "rules/own.toml").rename(tmp_path / "rules/other.toml")
    write(tmp_path, RULE, "rules/other.toml")
    assert load_rulebook(tmp_path).version != first


def test_each_folder_falls_back_for_itself(tmp_path: Path, shipped: RuleBook) -> None:
    assert load_rulebook(tmp_path) == shipped
    book = load_rulebook(write(tmp_path, RULE))
    assert own(book) == ["t.one"]
    assert book.grounds == ()  # the office's own rules folder replaces the shipped one as a whole
    assert [name for name, _ in config_files(tmp_path, "lexicons")] == [
        name for name, _ in config_files(share("config"), "lexicons")
    ]
    assert load_chains(tmp_path) == load_chains(share("config"))


def test_the_shipped_grounds_and_clocks(shipped: RuleBook) -> None:
    assert [ground.code for ground in shipped.grounds] == [
        "R14a",
        "R14b",
        "R14c",
        "R15",
        "R16a",
        "R16b",
        "R16c",
    ]
    assert [ground.tally[-1] for ground in shipped.grounds] == list("1234567")
    assert all(ground.article.startswith("政府信息公开条例第十") for ground in shipped.grounds)
    publish = shipped.clock("publish")
    assert (publish.days, dict(publish.legs)) == (20, {"internal": 15, "site": 5})
    days = {clock.id: clock.days for clock in shipped.clocks}
    assert (days["answer"], days["correction"], days["third_party"], days["co_maker"]) == (20, 7, 15, 15)


def test_no_alias_names_two_grounds(shipped: RuleBook) -> None:
    words = [word for ground in shipped.grounds for word in (ground.code, ground.title, *ground.aliases)]
    assert len(words) == len(set(words))
    for ground in shipped.grounds:
        assert {shipped.ground(word) for word in (ground.code, ground.title, *ground.aliases)} == {ground}


# ------------------------------------------------------------------------ chains

TIERS = """
[[chain]]
name = "default"
tiers = [
  { name = "secrecy", role = "secrecy", label = "保密审查" },
  { name = "final", role = "final", label = "终审", limit = 2 },
]
"""


def test_the_shipped_default_chain() -> None:
    chain = load_chains(share("config"))["default"]
    assert [tier.name for tier in chain.tiers] == ["secrecy", "first", "second", "final"]
    assert [tier.role for tier in chain.tiers] == [Role.SECRECY, Role.FIRST, Role.SECOND, Role.FINAL]
    assert [tier.department for tier in chain.tiers] == [False, True, False, False]
    assert chain.route().problems() == []
    assert chain.route().extra == chain.extra


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('role = "secrecy"', 'role = "first"', "the first tier must have role 'secrecy'"),
        ('role = "final"', 'role = "second"', "the last tier must have role 'final'"),
        ('{ name = "final"', '{ name = "secrecy"', "tier names must be unique"),
        ("limit = 2", "limit = -1", "the limit cannot be negative"),
        ("limit = 2", 'limit = "2"', "tiers 2: limit"),
        ("limit = 2", "quorum = 2", "unknown key 'quorum'"),
        ('role = "final"', 'role = "boss"', "tiers 2: role"),
        ('name = "default"', 'name = "default"\nextra_tiers = [{ name = "x", role = "clerk", label = "x" }]',
         "role 'clerk' signs nothing"),
        ('name = "default"', 'name = "default"\nextra = []', "unknown key 'extra'"),
        ('name = "default"', 'name = "other"', "there is no chain 'default'"),
        ('name = "default"', "", "a chain needs a name"),
    ],
)  # fmt: skip
def test_a_wrong_chain_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_chains(write(tmp_path, TIERS.replace(old, new, 1), "routes.toml"))


def test_two_chains_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="defined twice"):
        load_chains(write(tmp_path, TIERS + TIERS, "routes.toml"))


def test_problems_across_files(tmp_path: Path) -> None:
    text = RULE.replace("form =", 'ground = "R99"\ntier = "moon"\nform =') + (
        "[[route]]\nid = 'r'\narticle = ''\nrules = ['t.none']\nadd = ['council']\n"
    )
    book = load_rulebook(write(tmp_path, text))
    mine = RuleBook(book.rules[:1], routes=book.routes)
    settings = Settings(unit=(UnitSettings(), UnitSettings(code="two", route="gone")))
    assert policy_problems(settings, mine, load_chains(tmp_path)) == [
        "rules: there is no [[clock]] 'publish'",
        "rules: there is no [[ground]]",
        "rule 't.one': unknown ground 'R99'",
        "route 'r': unknown rule 't.none'",
        "rules: no compulsory [[check]] is asked of tier 'secrecy' of chain 'default'",
        "rules: no compulsory [[check]] is asked of tier 'final' of chain 'default'",
        "route 'r': chain 'default' has no tier 'council' to add",
        "rule 't.one': chain 'default' has no tier 'moon' to add",
        "unit 'two': routes.toml has no chain 'gone'",
    ]
