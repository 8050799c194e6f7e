"""Descriptions for programs: schema.org in each document's page, DCAT for the catalogue, both as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.channels.site import layout

_STANDING = {"有效": "InForce", "已修改": "PartiallyInForce", "废止": "NotInForce"}
_FORMATS = (
    (layout.CATALOGUE, "application/json", "政府信息公开目录"),
    (layout.FEED, "application/atom+xml", "最新公开（Atom）"),
    (layout.JSON_FEED, "application/feed+json", "最新公开（JSON Feed）"),
)


def in_page(values: Mapping[str, Any]) -> str:
    """JSON as it may stand in a ``<script>`` element: nothing in it can end the element or begin a comment."""
    text = json.dumps(values, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def document(
    number: str, entry: Mapping[str, Any], files: list[Mapping[str, Any]], *, base: str, validity: str
) -> dict[str, Any]:
    """The schema.org description of a document.

    Args:
        number: case number.
        entry: the catalogue entry.
        files: its downloads, as :class:`~.records.Held` keeps them.
        base: absolute address of the site's root.
        validity: 有效性 in the catalogue's words.
    """
    here = base + layout.link(layout.document_address(number))
    folder = base + layout.link(layout.document_folder(number))
    bodies = [entry["issuing_body"], *entry["joint_bodies"]]
    values: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Legislation" if entry["document_number"] else "DigitalDocument",
        "@id": here,
        "url": here,
        "name": entry["title"],
        "identifier": entry["index_number"],
        "inLanguage": "zh-CN",
        "isAccessibleForFree": True,
        "datePublished": f"{entry['published'].replace(' ', 'T')}:00+08:00",
        "dateCreated": entry["formed"],
        "genre": entry["genre"],
        "about": entry["theme"],
        "keywords": entry["keywords"],
        "abstract": entry["summary"],
        "publisher": {"@type": "GovernmentOrganization", "name": entry["unit_name"]},
        "creator": [{"@type": "GovernmentOrganization", "name": name} for name in bodies],
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": f"{folder}/{layout.FILES}/{layout.link(file['name'])}",
                "encodingFormat": file["media_type"],
                "contentSize": f"{file['size']} B",
                "sha256": file["sha256"],
            }
            for file in files
        ],
    }
    if entry["document_number"]:
        values["legislationIdentifier"] = entry["document_number"]
        values["legislationLegalForce"] = f"https://schema.org/{_STANDING[validity]}"
    return {name: value for name, value in values.items() if value not in ("", [])}


def dataset(*, name: str, base: str, modified: str) -> dict[str, Any]:
    """The DCAT 3 description of the catalogue as a data set.

    Args:
        name: the publishing body.
        base: absolute address of the site's root.
        modified: date of the newest change, ``YYYY-MM-DD``; empty when there was none.
    """
    publisher = {"@type": "foaf:Organization", "foaf:name": name}
    values = {
        "@id": f"{base}{layout.DATASET}#catalogue",
        "@type": "dcat:Dataset",
        "dcterms:title": {"@value": "政府信息公开目录", "@language": "zh-CN"},
        "dcterms:description": {"@value": f"{name}主动公开的政府信息目录", "@language": "zh-CN"},
        "dcterms:identifier": layout.CATALOGUE,
        "dcterms:publisher": publisher,
        "dcterms:language": "zh-CN",
        "dcat:keyword": ["政府信息公开", "主动公开"],
        "dcat:landingPage": {"@id": f"{base}catalogue/{layout.PAGE}"},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcterms:title": title,
                "dcat:downloadURL": {"@id": base + address},
                "dcat:accessURL": {"@id": base + address},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
            }
            for address, media_type, title in _FORMATS
        ],
    }
    if modified:
        values["dcterms:modified"] = {"@value": modified, "@type": "xsd:date"}
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": f"{base}{layout.DATASET}",
        "@type": "dcat:Catalog",
        "dcterms:title": {"@value": f"{name}政府信息公开", "@language": "zh-CN"},
        "dcterms:description": {"@value": f"{name}政府信息公开数据", "@language": "zh-CN"},
        "dcterms:publisher": publisher,
        "foaf:homepage": {"@id": f"{base}{layout.PAGE}"},
        "dcat:dataset": [values],
    }
