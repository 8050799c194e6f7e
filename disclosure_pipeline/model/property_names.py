"""What the properties of files are called: the labels that readers give to hidden places, in the words of clerks.

Labels are the names of elements, attributes and fields as file formats have them (``lastModifiedBy``), or short English
of the readers' own (``comment author``). What an author named themselves has no entry, and is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

_LABELS: Mapping[str, tuple[str, ...]] = {
    "标题": ("title", "Title", "o:title", "og:title", "webPublishItem title", "webPublishObject title", "htmlPubPr title"),
    "主题": ("subject", "Subject", "Thread-Topic"),
    "作者": ("creator", "initial-creator", "author", "Author", "o:author", "meta author"),
    "最后修改者": ("lastModifiedBy", "o:lastauthor", "operator"),
    "保存者": ("saved by",),
    "打印者": ("printed-by",),
    "使用者": ("user", "userInfo name", "header userName", "fileSharing userName", "scenario user"),
    "使用者账号": ("userId", "person userId", "presenceInfo userId", "author userId", "chgData userId"),
    "人员": ("displayName", "userName", "person author", "person displayName", "chgData name", "InterUser"),
    "允许编辑者": ("permStart ed", "protectedRange securityDescriptor", "protusertbl"),
    "刷新者": ("pivotCacheDefinition refreshedBy",),
    "所有者": ("owner",),
    "批注作者": ("comment author", "atnauthor", "cmAuthor name", "author name", "Annot Creator", "rcmt author"),
    "批注作者缩写": ("comment initials", "atnid", "initials", "cmAuthor initials", "author initials"),
    "修订作者": (
        "change author", "revtbl", "ins author", "del author", "moveFrom author", "moveTo author", "cellIns author",
        "cellDel author", "rPrChange author", "pPrChange author", "tblPrChange author", "sectPrChange author",
        "numberingChange author",
    ),
    "审阅者": ("reviewer",),
    "版本说明": ("version-entry comment",),
    "备注": ("description", "Description", "o:description", "og:description", "meta description", "Remark", "Note", "note", "doccomm",
           "Comments", "connection description", "file note"),
    "附注": ("comment",),
    "摘要": ("Abstract",),
    "关键词": ("keywords", "Keywords", "keyword", "Keyword", "o:keywords", "meta keywords"),
    "类别": ("category", "o:category"),
    "状态": ("status", "contentStatus"),
    "创建时间": ("created", "creation-date", "CreationDate", "o:created"),
    "修改时间": ("modified", "ModDate", "o:lastsaved"),
    "打印时间": ("lastPrinted", "print-date", "o:lastprinted"),
    "语言": ("language", "Lang"),
    "单位": ("company", "Company", "o:company", "Organization"),
    "主管": ("manager", "Manager", "o:manager"),
    "模板": ("template", "Template", "o:template"),
    "版本": ("version", "revision", "AppVersion"),
    "生成软件": (
        "application", "Application", "generator", "meta generator", "Creator", "CreatorName", "Producer", "AppName",
        "ProviderName", "Extension AppName", "X-Mailer", "User-Agent",
    ),
    "演示格式": ("presentation format", "PresentationFormat"),
    "内容类型": ("content type", "contentType", "Content-Type"),
    "各部分标题": ("lpstr", "lpwstr", "headings", "parts", "HeadingPairs", "TitlesOfParts"),
    "超链接基准地址": ("HyperlinkBase", "hlinkbase"),
    "打印机": ("printer", "PrinterName"),
    "文件名": ("file name", "package name", "name in XML", "a download"),
    "文件路径": ("path", "absPath url", "webPublishItem destinationFile", "webPublishObject destinationFile"),
    "文件信息": ("Info", "info", "document-statistic"),
    "名称": ("name", "label", "N", "data name", "element name", "objname", "objclass"),
    "地址": ("url",),
    "封面": ("Cover",),
    "自定义属性": (
        "property value", "user-defined", "staticval", "linkval", "userprops", "CustomData", "Property",
        "property of a sheet",
    ),
    "自定义属性名称": ("property name", "propname", "user-defined name", "CustomData Name", "Property Name"),
    "文档变量": ("document variable", "docvar", "docVar val"),
    "文档变量名称": ("docVar name",),
    "自定义XML": ("custom XML", "xmlname", "xmlattrname", "xmlattrvalue", "xmlopen", "xmlns", "Schema ID"),
    "智能标记": ("attr name", "attr val", "cellSmartTagPr key", "cellSmartTagPr val"),
    "邮件合并的查询": ("query val",),
    "邮件合并的连接": ("connectString val", "udl val"),
    "加载项": ("reference store",),
    "关联文字": ("associated string",),
    "题注": ("caption",),
    "文件头信息": ("front matter",),
    "压缩包注释": ("zip comment",),
    "发件人": ("From", "Sender", "Return-Path", "Reply-To"),
    "收件人": ("To", "Delivered-To"),
    "抄送": ("Cc",),
    "密送": ("Bcc",),
    "传输路径": ("Received", "transport headers", "X-Originating-IP"),
    "邮件编号": ("Message-ID", "In-Reply-To", "References"),
    "内容说明": ("Content-Description", "Content-ID", "Content-Transfer-Encoding"),
    "图片信息": (
        "xmp", "icc desc", "png iTXt", "png tEXt", "png zTXt", "png keyword", "gif comment", "jpeg comment", "svg",
        "exif main 270", "photoshop name", "after the picture",
    ),
}  # fmt: skip

NAMES: Mapping[str, str] = {label: name for name, labels in _LABELS.items() for label in labels}
"""Chinese names by the readers' labels."""
