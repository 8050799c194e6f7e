"""运维: what keeps the office running, what has failed, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping

from disclosure_pipeline.console import units
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import alarms, cancelling, mending, operations

ALARMS: Mapping[str, tuple[str, str]] = {
    "workers": (
        _("没有工作进程在运行，收件、筛查和发布都停着。"),
        _("在服务器上启动服务 disclosure run；已在运行的，查看其日志。"),
    ),
    "worker_silent": (
        _("%(n)s 个工作进程没有按时报到。"),
        _("其工作会自动转给其他进程。反复出现的，查看日志和内存。"),
    ),
    "detectors": (
        _("缺少必需的检测器：%(names)s。所有文件都不能判定为可公开。"),
        _("打开“插件”页查看故障原因，修复后重新启动服务。"),
    ),
    "held": (
        _("从备份恢复后，对外发布处于暂停状态。"),
        _("运行 disclosure channel verify 核对各渠道的实际内容，核对后自动恢复。"),
    ),
    "disk": (
        _("磁盘只剩 %(n)s GiB，随时可能停止收件和签署。"),
        _("立即清理磁盘或扩容。"),
    ),
    "disk_soon": (_("磁盘剩余 %(n)s GiB。"), _("尽快清理磁盘或扩容。")),
    "incidents": (
        _("%(n)s 起事件待保密审查员处置：新规则在已公开的文件中有发现。"),
        _("请保密审查员逐件核对：撤回，或写明理由保留（disclosure rescreen --keep）。"),
    ),
    "late": (
        _("队列“%(names)s”中最早的工作已等待 %(n)s 分钟。"),
        _("确认工作进程在运行；进程正常而仍在积压的，增加 [engine] workers。"),
    ),
    "attention": (
        _("%(n)s 件文件需人工处理。"),
        _("见下面的“需人工处理的文件”，按每件的提示重试，或者退回部门。"),
    ),
    "stuck": (
        _("%(n)s 项发布失败或待核实。"),
        _("见下面的“失败的发布”：先修复渠道，再重试；无法修复的，写明理由放弃该渠道。"),
    ),
    "dead": (
        _("引擎放弃了 %(n)s 项工作。"),
        _("见下面的“引擎放弃的工作”，由系统管理员重试；已无须办理的，清除。"),
    ),
    "letters": (
        _("%(n)s 封回执或通知尚未送达部门文件夹。"),
        _("稍候仍不减少的，检查共享文件夹是否连接、是否可写。"),
    ),
    "calendar": (
        _("%(n)s 年的放假安排尚未载入，该年的期限均为暂定。"),
        _("把国务院办公厅公布的放假安排写入 config/calendars/，再重新载入配置。"),
    ),
    "backup_none": (_("还没有做过备份。"), _("运行 disclosure backup，并把备份存放到另一台机器。")),
    "backup_old": (_("上次备份是 %(n)s 天以前。"), _("运行 disclosure backup，并安排定时备份。")),
    "proposed": (
        _("%(n)s 项词库或规则变更待另一人复核。"),
        _("请另一名有权人员复核：disclosure lexicon list。"),
    ),
    "rescreening": (_("正在按新规则重新筛查全部文件。"), _("无须处理；完成前请勿关机。")),
}
"""What each alarm says, and what is to be done."""

CURES: Mapping[str, str] = {
    "extract": _(
        "文件不能完整读取。请部门提供能打开的文件（去掉密码、另存为新格式）后重交，或在补齐读取程序后重试。"
    ),
    "file": _("文件损坏、为空或不是所称的格式。请部门提供能打开的文件后重交。"),
    "sandbox": _("读取程序中断或超时。可重试一次；仍不行的，请部门提供另一种格式的文件。"),
    "taken_over": _("办理本件的工作进程多次中断。查看日志后重试，或者退回部门。"),
    "freeze": _("公开件复核没有通过。重试将从头审查；内容确有问题的，退回部门。"),
    "detector": _("检测器没有给出结果。打开“插件”页查看，修复后重试。"),
    "screen": _("筛查没有结论。打开“插件”页查看，修复后重试。"),
    "plugin": _("插件出错。打开“插件”页查看，修复或停用后重试。"),
    "recogniser": _("文字识别程序没有给出结果。检查识别程序后重试。"),
    "office": _("没有可用的 LibreOffice，旧格式文件不能转换。安装后重试，或请部门另存为新格式。"),
    "channel": _("渠道没有完成发布，系统会自动再试。先修复渠道，再点“重试”。"),
    "rules": _("发布前规则已有更新，重新筛查完成后自动继续。"),
    "incident": _("新规则在本件中有发现，等待保密审查员处置。"),
    "rescreen": _("新规则在本件中有发现，等待保密审查员处置。"),
    "vault": _("存储的文件已损坏。不要重试，先从备份核对并恢复。"),
    "disk": _("磁盘已满。清理后重试。"),
    "route": _("审批链配置有误。运行 disclosure config check，改正后重试。"),
}
"""What to do about a fault, by the first word of its code."""


def page(ask: Ask) -> Answer:
    """The board: what is wrong first, then queues, failed work, channels, workers and the rest."""
    unit = units.chosen(ask, operations.READERS)
    board = operations.board(ask.core, ask.me.person, unit.code)
    values = {
        "unit": unit,
        "units": units.mine(ask, operations.READERS),
        "longest": operations.SHOWN,
        "board": board,
        "alarms": alarms.alarms(board, today_in_shanghai()),
        "said_of": ALARMS,
        "cures": CURES,
        "admin": ask.me.person.holds(Role.ADMIN, unit.code),
        "stale": alarms.STALE,
    }
    return Page("operations.html", values)


def plugins(ask: Ask) -> Answer:
    """The plugins as this process has loaded them, those with faults first."""
    unit = units.chosen(ask, operations.READERS)
    found = operations.plugins(ask.core, ask.me.person, unit.code)
    rows = sorted(found, key=lambda item: (item.state in ("loaded", "disabled"), item.name))
    return Page("plugins.html", {"unit": unit, "plugins": rows, "cures": CURES})


def retry(ask: Ask) -> Answer:
    """Try a document, or one channel of it, again."""
    case, channel = ask.form.get("case"), ask.form.get("channel")
    if channel:
        said = "retried" if mending.retry_publication(ask.core, ask.me.person, case, channel) else "not-stuck"
    else:
        mending.retry_document(ask.core, ask.me.person, case)
        said = "retried"
    return _back(ask, said)


def cancel(ask: Ask) -> Answer:
    """Give one channel of a document up."""
    cancelling.cancel(
        ask.core, ask.form.get("case"), ask.form.get("channel"), by=ask.name, reason=ask.form.get("reason")
    )
    return _back(ask, "given-up")


def engine(ask: Ask) -> Answer:
    """Let the engine look again at what it has given up, or forget it."""
    unit = units.chosen(ask, (Role.ADMIN,)).code
    act, said = (mending.drop, "dropped") if ask.form.get("do") == "drop" else (mending.revive, "retried")
    act(ask.core, ask.me.person, unit, ask.form.get("key"))
    return _back(ask, said)


def _back(ask: Ask, said: str) -> Redirect:
    return Redirect("/operations", said, {"unit": ask.form.get("unit")})
