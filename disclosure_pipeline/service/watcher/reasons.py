"""What clerks read about a drop that is refused or that waits, by reason code (zh-CN)."""

from __future__ import annotations

REFUSED_ZH = {
    "drop.link": "含有符号链接（快捷链接）。系统不跟随链接，整份材料未予收件，请换成文件本身后重新投放。",
    "drop.hard_link": "含有硬链接文件。整份材料未予收件，请复制为独立文件后重新投放。",
    "drop.special": "含有管道、套接字或设备等特殊文件。整份材料未予收件，请只投放普通文件。",
    "drop.too_large": "材料总大小超过上限，未予收件，请压缩图片或分件投放，或联系系统管理员。",
    "drop.too_many_files": "文件数量超过上限，未予收件，请分件投放，或联系系统管理员。",
    "drop.too_deep": "文件夹层级过深或路径过长，未予收件，请减少层级后重新投放。",
    "drop.unreadable": "含有系统无权读取的文件或文件夹，未予收件，请检查权限，或联系系统管理员。",
}

WAITING_ZH = {
    "drop.locked": "文件正被办公软件打开（旁边有锁定文件）。请保存并关闭文件，系统随后自动收件。",
    "drop.busy": "文件正被程序写入。写入结束后系统自动收件。",
    "drop.unfinished": "文件夹内有未传完的临时文件。请等待传输完成，或删除残留的临时文件，系统随后自动收件。",
    "drop.slip_alone": "只有拟稿信息文件（slip.toml），没有对应的文稿。请把文稿放到同一位置，文件名须对应。",
    "drop.unreadable": "系统无权读取该文件。请检查文件权限，或联系系统管理员。",
}
