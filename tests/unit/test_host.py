"""The real host with its sandbox and plugin processes, driven through plugins that misbehave."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from plugin_hosts import FAULTS, INSTALLED, SHIPPED, host, install, settings, workspace

from disclosure_pipeline.errors import ChannelFault, ConfigError, Fenced, PluginFault
from disclosure_pipeline.hooks.contracts import Case, Event, SourceFile
from disclosure_pipeline.hooks.host import required_detectors
from disclosure_pipeline.hooks.testing import part
from disclosure_pipeline.model.document import Slip
from disclosure_pipeline.model.finding import Verdict
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Action, EffectKey, Entry, Order
from disclosure_pipeline.model.route import Role, Route, Tier
from disclosure_pipeline.settings.models import Settings

SECRET = "张三的低保审批表"
CLEAN = "关于印发春耕补贴方案的通知\n各乡镇人民政府：\n现将方案印发给你们，请遵照执行。\n"
FLOOR = (
    "builtin.secrecy_marking",
    "builtin.secrecy_internal",
    "builtin.resident_id",
    "builtin.mobile",
    "builtin.landline",
    "builtin.bank_card",
    "builtin.email",
    "builtin.online_account",
    "builtin.plate",
    "builtin.identity_paper",
    "builtin.person_name",
    "builtin.address",
    "builtin.birth_date",
    "builtin.circumstances",
    "builtin.lexicon",
    "builtin.credential",
    "builtin.internal_address",
    "builtin.coordinates",
    "builtin.map_number",
    "builtin.contact_list",
    "builtin.small_cells",
    "builtin.paper_form",
    "builtin.hidden_content",
)
DETECTOR_FAULTS = {
    "detector_raises.raises": "detector.raised",
    "detector_hangs.hangs": "detector.timeout",
    "detector_none.silent": "detector.nonsense",
    "detector_offsets.offsets": "detector.nonsense",
    "detector_exits.exits": "detector.raised",
    "detector_dies.dies": "detector.crashed",
    "detector_undeclared.undeclared": "detector.nonsense",
}


def drop(folder: Path, text: str, name: str = "draft.txt") -> SourceFile:
    path = folder / name
    path.write_text(text, "utf-8")
    return SourceFile(0, path, name, sha256="0" * 64)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A host without third-party plugins."""
    place = workspace(tmp_path_factory.mktemp("plain"))
    with host(place, settings()) as made:
        yield made


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A host with misbehaving rules, planners, channels, notifiers and an extractor."""
    place = workspace(tmp_path_factory.mktemp("faulty"))
    allow = install(
        place, *(FAULTS / f"{name}.py" for name in ("core_faults", "channel_faults", "reader", "marks"))
    )
    with host(place, settings(allow)) as made:
        yield made


# ------------------------------------------------------------------ what is there


def test_the_floor_of_required_detectors_cannot_be_shrunk():
    assert required_detectors(Settings()) == FLOOR
    asked = settings(screening={"required_detectors": ["office.names", "builtin.mobile"]})
    assert required_detectors(asked) == (*FLOOR, "office.names")


def test_the_built_ins_are_one_loaded_plugin_and_nothing_required_is_missing(plain):
    builtin, *others = plain.plugins()
    assert {(info.name, info.state) for info in others} == {(name, "disabled") for name in INSTALLED}
    assert (builtin.name, builtin.state, builtin.faults) == ("builtin", "loaded", ())
    assert set(FLOOR) <= set(builtin.provides)
    assert plain.missing_detectors() == ()
    assert set(plain.stages) == {
        f"builtin.{name}" for name in ("extract", "screen", "tag", "route", "freeze")
    }
    assert {name: info.archive for name, info in plain.channels.items()} == {
        "builtin.archive": True, "builtin.register": False, "builtin.search": False, "builtin.site": False,
    }  # fmt: skip
    assert json.loads(json.dumps(builtin.as_json())).keys() == {
        "name",
        "version",
        "state",
        "provides",
        "faults",
    }


def test_channels_not_in_use_can_still_be_called(tmp_path: Path):
    given = settings(publication={"channels": ["builtin.archive"]})
    with host(workspace(tmp_path), given, "cli") as made:
        assert {name: info.in_use for name, info in made.channels.items()} == {
            "builtin.archive": True, "builtin.register": False, "builtin.search": False, "builtin.site": False,
        }  # fmt: skip
        assert made.channel_verify("builtin.site", ()) == ()


# ------------------------------------------------------------------ configuration


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"vehicle_plate": {"colour": "blue"}}, "plugin.vehicle_plate.colour: unknown key"),
        ({"vehicle_plate": {"context": "far"}}, "plugin.vehicle_plate.context"),
        ({"ghost": {}}, "[plugin.ghost]: no such plugin is loaded"),
        ({"builtin": {}}, "[plugin.builtin]: no such plugin is loaded"),
    ],
)
def test_a_wrong_section_refuses_the_start(tmp_path: Path, section: dict, words: str):
    place = workspace(tmp_path)
    allow = install(place, SHIPPED / "vehicle_plate.py")
    with pytest.raises(ConfigError) as caught:
        host(place, settings(allow, plugin=section))
    assert words in caught.value.message


def test_a_section_for_a_plugin_that_is_not_allowed_refuses_the_start(tmp_path: Path):
    place = workspace(tmp_path)
    install(place, SHIPPED / "vehicle_plate.py")
    with pytest.raises(ConfigError):
        host(place, settings((), plugin={"vehicle_plate": {"context": 3}}))


def test_plugins_that_cannot_be_used_are_shown_and_the_rest_goes_on(tmp_path: Path):
    place = workspace(tmp_path)
    names = ("not_importable", "misspelt_hook", "detector_deaf")
    allow = install(place, *(FAULTS / f"{name}.py" for name in names))
    install(place, SHIPPED / "notice_board.py")
    with host(place, settings((*allow, "ghost"))) as made:
        states = {info.name: (info.state, [fault.code for fault in info.faults]) for info in made.plugins()}
        assert next(iter(states)) == "builtin"
        assert states == {
            "builtin": ("loaded", []),
            "not_importable": ("failed", ["plugin.import"]),
            "misspelt_hook": ("failed", ["plugin.hooks"]),
            "detector_deaf": ("failed", ["detector.canary"]),
            "ghost": ("failed", ["plugin.not_found"]),
            "notice_board": ("disabled", []),
            **dict.fromkeys(INSTALLED, ("disabled", [])),
        }
        reading = made.read([drop(tmp_path, CLEAN)])
        assert [(doubt.code, doubt.detector) for doubt in reading.screening.doubts] == [
            ("detector.missing", "detector_deaf.deaf")
        ]
        assert made.fault_counts()["misspelt_hook", "plugin.hooks"] == 1


def test_a_required_third_party_detector_that_is_missing_is_a_doubt_in_every_screening(tmp_path: Path):
    place = workspace(tmp_path)
    given = settings(screening={"required_detectors": ["office.names"]})
    with host(place, given) as made:
        assert made.missing_detectors() == ("office.names",)
        reading = made.read([drop(tmp_path, CLEAN)])
        assert [doubt.detector for doubt in reading.screening.doubts] == ["office.names"]
        screening, _ = made.screen(reading.texts)
        assert screening.verdict is Verdict.UNDETERMINED


# ------------------------------------------------------------------ read and screen


def test_a_clean_draft_is_clear(plain, tmp_path: Path):
    reading = plain.read([drop(tmp_path, CLEAN)])
    assert (reading.screening.verdict, reading.faults, reading.marked) == (Verdict.CLEAR, (), False)
    screening, faults = plain.screen(reading.texts)
    assert (screening, faults) == (reading.screening, ())


def test_a_marked_draft_gives_no_text(plain, tmp_path: Path):
    reading = plain.read([drop(tmp_path, f"机密★10年\n{SECRET}\n")])
    assert (reading.marked, reading.texts) == (True, ())
    assert SECRET not in repr(reading)


def test_a_file_that_nobody_can_read_is_undetermined(plain, tmp_path: Path):
    path = tmp_path / "image.bin"
    path.write_bytes(bytes(range(256)) * 40)
    reading = plain.read([SourceFile(0, path, "image.bin")])
    assert reading.screening.verdict is Verdict.UNDETERMINED
    assert (reading.texts, [fault.code for fault in reading.faults]) == ((), ["file.unknown"])


def test_a_sandbox_that_runs_out_of_time_is_a_doubt_about_every_file(tmp_path: Path):
    place = workspace(tmp_path)
    with host(place, settings(extraction={"timeout": 0.01})) as made:
        made.warm()
        big = drop(tmp_path, CLEAN * 40_000)
        reading = made.read([big, replace(big, position=1)])
    assert [(doubt.code, doubt.position) for doubt in reading.screening.doubts] == [
        ("sandbox.timeout", 0),
        ("sandbox.timeout", 1),
    ]
    assert (reading.texts, reading.marked) == ((), False)
    assert [fault.code for fault in reading.faults] == ["sandbox.timeout"]


def test_every_way_a_detector_can_fail_is_a_named_doubt_and_shows_nothing(tmp_path: Path, capfd):
    place = workspace(tmp_path)
    files = [FAULTS / f"{name.partition('.')[0]}.py" for name in DETECTOR_FAULTS]
    allow = install(place, *files, FAULTS / "detector_prints.py", SHIPPED / "vehicle_plate.py")
    with host(place, settings(allow)) as made:
        made.warm()
        began = time.monotonic()
        reading = made.read([drop(tmp_path, f"{SECRET}，车牌苏A·12345。\n")])
        assert time.monotonic() - began < 5
        again = made.read([drop(tmp_path, "金丝雀\n")])
    assert reading.screening.verdict is Verdict.UNDETERMINED
    assert {fault.plugin: fault.code for fault in reading.faults} == DETECTOR_FAULTS
    assert {doubt.detector for doubt in reading.screening.doubts} == set(DETECTOR_FAULTS)
    others = [item for item in reading.screening.findings if not item.detector.startswith("builtin.")]
    assert [found.detector for found in others] == ["vehicle_plate.plate"]
    assert SECRET not in repr((reading.faults, reading.screening))
    shown = capfd.readouterr()
    assert SECRET not in shown.out + shown.err
    assert len(again.screening.findings) == len(DETECTOR_FAULTS) + 1
    assert again.faults == ()


def test_a_marking_that_only_a_plugin_knows_seals_the_reading(faulty, tmp_path: Path):
    reading = faulty.read([drop(tmp_path, f"内控一号\n{SECRET}\n")])
    assert (reading.marked, reading.texts) == (True, ())
    assert [(found.detector, found.text) for found in reading.screening.findings] == [("marks.marks", None)]


def test_a_third_party_extractor_reads_in_the_sandbox(faulty, tmp_path: Path):
    reading = faulty.read([drop(tmp_path, "MEMO\n春耕补贴，电话13812345678", "note.memo")])
    assert reading.texts[0].text.extractor == "reader.memo"
    assert [found.detector for found in reading.screening.findings] == ["builtin.mobile"]
    assert "reader.memo" in {name for info in faulty.plugins() for name in info.provides}


def test_a_third_party_extractor_cannot_quote_the_document(faulty, tmp_path: Path):
    reading = faulty.read([drop(tmp_path, f"MEMO\n坏{SECRET}", "note.memo")])
    assert [(fault.code, fault.plugin) for fault in reading.faults] == [("extractor.raised", "reader.memo")]
    assert SECRET not in repr(reading)


def test_an_extractor_that_cannot_even_say_its_score_leaves_the_file_to_others(faulty, tmp_path: Path):
    reading = faulty.read([drop(tmp_path, f"RIDDLE\n{SECRET}")])
    assert reading.texts[0].text.extractor == "builtin.txt"
    assert [(fault.code, fault.plugin) for fault in reading.faults] == [("extractor.raised", "reader.memo")]
    assert SECRET not in repr(reading.faults)


# ------------------------------------------------------------------ tag and route

BASE = Route(
    (
        Tier("secrecy", Role.SECRECY, "保密审查"),
        Tier("first", Role.FIRST, "初审", department=True),
        Tier("second", Role.SECOND, "复审"),
        Tier("final", Role.FINAL, "终审", meeting=True, risk=True),
    )
)


def case(title: str) -> Case:
    return Case("2026-000001", "default", "财政局", State.SCREENED, 1, title, Slip(attribute="主动公开"), (), {},
                texts=(part("正文。"),))  # fmt: skip


def test_a_rule_of_a_plugin_gives_its_opinion(faulty):
    opinions, faults = faulty.opinions(case("春耕"))
    assert faults == ()
    assert [opinion.returns for opinion in opinions if opinion.rule == "rule"] == [("请补充成文日期。",)]


@pytest.mark.parametrize(("title", "code"), [("raises", "rule.raised"), ("none", "rule.nonsense")])
def test_a_rule_that_fails_leaves_a_finding_for_a_person(faulty, title: str, code: str):
    opinions, faults = faulty.opinions(case(title))
    assert [(fault.code, fault.plugin) for fault in faults] == [(code, "core_faults.rule")]
    (left,) = [opinion for opinion in opinions if opinion.rule == "core_faults.rule"]
    assert [(found.kind, found.detector) for found in left.findings] == [
        ("check.undetermined", "core_faults.rule")
    ]


def test_a_planner_lengthens_the_route(faulty):
    route, faults = faulty.plan_route(case("春耕"), BASE)
    assert ([tier.name for tier in route.tiers], faults) == (
        ["secrecy", "first", "second", "legal", "final"], (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("drops", "planner.nonsense"),
        ("reorders", "planner.nonsense"),
        ("weakens", "planner.nonsense"),
        ("forgets", "planner.nonsense"),
        ("raises", "planner.raised"),
    ],
)
def test_a_planner_that_loses_a_tier_is_a_fault_and_not_obeyed(faulty, title: str, code: str):
    route, faults = faulty.plan_route(case(title), BASE)
    assert [tier.name for tier in route.tiers] == ["secrecy", "first", "second", "final"]
    assert route.tiers[-1].meeting and route.tiers[-1].risk
    assert [(fault.code, fault.plugin) for fault in faults] == [(code, "core_faults.planner")]


def test_a_stage_that_is_not_there_is_a_fault(plain):
    outcome = plain.run_stage("skip_review", case("春耕"), None)
    assert (outcome.code, outcome.plugin) == ("stage.missing", "builtin.skip_review")


# ------------------------------------------------------------------ publish and tell


def order(title: str, attribute: str = "proactive", channel: str = "channel_faults.faulty") -> Order:
    entry = Entry(
        "2026-000001", 1, title, "MB0000000/2026-00001", attribute, "default", "示范县", "财政局", "示范县",
        summary=SECRET,
    )  # fmt: skip
    return Order(EffectKey("2026-000001", 1, channel, Action.PUBLISH, 0), entry, "2026-03-20T01:00:00Z")


def test_a_good_receipt_names_the_channel_in_full(faulty):
    receipt = faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("good"))
    assert (receipt.channel, receipt.address) == ("channel_faults.faulty", "here")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("raises", "channel.raised"),
        ("hangs", "channel.timeout"),
        ("nonsense", "channel.nonsense"),
        ("none", "channel.nonsense"),
        ("wrong key", "channel.nonsense"),
    ],
)
def test_a_channel_that_misbehaves_is_a_named_fault(faulty, title: str, code: str):
    before = faulty.fault_counts().get(("channel_faults.faulty", code), 0)
    with pytest.raises(PluginFault) as caught:
        faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order(title))
    assert caught.value.code == code
    assert SECRET not in repr(caught.value.as_json())
    assert faulty.fault_counts()["channel_faults.faulty", code] == before + 1
    assert faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("good")).address == "here"


def test_a_channel_says_later_or_too_late_in_the_product_s_words(faulty):
    with pytest.raises(ChannelFault) as caught:
        faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("fault"))
    assert (caught.value.code, SECRET in caught.value.message) == ("channel.fault", False)
    with pytest.raises(ChannelFault) as caught:
        faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("uncertain"))
    assert (caught.value.code, SECRET in repr(caught.value.as_json())) == ("channel.uncertain", False)
    with pytest.raises(ChannelFault) as caught:
        faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("odd code"))
    assert (caught.value.code, SECRET in repr(caught.value.as_json())) == ("channel.fault", False)
    with pytest.raises(Fenced):
        faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("fenced"))


@pytest.mark.parametrize("attribute", ["on_request", "exempt", ""])
def test_a_public_channel_is_never_asked_to_publish_what_is_not_public(faulty, attribute: str):
    with pytest.raises(PluginFault) as caught:
        faulty.channel_call("channel_faults.faulty", Action.PUBLISH, order("good", attribute))
    assert caught.value.code == "channel.attribute"


def test_a_channel_that_is_not_there_is_a_fault(faulty):
    with pytest.raises(PluginFault) as caught:
        faulty.channel_call("ghost.channel", Action.PUBLISH, order("good", channel="ghost.channel"))
    assert caught.value.code == "channel.missing"


def test_what_a_channel_says_it_holds_is_checked(faulty):
    with pytest.raises(PluginFault) as caught:
        faulty.channel_verify("channel_faults.faulty", ["2026-000001"])
    assert caught.value.code == "channel.nonsense"


def test_a_messenger_that_fails_is_a_fault_and_the_others_deliver(faulty, tmp_path: Path):
    letter = {"key": "2026-000001/receipt/1", "kind": "receipt", "at": "2026-03-20T01:00:00Z", "parts": []}
    good = {**letter, "folder": str(tmp_path), "case": "2026-000001"}
    assert faulty.notify(Event("receive", "2026-000001", "default", "财政局"), good) == ()
    assert len(list(tmp_path.glob("*收件回执.html"))) == 1
    faults = faulty.notify(
        Event("x", "2026-000001", "default", "财政局"), {**good, "kind": "raises", "title": SECRET}
    )
    assert {fault.plugin: fault.code for fault in faults} == {
        "builtin.outbox": "letter.unknown",
        "core_faults.messenger": "notifier.raised",
    }
    assert SECRET not in repr(faults)


def test_a_listener_that_fails_is_recorded_and_nothing_else(faulty):
    faulty.emit(Event("receive", "2026-000001", "default", "财政局"))
    assert ("core_faults", "plugin.raised") not in faulty.fault_counts()
    faulty.emit(Event("raises", "2026-000001", "default", "财政局"))
    assert faulty.fault_counts()["core_faults", "plugin.raised"] == 1


def test_a_job_of_a_plugin_runs_without_the_core(faulty):
    assert faulty.jobs["core_faults.chore"].every == 60
    assert faulty.run_job("core_faults.chore", object()) == {"without_core": 1}
