"""Every address of the console, and who may ask it. A test holds this table against its own, exactly.

Roles here open a page; what may be seen and done on it is asked again for each document, in the pipeline.
"""

from __future__ import annotations

from disclosure_pipeline.console import (
    attribute_reviews,
    batches,
    deadlines,
    department,
    deputies,
    documents,
    entry,
    errands,
    illustrations,
    operations,
    people,
    preview,
    quarantine,
    queue,
    recording,
    review,
    review_actions,
    sheet,
    sign,
    statistics,
    trail,
)
from disclosure_pipeline.console.documents import READERS
from disclosure_pipeline.console.frame import Place
from disclosure_pipeline.console.menu import REVIEWERS
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import errands as doing
from disclosure_pipeline.pipeline import figures
from disclosure_pipeline.pipeline import operations as running
from disclosure_pipeline.pipeline import trail as records
from disclosure_pipeline.pipeline.rights import OF_DEPARTMENT

SECRECY = frozenset({Role.SECRECY})

CLERKS = frozenset({Role.CLERK})
OFFICE = frozenset({Role.OFFICE})
REVIEW_ATTRIBUTES = frozenset({Role.SECRECY, Role.SECOND, Role.OFFICE})
DEPARTMENT = OF_DEPARTMENT
ADMINISTRATORS = people.ADMINISTRATORS
OPERATORS = frozenset(running.READERS)
OF_ERRANDS = frozenset(doing.ROLES)
OF_TRAIL = frozenset(records.READERS)
OF_FIGURES = frozenset(figures.READERS)

