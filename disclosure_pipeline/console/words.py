"""What codes are called on a page; the codes themselves are what is stored."""

from __future__ import annotations

from collections.abc import Mapping

from disclosure_pipeline.console import trail_words
from disclosure_pipeline.console.languages import mark as _
from disclosure_pipeline.model.document import Attribute, PartRole
from disclosure_pipeline.model.finding import DIFFERS, PERMITTED, Settlement, Severity, Treatment
from disclosure_pipeline.model.judgement import RiskLevel
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.pictures import Outlook, Ruling
from disclosure_pipeline.model.publication import PublicationState
from disclosure_pipeline.model.route import Desk, Role, TierState, Verb
from disclosure_pipeline.pipeline.core import INTAKE, PUBLISH, RESCREEN
from disclosure_pipeline.pipeline.department_view import Happened
from disclosure_pipeline.pipeline.staff import Access

ROLES: Mapping[str, str] = {
    Role.CLERK: _("部门经办人"),
    Role.FIRST: _("初审"),
    Role.SECRECY: _("保密审查"),
    Role.SECOND: _("复审"),
    Role.FINAL: _("终审"),
    Role.OFFICE: _("政务公开办"),
    Role.ADMIN: _("系统管理员"),
}

STATES: Mapping[str, str] = {
    State.RECEIVED: _("已收件"),
    State.EXTRACTED: _("已提取文本"),
    State.SCREENED: _("已筛查"),
    State.TAGGED: _("已定属性"),
    State.IN_REVIEW: _("审查中"),
    State.APPROVED: _("已审定"),
    State.AWAITING_ISSUE: _("待正式件"),
    State.PUBLISHING: _("发布中"),
    State.PUBLISHED: _("已发布"),
    State.WITHDRAWING: _("撤回中"),
    State.WITHDRAWN: _("已撤回"),
    State.SUPERSEDED: _("已被更正"),
    State.QUARANTINED: _("已隔离"),
    State.DESTROYED: _("已销毁"),
    State.ATTENTION: _("需人工处理"),
    State.RETURNED: _("已退回"),
    State.REFERRED: _("报审中"),
    State.WITHHELD: _("不予公开"),
    State.ON_REQUEST: _("依申请公开"),
    State.DUPLICATE: _("重复件"),
}

TIER_STATES: Mapping[str, str] = {
    TierState.OPEN: _("待签"),
    TierState.APPROVED: _("同意"),
    TierState.RETURNED: _("退回"),
    TierState.VOID: _("作废"),
}

VERBS: Mapping[str, str] = {
    Verb.APPROVE: _("同意"),
    Verb.RETURN: _("退回"),
    Verb.WITHHOLD: _("不予公开"),
    Verb.REFER: _("报审"),
    Verb.ANSWER: _("登记答复"),
}

ATTRIBUTES: Mapping[str, str] = {
    Attribute.PROACTIVE: _("主动公开"),
    Attribute.ON_REQUEST: _("依申请公开"),
    Attribute.EXEMPT: _("不予公开"),
}

SEVERITIES: Mapping[str, str] = {
    Severity.BLOCK: _("必须处理"),
    Severity.REVIEW: _("须核对"),
    Severity.INFO: _("提示"),
}

SETTLEMENTS: Mapping[str, str] = {
    Settlement.ACCEPT: _("确认可公开"),
    Settlement.DISMISS: _("排除误报"),
    Settlement.REDACT: _("遮盖"),
}

TREATMENTS: Mapping[str, str] = {
    Treatment.REMOVE: _("遮盖（删除）"),
    Treatment.MASK: _("掩码"),
    Treatment.COLUMN: _("整列删除"),
}

PART_ROLES: Mapping[str, str] = {
    PartRole.MAIN: _("正文"),
    PartRole.ATTACHMENT: _("附件"),
    PartRole.SLIP: _("拟稿单"),
    PartRole.INTERNAL: _("内部材料"),
}

PLACES: Mapping[str, str] = {
    Desk.QUARANTINE: _("隔离待处置"),
    Desk.ATTENTION: _("需人工处理"),
    Desk.REFERRED: _("报审待答复"),
    Desk.AWAITING_ISSUE: _("待正式件"),
    Desk.RETURNED: _("退回待修改"),
}

URGENCIES: Mapping[str, str] = {"0": _("特急"), "1": _("加急"), "2": _("普通")}

