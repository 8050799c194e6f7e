"""`disclosure plugins`: what is loaded, what failed, what is there but not allowed."""

from __future__ import annotations

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.reading import whole_host
from disclosure_pipeline.cli.session import Session, command

_STATES = {"loaded": "已加载", "degraded": "部分可用", "failed": "失败", "disabled": "未启用"}


@command("plugins")
def plugins(session: Session) -> None:
    """Plugins with version, state, the ids they provide and their faults; needs no store."""
    with whole_host(session) as host:
        found = [info.as_json() for info in host.plugins()]
        missing = host.missing_detectors()
    if session.as_json:
        output.print_json(found)
        return
    output.table(
        ("插件", "版本", "状态", "提供", "故障"),
        [
            (
                item["name"],
                item["version"],
                _STATES[item["state"]],
                len(item["provides"]),
                len(item["faults"]),
            )
            for item in found
        ],
    )
    for item in found:
        for fault in item["faults"]:
            output.say(f"{item['name']}：[{fault['code']}] {fault['message']}")
    if missing:
        output.say("必备检测器缺失：" + "、".join(missing))
