"""What the pages tell people to type exists, and the two READMEs and the demo agree."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from doc_pages import between, blocks, inline_codes, name_of, pages, read, table

from disclosure_pipeline.cli.catalogue import COMMANDS
from disclosure_pipeline.cli.demo.command import _FAMILIES
from disclosure_pipeline.cli.demo.samples import Sample, load_samples
from disclosure_pipeline.cli.demo.walk import ending
from disclosure_pipeline.cli.main import root
from disclosure_pipeline.model.finding import FINDING_KINDS
from disclosure_pipeline.settings.models import Section, Settings
from disclosure_pipeline.settings.resources import share

READMES = {"en": read("README.md"), "zh": read("README.zh-CN.md")}
CALL = re.compile(r"(?:^|[\s(])disclosure ((?!-pipeline)[^\n;|)]*)")

# ------------------------------------------------------------------------ commands


def leaf(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the first words name, and the words behind them.

    Raises:
        LookupError: there is no such command.
    """
    command: click.Command = root
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(click.Context(command), rest[0])
        if found is None:
            raise LookupError(rest[0])
        command = found
        rest = rest[1:]
    return command, rest


def complaint(line: str) -> str:
    """What is wrong with a whole command line, or empty."""
    words = shlex.split(line, comments=True)
    try:
        command, rest = leaf(words)
        if command is not root and "--help" not in rest:
            command.make_context("disclosure", rest)
    except (LookupError, click.UsageError) as error:
        return f"{line}: {error}"
    return ""


def mistake(mention: str) -> str:
    """What is wrong with a command mentioned in a sentence, where words may be left out, or empty."""
    words = [word for word in mention.split() if word not in ("…", "-")]
    try:
        command, rest = leaf(words)
    except LookupError as error:
        # `disclosure COMMAND --help`, `disclosure channel {list,verify}`, `disclosure [OPTIONS]`
        return "" if re.match(r"[A-Z{\[]", str(error.args[0])) else f"{mention}: no command {error}"
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    known |= {"--help", "--version"}
    wrong = [word for word in rest if word.startswith("-") and word.strip("[]…") not in known]
    return f"{mention}: {wrong}" if wrong else ""


def test_a_wrong_command_line_is_found() -> None:
    assert complaint("decide 2026-000001 approve --version 1 --as 李卫  # a comment") == ""
    assert "agree" in complaint("decide 2026-000001 agree --version 1 --as 李卫")
    assert complaint("decide 2026-000001 approve --as 李卫")
    assert complaint("repeal 2026-000001")
    assert mistake("show ID --colour")
    assert mistake("channel mend")
    assert mistake("decide ID return --version V … --as USER") == ""


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_command_line_parses(page: Path) -> None:
    lines = [
        found[1].strip()
        for language, code in blocks(page.read_text("utf-8"))
        if language in ("console", "sh", "")
        for line in code.splitlines()
        for found in CALL.finditer(
            line.replace("runuser -u disclosure -- ", "").replace("-o disclosure -g disclosure", "")
        )
        if re.match(r"[a-z\-]", found[1])
        and not re.match(r".*\b(useradd|systemctl|chown|install|docker)\b", line)
    ]
    assert [wrong for line in lines if (wrong := complaint(line))] == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_command_that_is_mentioned_exists(page: Path) -> None:
    mentions = [
        code.removeprefix("disclosure ")
        for code in inline_codes(page.read_text("utf-8"))
        if code.startswith("disclosure ")
    ]
    assert [wrong for mention in mentions if (wrong := mistake(mention))] == []


def test_the_pages_are_full_of_commands() -> None:
    """The tests above see them, and do not pass by seeing nothing."""
    mentioned = {
        code.split()[1] for code in inline_codes(read("docs/operations.md")) if code.startswith("disclosure ")
    }
    assert len(mentioned & set(COMMANDS)) >= 12


@pytest.mark.parametrize(
    "target", ["demo", "test", "bundle", "check", "requirements", "docs-check", "layers"]
)
def test_every_make_target_that_is_named_exists(target: str) -> None:
    text = "".join(page.read_text("utf-8") for page in pages())
    assert f"make {target}" in text
    assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE)


def test_no_other_make_target_is_named() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = {
        found
        for page in pages()
        for code in (
            *inline_codes(page.read_text("utf-8")),
            *(block for _, block in blocks(page.read_text("utf-8"))),
        )
        for found in re.findall(r"^make ([a-z-]+)", code, re.MULTILINE)
    }
    assert named <= targets


