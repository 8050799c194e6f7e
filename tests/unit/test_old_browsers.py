"""The console's script and styles ask for nothing that a browser of Chromium 86's age does not know.

The script keeps to ECMAScript 2017 and is read by a real parser; the tables below tell what is refused, and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import tinycss2
import tree_sitter_javascript
from tinycss2.ast import Node as CssNode
from tree_sitter import Language, Node, Parser

from disclosure_pipeline.console.templating import STATIC

SYNTAX = {
    "optional_chain": "?. is ES2020",
    "class_static_block": "static blocks came with Chromium 94",
    "field_definition": "fields of classes are ES2022",
    "private_property_identifier": "private members are ES2022",
    "import": "import() is ES2020, and the console has one script",
    "import_statement": "the console has one script",
    "export_statement": "the console has one script",
    "decorator": "no browser knows decorators",
    "using_declaration": "came with Chromium 134",
}
"""Kinds of nodes in the tree of a script."""

OPERATORS = {
    "??": "ES2020",
    "??=": "ES2021",
    "||=": "ES2021",
    "&&=": "ES2021",
}

NAMES = {
    "at": 92, "findLast": 97, "findLastIndex": 97, "toSorted": 110, "toReversed": 110, "toSpliced": 110,
    "groupBy": 117, "replaceAll": 85, "hasOwn": 93, "fromEntries": 73, "allSettled": 76, "any": 85,
    "structuredClone": 98, "randomUUID": 92, "withResolvers": 119, "checkVisibility": 105,
    "showPopover": 114, "hidePopover": 114, "togglePopover": 114, "requestClose": 134,
    "setHTML": 200, "setHTMLUnsafe": 124, "getSetCookie": 113, "canParse": 120, "startViewTransition": 111,
    "CloseWatcher": 126, "WeakRef": 84, "FinalizationRegistry": 84,
    "CompressionStream": 80, "Temporal": 144, "moveBefore": 133, "CSSStyleSheet": 73, "replaceChildren": 86,
}  # fmt: skip
"""What is called or made, with the Chromium that brought it: newer than 86, or newer than ES2017."""

SELECTORS = {
    ":has(": 105, ":is(": 88, ":where(": 88, ":modal": 105, ":user-valid": 119, ":user-invalid": 119, ":dir(": 120,
    ":open": 133, ":popover-open": 114, ":state(": 125, ":autofill": 110, ":picture-in-picture": 110,
    "::marker": 86, "::highlight": 105, "::details-content": 131, "::file-selector-button": 89, "&": 112,
}  # fmt: skip

PROPERTIES = {
    "accent-color": 93, "aspect-ratio": 88, "inset": 87, "inset-block": 87, "inset-inline": 87, "margin-inline": 87,
    "margin-block": 87, "padding-inline": 87, "padding-block": 87, "border-start-start-radius": 89,
    "container": 105, "container-type": 105, "container-name": 105, "content-visibility": 85, "text-wrap": 114,
    "text-wrap-style": 130, "white-space-collapse": 114, "scrollbar-gutter": 94, "scrollbar-color": 121,
    "scrollbar-width": 121, "translate": 104, "rotate": 104, "scale": 104, "text-decoration-thickness": 89,
    "text-underline-offset": 87, "hyphenate-character": 106, "field-sizing": 123, "interpolate-size": 129,
    "print-color-adjust": 136, "mask": 120, "mask-image": 120, "animation-timeline": 115, "view-transition-name": 111,
    "anchor-name": 125, "position-anchor": 125, "zoom": 128, "text-box": 133, "line-clamp": 200, "d": 200,
}  # fmt: skip

FUNCTIONS = {
    "color-mix": 111, "oklch": 111, "oklab": 111, "lab": 111, "lch": 111, "color": 111, "light-dark": 123, "round": 125,
    "mod": 125, "rem": 125, "sin": 111, "cos": 111, "abs": 138, "sign": 138, "calc-size": 129, "anchor": 125,
    "image-set": 113, "if": 137, "attr": 133,
}  # fmt: skip

AT_RULES = {
    "layer": 99, "container": 105, "scope": 118, "starting-style": 117, "property": 85, "position-try": 125,
    "view-transition": 126, "import": 0,
}  # fmt: skip
"""``@import`` is as old as styles are, but would ask for one file after the other."""

UNITS = {
    "dvh",
    "dvw",
    "svh",
    "svw",
    "lvh",
    "lvw",
    "vi",
    "vb",
    "cqw",
    "cqh",
    "cqi",
    "cqb",
    "cqmin",
    "cqmax",
    "lh",
    "rlh",
    "cap",
}
MEDIA = ("prefers-contrast", "forced-colors", "prefers-reduced-data", "dynamic-range", "scripting", "<", ">")
"""What media queries must not ask: newer than 86 (ranges came with 104)."""

VALUES = {
    "overflow": {"clip"},
    "overflow-x": {"clip"},
    "overflow-y": {"clip"},
    "grid-template-columns": {"subgrid"},
}


def script_faults(source: bytes) -> list[str]:
    """What a script holds that an old browser does not know, with its line."""
    tree = Parser(Language(tree_sitter_javascript.language())).parse(source)
    return [
        f"{node.start_point[0] + 1}: {fault}"
        for node in nodes(tree.root_node)
        for fault in (*faults_of(node), *faults_of_form(node))
    ]


def nodes(root: Node) -> Iterator[Node]:
    yield root
    for child in root.children:
        yield from nodes(child)


def faults_of(node: Node) -> Iterator[str]:
    text = (node.text or b"").decode()
    parent = node.parent
    if node.is_error or node.is_missing:
        yield "the parser does not understand this"
    if node.type in SYNTAX:
        yield SYNTAX[node.type]
    if not node.is_named and node.type in OPERATORS:
        yield f"{node.type} is {OPERATORS[node.type]}"
    if node.type in ("property_identifier", "identifier") and text in NAMES and is_called(node):
        yield f"{text} came with Chromium {NAMES[text]}"
    if node.type == "number" and (text.endswith("n") or "_" in text):
        yield f"{text}: such numbers are ES2020 and later"
    if node.type == "regex" and re.search(r"\(\?<|\\[pPk]|/[a-z]*[sdv][a-z]*$", text):
        yield f"{text}: looking behind, names and these flags are ES2018 and later"
    if node.type == "string_fragment" and (parent is None or parent.type == "string"):
        yield from (
            f"{name} came with Chromium {since}"
            for name, since in SELECTORS.items()
            if name[0] == ":" and name in text
        )


def faults_of_form(node: Node) -> Iterator[str]:
    """Old words in a new order."""
    text = (node.text or b"").decode()
    parent = node.parent
    if node.type == "spread_element" and parent is not None and parent.type == "object":
        yield "spreading an object is ES2018"
    if node.type == "rest_pattern" and parent is not None and parent.type == "object_pattern":
        yield "the rest of an object is ES2018"
    if node.type == "catch_clause" and node.child_by_field_name("parameter") is None:
        yield "catch without a name is ES2019"
    if node.type == "await_expression" and not inside_a_function(node):
        yield "await outside a function came with Chromium 89"
    if node.type == "for_in_statement" and any(child.type == "await" for child in node.children):
        yield "for await is ES2018"
    if node.type == "new_expression" and text.startswith("new FormData(") and text.count(",") > 0:
        yield "the second argument of FormData came with Chromium 112"


def is_called(name: Node) -> bool:
    called = name.parent if name.type == "property_identifier" else name
    above = called.parent if called is not None else None
    return above is not None and called in (
        above.child_by_field_name("function"), above.child_by_field_name("constructor"),
    )  # fmt: skip


def inside_a_function(node: Node) -> bool:
    above = node.parent
    while above is not None and "function" not in above.type and above.type != "method_definition":
        above = above.parent
    return above is not None


def style_faults(source: str) -> list[str]:
    """What a stylesheet holds that an old browser does not know, with its line."""
    rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    return [f"{line}: {fault}" for line, fault in faults_of_rules(rules)]


def faults_of_rules(rules: list[CssNode]) -> Iterator[tuple[int, str]]:
    for rule in rules:
        line = rule.source_line
        if rule.type == "error":
            yield line, f"the parser does not understand this: {rule.message}"
        elif rule.type == "at-rule":
            asked = tinycss2.serialize(rule.prelude)
            if rule.lower_at_keyword in AT_RULES:
                yield line, f"@{rule.lower_at_keyword} came with Chromium {AT_RULES[rule.lower_at_keyword]}"
            yield from ((line, f"{name} in a media query is too new") for name in MEDIA if name in asked)
            if rule.content is not None and rule.lower_at_keyword in ("media", "supports"):
                yield from faults_of_rules(
                    tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                )
        else:
            chosen = tinycss2.serialize(rule.prelude)
            yield from (
                (line, f"{name} came with Chromium {since}")
                for name, since in SELECTORS.items()
                if name in chosen
            )
            yield from faults_of_block(rule.content)


def faults_of_block(content: list[CssNode]) -> Iterator[tuple[int, str]]:
    for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        line = item.source_line
        if item.type != "declaration":
            yield (
                line,
                "a rule within a rule came with Chromium 112" if item.type != "error" else item.message,
            )
            continue
        if item.lower_name in PROPERTIES:
            yield line, f"{item.lower_name} came with Chromium {PROPERTIES[item.lower_name]}"
        for value in flat(item.value):
            if value.type == "function" and value.lower_name in FUNCTIONS:
                yield line, f"{value.lower_name}() came with Chromium {FUNCTIONS[value.lower_name]}"
            if value.type == "dimension" and value.lower_unit in UNITS:
                yield line, f"the unit {value.lower_unit} came with Chromium 105 or later"
            if value.type == "ident" and value.lower_value in VALUES.get(item.lower_name, ()):
                yield line, f"{item.lower_name}: {value.lower_value} came after Chromium 86"


def flat(values: list[CssNode]) -> Iterator[CssNode]:
    for value in values:
        yield value
        yield from flat(getattr(value, "arguments", None) or getattr(value, "content", None) or [])


def files(ending: str) -> list[Any]:
    return [pytest.param(path, id=path.name) for path in sorted(STATIC.glob(f"*{ending}"))]


@pytest.mark.parametrize("path", files(".js"))
def test_the_script_is_one_that_old_browsers_read(path: Any) -> None:
    assert script_faults(path.read_bytes()) == []


@pytest.mark.parametrize("path", files(".css"))
def test_the_styles_are_ones_that_old_browsers_read(path: Any) -> None:
    assert style_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "a?.b;", "a ?? b;", "a ||= b;", "({ ...a });", "const { a, ...b } = c;", "class A { static { } }", "class A { b = 1 }",
        "class A { #b() { } }", "try { a(); } catch { b(); }", "1n;", "1_000;", "/(?<=a)b/;", "/a/s;", "await a;",
        "async function a() { for await (const b of c) { } }", "a.at(-1);", "a.replaceAll('b', 'c');", "structuredClone(a);",
        "new FormData(a, b);", "document.querySelector('a:has(b)');", "import('a');", "import a from 'b';", "let = ;",
    ],
)  # fmt: skip
def test_a_newer_script_is_told(planted: str) -> None:
    assert script_faults(f"function old(one) {{ return one; }}\n{planted}\n".encode())


@pytest.mark.parametrize(
    "planted",
    [
        "a:has(b) { color: red }", "a:is(b, c) { color: red }", "a { &:hover { color: red } }", "a { b { color: red } }",
        "a { aspect-ratio: 1 }", "a { inset: 0 }", "a { color: oklch(1 0 0) }", "a { width: calc(1dvh + 1px) }",
        "a { overflow: clip }", "a { grid-template-columns: subgrid }", "@layer a { b { color: red } }",
        "@media (width >= 3em) { a { color: red } }", "@media print { a { accent-color: red } }", "a { color red }",
    ],
)  # fmt: skip
def test_a_newer_style_is_told(planted: str) -> None:
    assert style_faults(f"b {{ color: #fff; }}\n{planted}\n")


def test_what_old_browsers_know_is_not_told() -> None:
    script = (
        b"const at = [...one]; at.at = at; "
        b"(async function () { 'use strict'; const a = [1, 2].map((b) => `${b}`); await fetch('c');"
        b" for (const d of a) { d.padStart(2); } })();"
    )
    style = (
        "a:not(:focus-visible)::before { display: grid; gap: 1rem; width: min(1em, 3vw); color: rgba(0, 0, 0, .5); }\n"
        "@media (min-width: 64em) and (prefers-color-scheme: dark) { a { overflow-wrap: anywhere; } }"
    )
    assert (script_faults(script), style_faults(style)) == ([], [])