KINDS: Mapping[str, str] = {
    "secrecy.marking": _("密级标志"),
    "secrecy.internal": _("工作秘密、内部标识"),
    "secrecy.term": _("涉密敏感词"),
    "privacy.resident_id": _("公民身份号码"),
    "privacy.mobile": _("手机号码"),
    "privacy.landline": _("固定电话"),
    "privacy.bank_card": _("银行卡号"),
    "privacy.email": _("电子邮箱"),
    "privacy.passport": _("护照及出入境证件"),
    "privacy.address": _("住址"),
    "privacy.plate": _("车牌号"),
    "privacy.person_name": _("姓名"),
    "privacy.birth_date": _("出生日期"),
    "privacy.health": _("健康与残疾信息"),
    "privacy.minor": _("未成年人信息"),
    "commercial.secret": _("商业秘密"),
    "process.information": _("过程性信息"),
    "internal.affairs": _("内部事务信息"),
    "enforcement.case": _("行政执法案卷"),
    "special.statistics": _("统计数据"),
    "special.epidemic": _("传染病疫情"),
    "special.animal_epidemic": _("动物疫情"),
    "special.geography": _("地理信息"),
    "special.agriculture": _("农产品质量安全"),
    "special.trade": _("对外贸易信息"),
    "infrastructure.secret": _("关键信息基础设施"),
    "security.credential": _("口令与密钥"),
    "hidden.content": _("隐藏内容"),
    "attribute.contradiction": _("属性矛盾"),
    "check.undetermined": _("未能判定"),
}

FORMATS: Mapping[str, str] = {
    PERMITTED: _("正式件允许的差异"),
    DIFFERS: _("正式件与审定稿不一致"),
    "format.scan_difference": _("扫描件与电子稿不一致"),
}
"""Kinds of findings beyond the namespace."""

RISKS: Mapping[str, str] = {RiskLevel.LOW: _("低"), RiskLevel.MEDIUM: _("中"), RiskLevel.HIGH: _("高")}

PICTURES: Mapping[str, str] = {
    Outlook.WORDS: _("随文公开"),
    Outlook.RELEASED: _("随文公开（已判定）"),
    Outlook.KEPT: _("不公开（已判定）"),
    Outlook.UNRULED: _("不公开（未判定）"),
    Outlook.STRUCK: _("不能公开"),
    Outlook.BOXED: _("不能公开"),
    Outlook.DOUBTFUL: _("不能公开"),
    Outlook.HIDING: _("不能公开"),
    Outlook.TEXT: _("不能公开"),
}
"""What becomes of a picture."""

WHY_PICTURES: Mapping[str, str] = {
    Outlook.WORDS: _("图中文字已识别并随正文审查。"),
    Outlook.RELEASED: _("图中没有识别出文字，由保密审查员判定公开。"),
    Outlook.KEPT: _("图中没有识别出文字，由保密审查员判定不公开。"),
    Outlook.UNRULED: _("图中没有识别出文字，系统无从判断。判定公开的才随文公开，不判定即不公开。"),
    Outlook.STRUCK: _("图中有遮盖的内容，整幅不公开。"),
    Outlook.BOXED: _("本文件画有遮盖框，其中的图片都不公开。"),
    Outlook.DOUBTFUL: _("图片的识别结果不能确定，不公开。"),
    Outlook.HIDING: _("图片的像素中藏有看不见的文字，不公开。"),
    Outlook.TEXT: _("本文件是扫描件，图中文字已作为正文公开。"),
}
"""Why."""

RULINGS: Mapping[str, str] = {
    Ruling.PUBLIC: _("准予公开"),
    Ruling.KEPT: _("不公开"),
    Ruling.OPEN: _("已撤销判定"),
}

REFERRALS: Mapping[str, str] = {
    "report_up": _("报审"),
    "countersign": _("会签"),
    "special_approval": _("专项审批"),
}

OUTCOMES: Mapping[str, str] = {"agree": _("同意公开"), "refuse": _("不同意公开")}

FIELDS: Mapping[str, str] = {
    "title": _("标题"),
    "attribute": _("公开属性"),
    "ground": _("不予公开依据"),
    "route": _("审批链"),
    "document_number": _("发文字号"),
    "genre": _("文种"),
    "date": _("成文日期"),
    "responsible_body": _("主办部门"),
    "issuer": _("发文机关署名"),
    "joint_bodies": _("联合发文"),
}

