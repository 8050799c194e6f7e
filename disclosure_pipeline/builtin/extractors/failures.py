"""Why a file could not be read: stable codes, and what the clerk can do about it."""

from __future__ import annotations

from disclosure_pipeline.errors import ExtractionFailed

REASONS: dict[str, tuple[str, str]] = {
    "file.empty": ("The file is empty.", "文件是空的，请重新投递完整的文件。"),
    "file.encrypted": ("The file is encrypted or password-protected.", "请取消文件密码后重新投递。"),
    "file.broken": (
        "The file is damaged or not what its format demands.",
        "文件已损坏或不完整，请用 Word、WPS 等软件打开并另存后重新投递。",
    ),
    "file.too_large": (
        "The file exceeds a limit of [extraction].",
        "文件内容过大，请拆分后重新投递，或请管理员调整上限。",
    ),
    "file.bomb": (
        "The file unpacks to far more than it should, or declares XML entities: it may be an attack.",
        "文件结构异常，请用 Word、WPS 等软件重新另存后投递；请勿继续传播该文件。",
    ),
    "file.unknown": (
        "The format of the file is not supported.",
        "不支持该文件格式，请另存为 docx、xlsx、pdf、html 或 txt 后重新投递。",
    ),
    "file.legacy": (
        "The file is in a legacy Office format that is not read yet.",
        "请在 Word、WPS 中打开，另存为 docx、xlsx 或 pdf 后重新投递。",
    ),
    "text.encoding": (
        "The character encoding of the text cannot be determined.",
        "无法识别文本编码，请另存为 UTF-8 编码后重新投递。",
    ),
    "text.binary": (
        "The file holds control characters that no text has.",
        "文件不是纯文本，请投递原格式的文件，或另存为 docx、pdf 后重新投递。",
    ),
}  # fmt: skip
"""``code`` → (what happened, advice in Chinese)."""


def failure(code: str, detail: str = "") -> ExtractionFailed:
    """The error for a reason.

    Args:
        code: a key of :data:`REASONS`.
        detail: a further sentence in English, without document text.
    """
    message, advice = REASONS[code]
    return ExtractionFailed(f"{message} {detail}".rstrip(), code=code, advice=advice)
