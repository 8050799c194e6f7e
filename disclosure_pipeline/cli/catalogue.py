"""Every command of `disclosure`, by name, with the module that holds it.

The table is all that `disclosure --help` needs: a module of commands is imported when one of its
commands runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command is, and what it does in one line.

    Args:
        module: module of this package.
        attribute: name of the command in it.
        summary: first line of its help, for people at the offices.
    """

    module: str
    attribute: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "init": Entry("setup", "init", "新建工作区：配置、数据、各部门投递文件夹和首位管理员"),
    "demo": Entry("demo", "demo", "用样例文稿演示全过程"),
    "run": Entry("daemon", "run", "运行守护进程：监视投递文件夹、办理、定时任务、健康检查"),
    "work": Entry("daemon", "work", "只运行办理进程（多台主机，PostgreSQL）"),
    "submit": Entry("submit", "submit", "投递文件或文件夹，不经过投递文件夹"),
    "list": Entry("look", "listing", "列出收件及其状态"),
    "show": Entry("look", "show", "查看一件收件"),
    "history": Entry("look", "history", "查看一件收件的办理经过（审计日志）"),
    "findings": Entry("look", "findings", "查看一件收件当前版本的疑点"),
    "decide": Entry("decide", "decide", "对一个版本作出决定：同意、退回、不予公开、报审会签、登记答复"),
    "clear": Entry("settle", "clear", "处理疑点（保密审查员）"),
    "take-back": Entry("settle", "take_back", "撤件：首个环节签署之前由经办人撤回"),
    "retry": Entry("settle", "retry", "重新办理“待处理”的收件，或重试发布失败的渠道"),
    "quarantine": Entry("quarantine", "quarantine", "隔离区：列出、解除、确认涉密"),
    "withdraw": Entry("recalling", "withdraw", "撤回：从所有渠道撤下已发布的文件"),
    "replace": Entry("recalling", "replace", "更正：以另一件文件替换已发布的文件"),
    "repeal": Entry("recalling", "repeal", "废止：保留页面，标明已废止"),
    "relate": Entry("recalling", "relate", "关联：登记澄清、解读或废止关系"),
    "incident": Entry("recalling", "incident", "事件报告：曾在何处、多久、谁审签、谁撤下"),
    "catalogue": Entry("entries", "catalogue", "目录：导入已有目录，登记索引号，指定公开事项"),
    "archive": Entry("archive", "archive", "档案：核对归档包，移交清单及其签收"),
    "lexicon": Entry("lexicon", "lexicon", "规则和词库：列出、试用、提出变更、重放、批准"),
    "rescreen": Entry("rescreen", "rescreen", "按现行规则在后台重新筛查已存档的文字"),
    "clock": Entry("clock", "clock", "时限：查看推算过程、延长"),
    "review-attributes": Entry("reviews", "review_attributes", "公开属性定期审查：查看、开启、办结"),
    "backup": Entry("safety", "backup", "备份数据库和原件库（不含隔离区）"),
    "restore": Entry("safety", "restore", "从备份恢复；恢复后暂停发布，直到核对渠道"),
    "extract": Entry("screening", "extract", "提取文件的全部文字及其位置，不留存"),
    "screen": Entry("screening", "screen", "筛查文件或文字，不留存"),
    "clean": Entry("copies", "clean", "生成清洁副本：只留页面上可见的内容（docx、xlsx、pptx）"),
    "annotate": Entry("copies", "annotate", "生成带批注的副本：在每处问题上加批注（docx）"),
    "plugins": Entry("plugins", "plugins", "列出插件及其状态"),
    "channel": Entry("channels", "channel", "发布渠道：列出、核对、重试、放弃、人工事项"),
    "audit": Entry("audit", "audit", "审计日志：验证、导出"),
    "user": Entry("users", "user", "人员：增加、换发令牌和密码、停用、代理（AB角）、列出"),
    "config": Entry("configuration", "config", "配置：检查"),
    "doctor": Entry("doctor", "doctor", "自检：配置、文件夹、磁盘、数据库、插件、日历、积压"),
}
"""Commands in the order in which the help lists them."""
