"""What the console says: what was done (by a code in the address) and why something was refused (by its code).

Errors of the pipeline are English and bear a code; their message here is what an officer can act on. A code
without an entry is shown with its English message, so that nothing is ever told as if it had worked.
"""

from __future__ import annotations

from collections.abc import Mapping

from disclosure_pipeline.console.languages import mark as _

DONE: Mapping[str, str] = {
    "signed-in": _("已登录。"),
    "signed-out": _("已退出登录。"),
    "password-changed": _("密码已修改，其他设备上的登录已失效。"),
    "saved": _("已保存。"),
    "claimed": _("已认领。"),
    "released": _("已释放。"),
    "decided": _("已签署，下面是下一件。"),
    "handed-in": _("已收件，正在处理，稍后刷新可见进展。"),
    "handed-in-twice": _("这份文件以前已经收过，没有重复受理。"),
    "not-taken": _("没有受理，原因见退回说明。"),
    "taken-back": _("已撤件，可以修改后重新提交。"),
    "extended": _("期限已延长。"),
    "view-saved": _("视图已保存。"),
    "view-removed": _("视图已删除。"),
    "accepted": _("已确认可公开。"),
    "dismissed": _("已排除误报。"),
    "redacted": _("已标为遮盖。"),
    "reopened": _("已重新打开。"),
    "undone": _("已撤销上一步。"),
    "marked": _("已添加标注。"),
    "isolated": _("已隔离，内容不再显示给任何人。下面是下一件。"),
    "concluded": _("保密审查已签署。下面是下一件。"),
    "returned": _("已退回部门。下面是下一件。"),
}
"""What was done, by the code ``said`` in the address."""

REFUSED: Mapping[str, str] = {
    "entry.refused": _("姓名或密码不正确，或者账户暂时锁定。请稍后再试，或请系统管理员重设密码。"),
    "password.short": _("新密码太短，至少 10 个字符。"),
    "password.long": _("新密码太长。"),
    "password.name": _("新密码不能与姓名相同或包含姓名。"),
    "password.repeated": _("新密码不能由重复的字符组成。"),
    "password.sequence": _("新密码不能是连续的字符。"),
    "password.same": _("新密码不能与现用密码相同。"),
    "password.differs": _("两次输入的新密码不一致。"),
    "csrf": _("表单不属于本次登录，没有执行任何操作。请从本页面重新提交。"),
    "wrong_role": _("您的角色不能办理这一步。"),
    "same_person": _("您已在本版本的其他环节签署；各环节须由不同的人签署。"),
    "drafter": _("您属于拟稿一方，不能签署。"),
    "stale_version": _("文件已有新版本，您看到的不是现行版本。您填写的内容仍保留在下面，请核对后再提交。"),
    "content_changed": _("内容与前面环节签署时不一致，不能继续。请退回，由新版本从头审查。"),
    "findings_open": _("还有未处理的命中，处理完才能签署。"),
    "reason_required": _("须填写理由。"),
    "ground_required": _("不予公开须选择法定依据。"),
    "meeting_required": _("本环节须填写会议文号（集体审议）。"),
    "attribute_undecided": _("部门与政务公开办意见不一致，须由签发人明确公开属性。"),
    "attribute_missing": _("文件没有公开属性。"),
    "not_frozen": _("公开件正在生成和校验，完成后才能签发。请稍候刷新本页。"),
    "nothing_to_redact": _("该处没有可遮盖的文字。请查看原处后确认、排除，或退回。"),
    "scan_required": _("代录须上传签字原件的扫描件。"),
    "nothing_chosen": _("没有选择命中或处理方式，没有执行任何操作。"),
    "nothing_to_undo": _("没有可以撤销的操作：此后文件又有变动。处理有误的，请在该处重新打开。"),
    "remark_required": _("选择“其他”等理由时，须另写说明。"),
    "reason_unfit": _("所选理由不适用于这一类命中，请另选理由或者写明理由。"),
    "treatment_unfit": _("所选遮盖方式不适用于此处。"),
    "not_in_table": _("该处不在表格中，不能按整列处理。请改为删除。"),
    "mask_unknown": _("没有规定这一类信息的掩码形式。请改为删除。"),
    "mask_unclear": _("该处分散在几个位置，不能掩码。请改为删除。"),
    "bad_kind": _("请选择标注的类型。疑似国家秘密的，请改用“疑似涉密，整件隔离”。"),
    "bad_range": _("页面上没有这个位置。请刷新页面后重新标注。"),
    "words_not_found": _("本页没有这些文字。请从页面上复制；跨段的文字请分段标注。"),
    "box_cuts_text": _("画的框切到了文字。请把框画在整行之外，或者直接选中文字。"),
    "box_unplaced": _("本页文字没有位置信息，不能画框。请直接选中或填写文字。"),
    "already_marked": _("此处已有标注。"),
    "not_by_hand": _("此处由系统检出，不能删除。误报请选择“排除误报”。"),
    "not_confirmed": _("确认文字与要求不一致，没有执行任何操作。请照提示原样输入。"),
    "pages_not_shown": _("还有页面没有打开过。看完全部页面和隐藏内容后才能签署。"),
    "checklist_unknown": _("确认事项已更新，请刷新本页后重新签署。"),
    "content_sealed": _("本件已隔离或尚未通过检查，内容不向任何人显示。"),
    "original_missing": _("没有可显示的原件图像，请看下面的文字。"),
    "pages.no_pictures": _("这种格式没有页面图像，请看下面的文字。"),
    "pages.undrawn": _("本页图像无法生成，请看下面的文字。"),
    "claimed": _("已有其他人认领。可以先联系对方，也可以接手。"),
    "verb_missing": _("请选择同意、退回或其他意见。"),
    "upload.nothing": _("请先选择文件。"),
    "not_returned": _("只有退回或撤件的文件才能提交修改稿。"),
    "vault.damaged": _("存储的文件已损坏，不能继续。请联系管理员。"),
    "not_found": _("没有这一项，或者您无权查看。"),
    "internal": _("系统内部出错，没有完成操作。请记下时间并告知管理员。"),
    "store.locked": _("数据库正忙，没有完成操作，请稍后重试。"),
    "disk.full": _("磁盘已满，没有完成操作。请联系管理员。"),
}
"""Why something was refused, by the error's code."""