REVIEWS: Mapping[str, str] = {
    "keep": _("维持"),
    "convert": _("转为公开"),
    "declassify": _("已解密，转为公开"),
    "withdraw": _("须从原网址撤下"),
    "acted": _("已办妥"),
}

ACCESS: Mapping[str, str] = {
    Access.NONE: _("未开通"),
    Access.FIRST: _("初始密码待修改"),
    Access.LOCKED: _("暂时锁定"),
    Access.OPEN: _("已开通"),
}

APPOINTMENTS: Mapping[str, str] = {"running": _("有效"), "coming": _("未开始"), "ended": _("已结束")}

QUEUES: Mapping[str, str] = {INTAKE: _("收件处理"), PUBLISH: _("发布"), RESCREEN: _("重新筛查")}

PUBLICATIONS: Mapping[str, str] = {
    PublicationState.PENDING: _("待发布"),
    PublicationState.RUNNING: _("发布中"),
    PublicationState.DONE: _("已完成"),
    PublicationState.FAILED: _("失败"),
    PublicationState.UNCERTAIN: _("待核实"),
    PublicationState.WITHDRAWING: _("撤下中"),
    PublicationState.WITHDRAWN: _("已撤下"),
}

PLUGINS: Mapping[str, str] = {
    "loaded": _("正常"),
    "degraded": _("部分可用"),
    "failed": _("不可用"),
    "disabled": _("未启用"),
}

EVENTS: Mapping[str, str] = {
    Happened.RECEIVED: _("收件"),
    Happened.SCREENED: _("筛查完成"),
    Happened.IN_REVIEW: _("进入审查"),
    Happened.SIGNED: _("签署同意"),
    Happened.RETURNED: _("退回"),
    Happened.TAKEN_BACK: _("撤件"),
    Happened.RESUBMITTED: _("重新提交"),
    Happened.REVISED: _("形成新版本"),
    Happened.REFERRED: _("报审"),
    Happened.ANSWERED: _("收到答复"),
    Happened.ATTENTION: _("转人工处理"),
    Happened.PUBLISHED: _("公开发布"),
    Happened.WITHHELD: _("决定不予公开"),
    Happened.ON_REQUEST: _("决定依申请公开"),
    Happened.WITHDRAWN: _("撤回公开"),
    Happened.CONVERTED: _("转为公开审查"),
    Happened.AWAITING_ISSUE: _("已审定，待投放正式件"),
    Happened.ISSUED: _("投放正式件"),
}

ERRANDS: Mapping[str, str] = {
    "enter": _("录入平台"),
    "take_down": _("从平台撤下"),
    "carry": _("摆渡递送"),
    "hand_over": _("移交纸质件"),
    "recall": _("收回纸质件"),
    "confirm": _("核实是否已送达"),
}

DEVIATIONS: Mapping[str, str] = {
    "missing": _("缺失"),
    "changed": _("被改动"),
    "extra": _("多出"),
    "withdrawn": _("已被撤下"),
    "unverified": _("无法核对"),
}

TABLES: Mapping[str, Mapping[str, str]] = {
    "role": ROLES,
    "state": STATES,
    "tier": TIER_STATES,
    "verb": VERBS,
    "attribute": ATTRIBUTES,
    "severity": SEVERITIES,
    "settlement": SETTLEMENTS,
    "treatment": TREATMENTS,
    "part": PART_ROLES,
    "place": PLACES,
    "urgency": URGENCIES,
    "kind": {**KINDS, **FORMATS},
    "risk": RISKS,
    "referral": REFERRALS,
    "outcome": OUTCOMES,
    "field": FIELDS,
    "event": EVENTS,
    "review": REVIEWS,
    "access": ACCESS,
    "appointment": APPOINTMENTS,
    "queue": QUEUES,
    "publication": PUBLICATIONS,
    "plugin": PLUGINS,
    "errand": ERRANDS,
    "deviation": DEVIATIONS,
    "picture": PICTURES,
    "why_picture": WHY_PICTURES,
    "ruling": RULINGS,
    "action": trail_words.ACTIONS,
    "look": trail_words.LOOKS,
    "detail": {**KINDS, **trail_words.DETAILS},
}
"""The tables by the name that templates use: ``{{ row.state | word("state") }}``."""