# ------------------------------------------------------------------------ settings, kinds


def sections() -> dict[str, type[Section]]:
    """Section name as written → its model."""
    found: dict[str, type[Section]] = {}
    for name, field in Settings.model_fields.items():
        if name == "plugin":
            continue
        model = field.annotation
        inner = getattr(model, "__args__", (model,))[0]
        found[name] = inner
        for key, sub in inner.model_fields.items():
            kind = getattr(sub.annotation, "__args__", (sub.annotation,))[0]
            if isinstance(kind, type) and issubclass(kind, Section):
                found[f"{name}.{key}"] = kind
    return found


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = sections()
    wrong = []
    for code in inline_codes(page.read_text("utf-8")):
        found = re.fullmatch(r"\[{1,2}([a-z_.]+)\]{1,2}(?: ([a-z_]+)(?: = .*)?)?", code)
        if (
            found
            and page.name != "configuration.md"
            and found[1] not in ("chain", "rule", "ground", "clock", "route")
        ):
            name, key = found[1], found[2]
            if name.startswith("plugin."):
                continue
            if name not in known or (key and key not in known[name].model_fields):
                wrong.append(code)
    assert wrong == []


@pytest.mark.parametrize("page", ["docs/operations.md", "plugins/README.md"])
def test_every_example_of_the_configuration_loads(page: str) -> None:
    examples = [code for language, code in blocks(read(page)) if language == "toml"]
    assert examples
    for code in examples:
        data = tomllib.loads(code)
        if isinstance(data.get("unit"), dict):
            data["unit"] = [data["unit"]]
        Settings(**data)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_kind_of_finding_that_is_named_exists(page: Path) -> None:
    families = {kind.partition(".")[0] for kind in FINDING_KINDS} - {"process", "check"}
    named = {
        code
        for code in inline_codes(page.read_text("utf-8"))
        if re.fullmatch(rf"(?:{'|'.join(sorted(families))})\.[a-z_]+", code)
    }
    assert named <= set(FINDING_KINDS)


# ------------------------------------------------------------------------ the READMEs


def kinds_of(sample: Sample) -> list[str]:
    return sorted({*sample.findings, *sample.findings_at_least})


def test_the_english_table_of_the_demo_is_what_the_samples_expect() -> None:
    written = [
        (draft, re.findall(r"`([\w.]+)`", found), end.strip("`"))
        for draft, _, found, end in table(between(READMES["en"], "demo"))
    ]
    samples = load_samples(share("samples"))
    assert written == [(item.source.name, kinds_of(item), item.state) for item in samples]


def test_the_chinese_table_of_the_demo_is_what_it_prints() -> None:
    expected = []
    for item in load_samples(share("samples")):
        families = dict.fromkeys(_FAMILIES[kind.partition(".")[0]] for kind in kinds_of(item))
        expected.append([item.source.name, "、".join(families) or "—", ending(item.state)])
    assert table(between(READMES["zh"], "demo")) == expected


@pytest.mark.parametrize("text", READMES.values(), ids=READMES)
def test_the_number_of_samples_is_right(text: str) -> None:
    assert str(len(load_samples(share("samples")))) in text.split("<!-- demo -->", maxsplit=1)[0]


def without_comments(text: str) -> list[str]:
    """Lines of all console blocks."""
    codes = [code for language, code in blocks(text) if language == "console"]
    return [line.split("  #")[0].split("     #")[0].strip() for code in codes for line in code.splitlines()]


def test_both_readmes_tell_the_same() -> None:
    english, chinese = READMES["en"], READMES["zh"]
    assert without_comments(english) == without_comments(chinese)
    headings = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (english, chinese)]
    assert headings[0] == headings[1]
    items = [len(re.findall(r"^ *(?:-|\d\.) ", text, re.MULTILINE)) for text in (english, chinese)]
    assert items[0] == items[1]
    links = [
        set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh-CN.md"}
        for text in (english, chinese)
    ]
    assert links[0] == links[1]
    calls = [
        {code for code in inline_codes(text) if code.startswith("disclosure ")} for text in (english, chinese)
    ]
    assert calls[0] == calls[1]


def test_what_is_not_there_yet_is_not_there() -> None:
    """When one of these comes, the list "Not yet" of both READMEs must lose it."""
    assert "report" not in COMMANDS
