"""The command `disclosure demo`, and how it tells what happened."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.session import DATA, Session, command

FOLDER = Path("var-demo")
"""Default folder, below the current one."""

UNEXPECTED = 1
"""Exit status when an expectation did not hold."""

_LONGEST_NAME = 30
_FAMILIES = {
    "secrecy": "涉密标志",
    "privacy": "个人信息",
    "commercial": "商业秘密",
    "process": "过程性信息",
    "internal": "内部事务",
    "enforcement": "执法案卷",
    "special": "专项审批事项",
    "infrastructure": "关键设施",
    "security": "口令密钥",
    "hidden": "隐藏内容",
    "attribute": "属性矛盾",
    "check": "未能自动核查",
    "format": "格式",
}


@command("demo")
@click.option("--dir", "folder", metavar="DIR", type=click.Path(path_type=Path), default=FOLDER, show_default=True,
              help="演示用的文件夹；先前演示留下的会被替换，其他内容不会被改动。")  # fmt: skip
@click.option("--serve", is_flag=True, help="演示后保持运行，按 Ctrl-C 结束。")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=0, help="监听端口；0 为任意空闲端口。"
)
def demo(session: Session, *, folder: Path, serve: bool, port: int) -> int:
    """Make a workspace, drop the samples, let the sample officers decide, publish, and check all of it.

    Everything lies in DIR; --config and --data are not used. Exits with 0 only when every document
    went the way that its expectation file says.
    """
    from disclosure_pipeline.cli.demo import office as offices
    from disclosure_pipeline.cli.demo.checks import outcome
    from disclosure_pipeline.cli.demo.samples import load_officers, load_samples
    from disclosure_pipeline.cli.demo.walk import Demo
    from disclosure_pipeline.settings.resources import share

    begin = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    samples = share("samples")
    officers = load_officers(samples)
    offices.fresh_folder(folder)
    output.progress(f"演示文件夹：{folder}/")
    office = offices.Office(folder)
    office.make(officers)
    daemon = offices.DaemonProcess(office.workspace, port)
    try:
        daemon.start()
        output.progress(f"守护进程已启动：{daemon.address}")
        walking = Demo(office, officers, load_samples(samples), scans=samples, tell=output.progress)
        walking.drop()
        walking.review()
        cases = [outcome(office, walk) for walk in walking.walks]
        told = _told(folder, daemon.address, cases, time.monotonic() - begin)
        if serve:
            told["passwords"] = office.passwords
        output.print_json(told) if session.as_json else _print(told, serve=serve)
        if serve:
            daemon.wait()
    except KeyboardInterrupt:
        if not serve:
            raise
    finally:
        daemon.stop()
    return 0 if told["ok"] else UNEXPECTED


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _told(folder: Path, address: str, cases: Sequence[Mapping[str, Any]], seconds: float) -> dict[str, Any]:
    """The answer under ``--json``.

    ``ok`` whether every expectation held; ``cases`` as :func:`~.checks.outcome` gives them; ``address`` of
    the daemon while it runs; the folders are absolute paths.
    """
    data = folder.absolute() / DATA
    return {
        "ok": not any(case["problems"] for case in cases),
        "seconds": round(seconds, 1),
        "folder": str(folder.absolute()),
        "address": address,
        "site": str(data / "site"),
        "notice_board": str(data / "plugins" / "notice_board" / "board.json"),
        "outbox": str(data / "outbox"),
        "register": str(data / "register"),
        "archive": str(data / "archive"),
        "cases": list(cases),
    }


def _print(told: Mapping[str, Any], *, serve: bool) -> None:
    from disclosure_pipeline.cli.demo.walk import ending

    output.say("")
    output.table(
        ("收件号", "投递", "发现", "结果", "公开地址"),
        [
            (
                case["id"], _shortened(case["draft"]), _found(case["found"]),
                ending(case["state"] or "") + ("  ← 与预期不符" if case["problems"] else ""), case["address"],
            )
            for case in told["cases"]
        ],
    )  # fmt: skip
    for case in told["cases"]:
        for problem in case["problems"]:
            output.say(f"{case['sample']}: {problem}")
    _print_places(told, serve=serve)


def _print_places(told: Mapping[str, Any], *, serve: bool) -> None:
    address = told["address"]
    if serve:
        output.say(f"\n网站      {address}/site/")
        output.say(f"检索      {address}/search")
        output.say(f"审查台    {address}/console/")
        for name, password in told["passwords"].items():
            output.say(f"          {name}  初始密码 {password}")
        output.say(f"运行状态  {address}/healthz  {address}/readyz  {address}/metrics")
    else:
        output.say(f"\n网站      {told['site']}/index.html（用 disclosure demo --serve 在浏览器中查看）")
    output.say(f"公告屏    {told['notice_board']}")
    output.say(f"回执      {told['outbox']}/<部门>/")
    output.say(f"登记簿    {told['register']}/register.csv")
    output.say(f"档案      {told['archive']}/")
    held = sum(not case["problems"] for case in told["cases"])
    output.say(f"\n{held} / {len(told['cases'])} 件与预期一致，用时 {told['seconds']} 秒。")
    if serve:
        output.say("保持运行中，按 Ctrl-C 结束。")


def _found(found: Mapping[str, int]) -> str:
    """Findings by family, e.g. ``个人信息 9``."""
    families: dict[str, int] = {}
    for kind, number in found.items():
        name = _FAMILIES[kind.partition(".")[0]]
        families[name] = families.get(name, 0) + number
    return "、".join(f"{name} {number}" for name, number in families.items())


def _shortened(draft: str) -> str:
    name = draft.rpartition("/")[2]
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
