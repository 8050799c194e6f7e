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
    "deviations": (
        _("渠道中的 %(n)s 处内容与回执不符：缺失、被改动或多出。"),
        _("见下面的“渠道内容不符”：先查明是谁改动，再对该渠道点“重试”恢复；多出的内容从渠道中删除。"),
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
    "config": _("配置有误。运行 disclosure config check，改正后重新启动服务。"),
    "clean": _("公开件没有清理干净（对象、图片、公式等）。退回部门，请其去掉或另存后重交。"),
    "public": _("公开件中仍有应遮盖的内容，或者缺少应公开的文字。重试将从头审查；仍不行的，退回部门。"),
    "slip": _("拟稿单不能读取。请部门改用本系统的模板填写后重交。"),
    "stage": _("处理环节没有给出可用的结果。打开“插件”页查看，修复后重试。"),
    "tag": _("没有得出公开属性。请部门在拟稿单上写明属性后重交。"),
    "attribute": _("渠道不接收这种公开属性的文件。核对渠道的配置后重试，或者放弃该渠道。"),
    "profile": _("公示口径已过有效期。请管理员更新规则后重试。"),
    "text": _("文字没有读出或已不完整。请部门提供能打开的文件后重交。"),
    "page": _("页面内容不能完整读取。请部门提供文字清楚的文件后重交。"),
    "submission": _("提交的文件中没有可审查的内容。请部门重交。"),
    "name": _("文件名须由人核对。看过文件后重试或退回。"),
    "collator": _("汇总检测结果时出错。打开“插件”页查看，修复后重试。"),
    "store": _("数据库不可读写。检查磁盘、权限和数据库后重试。"),
    "spool": _("暂存区不可读写，或者与记录不符。检查磁盘和权限后重试；文件不在的，请部门重交。"),
    "archive": _("归档位置中已有不同的内容，或者归档包损坏。不要覆盖，先核对归档和备份。"),
    "record": _("渠道上的登记已损坏。先用 disclosure channel verify 核对，修复后重试。"),
    "artefact": _("公开件与签署时的不一致，或者缺少文件。不要重试，先从备份核对。"),
    "order": _("发布指令与签署的内容不一致。重试将重新生成；仍不行的，查看日志。"),
    "site": _("网站渠道的设置有误。检查设置，改正后重试。"),
    "template": _("网站模板有误。改正模板后重试。"),
    "listing": _("公开目录页不能读写。检查网站文件夹和模板，修复后重试。"),
    "register": _("登记信息缺少必需的项目。补齐属性依据后重试。"),
    "search": _(
        "公开检索的索引已损坏。停止服务，删除 var/search，用 disclosure channel fill 补发后重新启动。"
    ),
    "outbox": _("发件箱文件夹不可用。检查文件夹和权限后重试。"),
    "copy": _("副本没有写成。检查目标位置的空间和权限后重试。"),
    "lexicon": _("词库不能载入。检查词库文件和最近的修改，改正后重新启动服务。"),
    "names": _("姓名识别所需的数据不能载入。重新安装后启动服务。"),
    "rule": _("规则文件有误。运行 disclosure config check，改正后重新启动服务。"),
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
    wanted = ask.form.act(("revive", "drop"))
    act, said = (mending.drop, "dropped") if wanted == "drop" else (mending.revive, "retried")
    act(ask.core, ask.me.person, unit, ask.form.get("key"))
    return _back(ask, said)


def _back(ask: Ask, said: str) -> Redirect:
    return Redirect("/operations", said, {"unit": ask.form.get("unit")})
