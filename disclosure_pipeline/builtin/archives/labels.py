"""Chinese names of stored codes, for the sheets that archivists read."""

from __future__ import annotations

from collections.abc import Mapping

from disclosure_pipeline.builtin.rendering import beijing_time
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.judgement import RiskLevel

ATTRIBUTES = {attribute.value: attribute.chinese for attribute in Attribute}
SETTLEMENTS = {"accept": "认可", "dismiss": "排除", "redact": "删除后公开"}
RULINGS = {"public": "公开", "kept": "不公开", "open": "已撤销判定"}
VERBS = {
    "approve": "同意", "return": "退回", "withhold": "不予公开", "refer": "报审",
    "answer": "答复", "clear": "处理疑点", "withdraw": "撤回",
}  # fmt: skip
TIER_STATES = {"open": "待签", "approved": "已签", "returned": "已退回", "void": "已作废"}
SEVERITIES = {"block": "必须处理", "review": "需核对", "info": "提示"}
REFERRALS = {"special_approval": "专项审批", "countersign": "会签", "report_up": "报审"}
RISKS = {level.value: level.chinese for level in RiskLevel}
OUTCOMES = {"agree": "同意", "refuse": "不同意"}
FINDING_KINDS = {
    "secrecy.marking": "国家秘密标志", "secrecy.internal": "内部资料标志", "secrecy.term": "涉密词语",
    "privacy.resident_id": "居民身份证号", "privacy.mobile": "手机号码", "privacy.landline": "固定电话",
    "privacy.bank_card": "银行卡号", "privacy.email": "电子邮箱", "privacy.passport": "护照号码",
    "privacy.address": "住址", "privacy.plate": "车牌号", "privacy.person_name": "姓名",
    "privacy.birth_date": "出生日期", "privacy.health": "健康信息", "privacy.minor": "未成年人信息",
    "commercial.secret": "商业秘密", "process.information": "过程性信息",
    "internal.affairs": "内部事务信息", "enforcement.case": "执法案卷信息",
    "special.statistics": "统计数据", "special.epidemic": "传染病疫情",
    "special.animal_epidemic": "动物疫情", "special.geography": "重要地理信息数据",
    "special.agriculture": "农产品质量", "special.trade": "对外贸易信息",
    "infrastructure.secret": "关键设施信息", "security.credential": "口令密钥",
    "hidden.content": "隐藏内容", "attribute.contradiction": "公开属性矛盾",
    "check.undetermined": "未能自动核查", "format.issue_permitted": "正式件允许的差异",
    "format.issue_difference": "正式件与审定稿不一致", "format.scan_difference": "扫描件与电子稿不一致",
}  # fmt: skip


def label(names: Mapping[str, str], code: object) -> str:
    """The Chinese name of a code; a code without one is shown as it is."""
    return names.get(str(code), str(code)) if code else ""


def local_time(instant: object) -> str:
    """A UTC instant in office time; an empty value gives an empty text."""
    return beijing_time(str(instant)) if instant else ""
