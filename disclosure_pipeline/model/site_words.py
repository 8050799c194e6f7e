"""The fixed words of the site's shell and of its search, in one place: what documents say is never translated.

``zh-CN`` is what Chinese offices are bound to; ``zh-TW`` is the same in traditional characters; ``en`` serves readers
from abroad. The words of the page tags and of the data files stay Chinese: programs of the authorities read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from disclosure_pipeline.errors import ChannelFault

_CHINESE = {
    "disclosure": "政府信息公开", "skip": "跳到正文", "columns": "栏目", "home": "首页", "colon": "：", "comma": "，",
    "open": "（", "close": "）", "list_comma": "、", "guide": "政府信息公开指南", "rules": "政府信息公开制度",
    "catalogue": "法定主动公开内容", "reports": "政府信息公开年报", "requests": "依申请公开",
    "accessibility": "无障碍声明", "data": "数据开放", "search": "信息检索", "sponsor": "主办", "id_code": "网站标识码",
    "contact": "联系方式", "facts": "文件基本信息", "attachments": "附件", "downloads": "文件下载",
    "related": "相关文件", "note_public": "此件公开发布", "index_number": "索引号", "theme": "主题分类",
    "genre": "体裁分类", "bodies": "发文机关", "document_number": "发文字号", "title": "标题", "formed": "成文日期",
    "published": "发布日期", "validity": "有效性", "keywords": "主题词", "department": "发布部门",
    "newest": "最新公开", "subscribe": "订阅最新公开", "catalogue_data": "目录数据", "list": "政府信息公开目录",
    "older_page": "更早一页", "newest_page": "最新一页", "paging": "翻页", "nothing": "暂无文件",
    "by_index": "按索引号", "by_item": "按法定主动公开事项", "by_theme": "按主题", "by_genre": "按体裁",
    "by_body": "按发文机关", "by_department": "按部门", "by_month": "按发布月份", "by_validity": "按有效性",
    "items": "主动公开的法定事项", "browse": "目录检索方式", "catalogue_of": "政府信息公开目录",
    "valid": "有效", "corrected": "已修改", "repealed": "废止",
    "repealed_banner": "本文件已废止，仅供查阅。", "corrected_banner": "本文件已更正。",
    "replaces": "更正原文件", "replaced_by": "更正后文件", "repeals": "废止文件", "repealed_by": "被下列文件废止",
    "clarifies": "澄清对象", "clarified_by": "澄清说明", "interprets": "解读对象", "interpreted_by": "政策解读",
    "withdrawal_heading": "政府信息撤回公告", "correction_heading": "政府信息更正公告",
    "withdrawal_note": "本页面原公开的政府信息已撤回，不再提供查阅和下载。",
    "correction_note": "本页面原公开的政府信息已更正，请查阅更正后的文件。",
    "withdrawal_facts": "撤回信息", "state": "状态", "withdrawn": "已撤回", "corrected_state": "已更正",
    "withdrawn_on": "撤回日期", "corrected_on": "更正日期", "reason": "撤回说明", "corrected_reason": "更正说明",
    "version_of": "版本日期", "versions": "历次版本", "old_version": "本页为旧版本，现行版本见", "current": "现行版本",
    "office": "公开工作机构", "name": "机构名称", "address": "办公地址", "hours": "办公时间", "phone": "联系电话",
    "fax": "传真号码", "email": "电子邮箱", "postcode": "邮政编码",
    "no_reports": "年度报告发布后在此列出。", "no_rules": "制度发布后在此列出。",
    "request_lead": "公民、法人或者其他组织可以向本机关申请获取政府信息。申请应当写明：",
    "request_who": "申请人的姓名或者名称、身份证明、联系方式；",
    "request_what": "申请公开的政府信息的名称、文号或者便于查询的其他特征性描述；",
    "request_form": "获取信息的方式、途径等形式要求。",
    "request_where": "受理机构、地址和联系方式见政府信息公开指南。",
    "request_search": "申请之前，请先查阅主动公开目录。",
    "access_lead": "本专栏按照《信息技术 互联网内容无障碍可访问性技术要求与测试方法》（GB/T 37668）和 WCAG 2.2 AA 级建设。",
    "access_keys": "全部内容可以只用键盘浏览，不依赖脚本；放大到 200% 不丢失内容。",
    "access_text": "每份文件都有可由读屏软件朗读的网页文本，附件与其内容一致。",
    "access_contact": "浏览中遇到障碍，请与本机关联系，我们提供其他形式。",
    "data_lead": "以下文件供程序读取，随每次公开更新，地址保持不变。", "data_file": "文件", "data_format": "格式",
    "data_content": "内容", "data_catalogue": "全部目录条目", "data_atom": "最新公开一百条，含撤回标记",
    "data_json_feed": "最新公开一百条", "data_sitemap": "全部网页地址", "data_dcat": "本目录的数据集说明",
    "data_page": "每份文件的网页内嵌 schema.org 描述（JSON-LD）。",
    "format_html": "网页", "format_text": "纯文本", "format_csv": "表格 CSV", "format_word": "Word 文档",
    "format_excel": "Excel 表格", "format_slides": "PowerPoint 演示文稿", "format_pdf": "PDF 文档",
    "format_ofd": "OFD 版式文件", "format_image": "图片", "format_zip": "压缩包",
    "search_words": "关键词", "search_go": "检索", "search_all": "全部", "search_since": "发布日期自", "search_until": "至",
    "search_cut": "关键词超过 {longest} 字，只按前 {longest} 字检索。",
    "search_hint": "请输入关键词：标题、正文中的词语，索引号或者发文字号；多个关键词用空格分开，表示同时包含。",
    "search_nothing": "没有找到相符的文件。请减少关键词或者换一种说法，也可以：",
    "search_browse": "按目录查找", "search_request": "申请公开",
    "search_found": "共找到 {total} 件，第 {page} 页，共 {pages} 页。",
    "search_many": "相符的文件超过 {total} 件，列出最近的 {total} 件，第 {page} 页，共 {pages} 页。",
    "search_previous": "上一页", "search_next": "下一页", "search_pace": "检索过于频繁，请稍候再试。",
    "search_too_wide": "检索范围过大，请增加关键词或者缩小日期范围后再试。",
    "search_unavailable": "检索暂不可用，请稍后再试，或者按目录查找。",
}  # fmt: skip

_ENGLISH = {
    "disclosure": "Government information", "skip": "Skip to content", "columns": "Columns", "home": "Home",
    "colon": ": ", "comma": ", ", "open": " (", "close": ")", "list_comma": ", ", "guide": "Disclosure guide",
    "rules": "Disclosure rules", "catalogue": "Proactive disclosure", "reports": "Annual reports",
    "requests": "Requests for information", "accessibility": "Accessibility", "data": "Data", "search": "Search",
    "sponsor": "Published by", "id_code": "Site code", "contact": "Contact", "facts": "About this document",
    "attachments": "Attachments", "downloads": "Downloads", "related": "Related documents",
    "note_public": "此件公开发布", "index_number": "Index number", "theme": "Theme", "genre": "Genre",
    "bodies": "Issuing body", "document_number": "Document number", "title": "Title", "formed": "Date of document",
    "published": "Published", "validity": "Validity", "keywords": "Keywords", "department": "Department",
    "newest": "Newest", "subscribe": "Subscribe", "catalogue_data": "Catalogue data", "list": "Catalogue",
    "older_page": "Older", "newest_page": "Newest", "paging": "Pages", "nothing": "No documents yet",
    "by_index": "By index number", "by_item": "By legal item", "by_theme": "By theme", "by_genre": "By genre",
    "by_body": "By issuing body", "by_department": "By department", "by_month": "By month of publication",
    "by_validity": "By validity", "items": "Items of the law", "browse": "Ways into the catalogue",
    "catalogue_of": "Catalogue", "valid": "In force", "corrected": "Amended", "repealed": "Repealed",
    "repealed_banner": "This document has been repealed.", "corrected_banner": "This document has been corrected.",
    "replaces": "Corrects", "replaced_by": "Corrected by", "repeals": "Repeals", "repealed_by": "Repealed by",
    "clarifies": "Clarifies", "clarified_by": "Clarified by", "interprets": "Interprets",
    "interpreted_by": "Interpretation", "withdrawal_heading": "Notice of withdrawal",
    "correction_heading": "Notice of correction",
    "withdrawal_note": "The information published here has been withdrawn.",
    "correction_note": "The information published here has been corrected; see the new document.",
    "withdrawal_facts": "Withdrawal", "state": "State", "withdrawn": "Withdrawn", "corrected_state": "Corrected",
    "withdrawn_on": "Withdrawn on", "corrected_on": "Corrected on", "reason": "Reason",
    "corrected_reason": "Reason", "version_of": "Version of", "versions": "All versions",
    "old_version": "This is an old version; in force is the", "current": "current version",
    "office": "Disclosure office", "name": "Name", "address": "Address", "hours": "Office hours", "phone": "Telephone",
    "fax": "Fax", "email": "E-mail", "postcode": "Post code", "no_reports": "Annual reports are listed here.",
    "no_rules": "Rules are listed here.",
    "request_lead": "Citizens, legal persons and other organisations may request information. A request states:",
    "request_who": "the name of the applicant, proof of identity and how to reach the applicant;",
    "request_what": "name, number or another description of the information;",
    "request_form": "the form in which the information is wanted.",
    "request_where": "Where to send it is told in the disclosure guide.",
    "request_search": "Please look into the catalogue first.",
    "access_lead": "These pages are made after GB/T 37668 and WCAG 2.2 level AA.",
    "access_keys": "Everything can be read with the keyboard alone, without scripts, and at 200 %.",
    "access_text": "Every document has a text that screen readers can read.",
    "access_contact": "If something shuts you out, tell us: we provide another form.",
    "data_lead": "These files are for programs; they follow every publication and keep their addresses.",
    "data_file": "File", "data_format": "Format", "data_content": "Content", "data_catalogue": "The whole catalogue",
    "data_atom": "The newest hundred, with withdrawals", "data_json_feed": "The newest hundred",
    "data_sitemap": "Addresses of all pages", "data_dcat": "Description of the data set",
    "data_page": "Every document's page holds a schema.org description (JSON-LD).",
    "format_html": "Web page", "format_text": "Text", "format_csv": "CSV", "format_word": "Word",
    "format_excel": "Excel", "format_slides": "PowerPoint", "format_pdf": "PDF", "format_ofd": "OFD",
    "format_image": "Picture", "format_zip": "Archive",
    "search_words": "Words", "search_go": "Search", "search_all": "All", "search_since": "Published from",
    "search_until": "to", "search_cut": "Only the first {longest} characters were looked for.",
    "search_hint": "Type words of a title or text, an index number or a document number; blanks between words mean that all of"
    " them are wanted.",
    "search_nothing": "No document was found. Try fewer or other words, or:",
    "search_browse": "browse the catalogue", "search_request": "request information",
    "search_found": "{total} found, page {page} of {pages}.",
    "search_many": "More than {total} found, the newest {total} are listed, page {page} of {pages}.",
    "search_previous": "Previous", "search_next": "Next", "search_pace": "Too many questions: please wait a little.",
    "search_too_wide": "Too much is found: add words, or narrow the dates.",
    "search_unavailable": "The search does not answer now: please try again later, or browse the catalogue.",
}  # fmt: skip

CHINESE = "zh-CN"


@lru_cache(maxsize=4)
def words(language: str = CHINESE) -> Mapping[str, str]:
    """The words of a language.

    Args:
        language: ``zh-CN``, ``zh-TW`` or ``en``.

    Raises:
        ChannelFault: ``site.language``, there are no words for it.
    """
    if language == CHINESE:
        return _CHINESE
    if language == "en":
        return _ENGLISH
    if language == "zh-TW":
        from opencc import OpenCC

        converter = OpenCC("s2tw")
        return {name: converter.convert(text) for name, text in _CHINESE.items()}
    raise ChannelFault(
        "The site's shell is not there in this language.",
        code="site.language",
        advice="Set [site] language to zh-CN, zh-TW or en.",
    )