PLACES: tuple[Place, ...] = (
    Place("/", entry.home),
    # coming in, going out
    Place("/sign-in", entry.sign_in_page, who=None),
    Place("/sign-in", entry.sign_in, "POST", who=None),
    Place("/sign-out", entry.sign_out, "POST", first=True),
    Place("/password", entry.password_page, first=True),
    Place("/password", entry.change_password, "POST", back=entry.password_page, first=True),
    Place("/account", entry.account_page),
    Place("/account", entry.save_account, "POST", back=entry.account_page),
    # 待办队列
    Place("/queue", queue.page, who=REVIEWERS),
    Place("/queue/claim", queue.claim, "POST", who=REVIEWERS, back=queue.page),
    Place("/queue/release", queue.release, "POST", who=REVIEWERS, back=queue.page),
    Place("/queue/views", queue.save_view, "POST", who=REVIEWERS, back=queue.page),
    Place("/queue/views/remove", queue.remove_view, "POST", who=REVIEWERS, back=queue.page),
    Place("/search", queue.find, who=REVIEWERS | {Role.CLERK}),
    # a document; 审查页, 遮盖预览
    Place("/documents/{case}", documents.home),
    Place("/documents/{case}/claim", documents.claim, "POST", who=REVIEWERS, back=review.page),
    Place("/documents/{case}/review", review.page, who=READERS),
    Place("/documents/{case}/pages/{part:int}/{page:int}", review.picture, who=READERS),
    Place("/documents/{case}/pictures/{part:int}/{pixels}", illustrations.picture, who=READERS),
    Place("/documents/{case}/pictures", illustrations.rule, "POST", who=SECRECY, back=review.page),
    Place("/documents/{case}/findings", review_actions.settle, "POST", who=SECRECY, back=review.page),
    Place("/documents/{case}/marks", review_actions.mark, "POST", who=SECRECY, back=review.page),
    Place("/documents/{case}/suspect", review_actions.suspect, "POST", who=SECRECY, back=review.page),
    Place("/documents/{case}/conclude", review_actions.conclude, "POST", who=SECRECY, back=review.page),
    Place("/documents/{case}/preview", preview.page, who=READERS),
    # 签署 / 复审 / 终审
    Place("/documents/{case}/sign", sign.page, who=REVIEWERS),
    Place("/documents/{case}/sign", sign.sign, "POST", who=REVIEWERS, back=sign.page),
    Place("/documents/{case}/public/{name}", sign.public_file, who=REVIEWERS),
    Place("/documents/{case}/difference", sign.difference, who=READERS),
    Place("/documents/{case}/sheet", sheet.page, who=REVIEWERS),
    # 部门视图
    Place("/department", department.page, who=DEPARTMENT),
    Place("/department/upload", department.upload, "POST", who=CLERKS, back=department.page, files=True),
    Place("/documents/{case}/timeline", department.timeline, who=READERS),
    Place("/documents/{case}/take-back", department.back, "POST", who=CLERKS, back=department.timeline),
    Place(
        "/documents/{case}/resubmit",
        department.resubmit,
        "POST",
        who=CLERKS,
        back=department.timeline,
        files=True,
    ),
    # 期限, 属性定期审查
    Place("/deadlines", deadlines.page),
    Place("/documents/{case}/clock", deadlines.clock, who=READERS),
    Place("/documents/{case}/clock", deadlines.extend, "POST", who=OFFICE, back=deadlines.clock),
    Place("/attribute-reviews", attribute_reviews.page, who=REVIEW_ATTRIBUTES),
    Place(
        "/attribute-reviews",
        attribute_reviews.settle,
        "POST",
        who=REVIEW_ATTRIBUTES,
        back=attribute_reviews.page,
    ),
    # 批量处理
    Place("/batches", batches.page, who=SECRECY),
    Place("/batches", batches.settle, "POST", who=SECRECY, back=batches.page),
    # 留痕与统计
    Place("/trail", trail.page, who=OF_TRAIL),
    Place("/trail/prove", trail.prove, "POST", who=OF_TRAIL),
    Place("/trail/export", trail.export, "POST", who=OF_TRAIL),
    Place("/statistics", statistics.page, who=OF_FIGURES),
    Place("/statistics/export", statistics.export, "POST", who=OF_FIGURES),
    # 隔离
    Place("/quarantine", quarantine.page, who=SECRECY),
    Place("/quarantine/{case}", quarantine.case, who=SECRECY),
    Place("/quarantine/{case}/release", quarantine.release, "POST", who=SECRECY, back=quarantine.case),
    Place("/quarantine/{case}/confirm", quarantine.confirm, "POST", who=SECRECY, back=quarantine.case),
    # 代录
    Place("/record", recording.find, who=ADMINISTRATORS, back=recording.find),
    Place("/documents/{case}/record", recording.page, who=ADMINISTRATORS),
    Place(
        "/documents/{case}/record",
        recording.record,
        "POST",
        who=ADMINISTRATORS,
        back=recording.page,
        files=True,
    ),
    # 人员, 代理
    Place("/people", people.page, who=ADMINISTRATORS),
    Place("/people/add", people.add, "POST", who=ADMINISTRATORS, back=people.page),
    Place("/people/roles", people.roles, "POST", who=ADMINISTRATORS, back=people.page),
    Place("/people/password", people.password, "POST", who=ADMINISTRATORS, back=people.page),
    Place("/people/disable", people.disable, "POST", who=ADMINISTRATORS, back=people.page),
    Place("/deputies", deputies.page),
    Place("/deputies", deputies.give, "POST", back=deputies.page),
    Place("/deputies/end", deputies.end, "POST", back=deputies.page),
    # 渠道事项
    Place("/errands", errands.page, who=OF_ERRANDS),
    Place("/errands", errands.close, "POST", who=OF_ERRANDS, back=errands.page, files=True),
    Place("/errands/{number:int}/papers/{name}", errands.paper, who=OF_ERRANDS),
    # 运维
    Place("/operations", operations.page, who=OPERATORS),
    Place("/operations/plugins", operations.plugins, who=OPERATORS),
    Place("/operations/retry", operations.retry, "POST", who=OPERATORS, back=operations.page),
    Place("/operations/cancel", operations.cancel, "POST", who=OPERATORS, back=operations.page),
    Place("/operations/engine", operations.engine, "POST", who=ADMINISTRATORS, back=operations.page),
)
