"""What the specifications ask of the site's files, as schemas: RFC 4287 with RFC 6721, sitemaps.org, JSON Feed 1.1, DCAT 3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ATOM = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
         datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <define name="common"><optional><attribute name="xml:lang"/></optional></define>
  <define name="id"><element name="id"><data type="anyURI"><param name="minLength">1</param></data></element></define>
  <define name="title"><element name="title"><data type="string"><param name="minLength">1</param></data></element></define>
  <define name="updated"><element name="updated"><data type="dateTime"/></element></define>
  <define name="author"><element name="author"><element name="name"><text/></element></element></define>
  <define name="link"><element name="link">
    <attribute name="href"><data type="anyURI"/></attribute>
    <attribute name="rel"><choice><value>alternate</value><value>self</value></choice></attribute>
    <attribute name="type"/></element></define>
  <start><element name="feed"><ref name="common"/><interleave>
    <ref name="id"/><ref name="title"/><ref name="updated"/><ref name="author"/>
    <oneOrMore><ref name="link"/></oneOrMore>
    <zeroOrMore><element name="entry"><interleave>
      <ref name="id"/><ref name="title"/><ref name="updated"/><ref name="author"/><ref name="link"/>
      <optional><element name="summary"><text/></element></optional>
    </interleave></element></zeroOrMore>
    <zeroOrMore><element name="deleted-entry" ns="http://purl.org/atompub/tombstones/1.0">
      <attribute name="ref" ns=""><data type="anyURI"/></attribute>
      <attribute name="when" ns=""><data type="dateTime"/></attribute>
      <interleave><ref name="link"/>
        <element name="comment" ns="http://purl.org/atompub/tombstones/1.0"><text/></element></interleave>
    </element></zeroOrMore>
  </interleave></element></start>
</grammar>
"""

_SITEMAP_HEAD = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
           targetNamespace="http://www.sitemaps.org/schemas/sitemap/0.9" elementFormDefault="qualified">
  <xs:simpleType name="location"><xs:restriction base="xs:anyURI">
    <xs:pattern value="https?://.+"/><xs:maxLength value="2048"/></xs:restriction></xs:simpleType>
"""
SITEMAP_PART = f"""{_SITEMAP_HEAD}
  <xs:element name="urlset"><xs:complexType><xs:sequence>
    <xs:element name="url" maxOccurs="50000"><xs:complexType><xs:sequence>
      <xs:element name="loc" type="location"/><xs:element name="lastmod" type="xs:dateTime" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
SITEMAP_INDEX = f"""{_SITEMAP_HEAD}
  <xs:element name="sitemapindex"><xs:complexType><xs:sequence>
    <xs:element name="sitemap" maxOccurs="50000"><xs:complexType><xs:sequence>
      <xs:element name="loc" type="location"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""

ADDRESS = re.compile(r"https://[\w.-]+/\S*")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

Shape = Any
"""A type, a pattern, a fixed text, ``[shape]`` of all members, ``{name: shape}`` (names with ``?`` may be missing)."""

JSON_FEED: Shape = {
    "version": "https://jsonfeed.org/version/1.1", "title": str, "home_page_url": ADDRESS, "feed_url": ADDRESS,
    "language": "zh-CN", "authors": [{"name": str}],
    "items": [{
        "id": ADDRESS, "url": ADDRESS, "title": str, "content_text": str, "date_published": MOMENT,
        "date_modified": MOMENT, "authors": [{"name": str}], "tags": [str],
    }],
}  # fmt: skip

_TEXT = {"@value": str, "@language": "zh-CN"}
_ORGANISATION = {"@type": "foaf:Organization", "foaf:name": str}
DCAT: Shape = {
    "@context": {
        "dcat": "http://www.w3.org/ns/dcat#", "dcterms": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/", "xsd": "http://www.w3.org/2001/XMLSchema#",
    },
    "@id": ADDRESS, "@type": "dcat:Catalog", "dcterms:title": _TEXT, "dcterms:description": _TEXT,
    "dcterms:publisher": _ORGANISATION, "foaf:homepage": {"@id": ADDRESS},
    "dcat:dataset": [{
        "@id": ADDRESS, "@type": "dcat:Dataset", "dcterms:title": _TEXT, "dcterms:description": _TEXT,
        "dcterms:identifier": str, "dcterms:publisher": _ORGANISATION, "dcterms:language": "zh-CN",
        "dcterms:modified?": {"@value": DAY, "@type": "xsd:date"}, "dcat:keyword": [str],
        "dcat:landingPage": {"@id": ADDRESS},
        "dcat:distribution": [{
            "@type": "dcat:Distribution", "dcterms:title": str, "dcat:downloadURL": {"@id": ADDRESS},
            "dcat:accessURL": {"@id": ADDRESS},
            "dcat:mediaType": {"@id": re.compile(r"https://www\.iana\.org/assignments/media-types/[\w.+-]+/[\w.+-]+")},
        }],
    }],
}  # fmt: skip

_BODY = {"@type": "GovernmentOrganization", "name": str}
SCHEMA_ORG: Shape = {
    "@context": "https://schema.org", "@type": re.compile("Legislation|DigitalDocument"), "@id": ADDRESS, "url": ADDRESS,
    "name": str, "identifier": str, "inLanguage": "zh-CN", "isAccessibleForFree": True, "datePublished": MOMENT,
    "dateCreated?": DAY, "genre?": str, "about?": str, "keywords?": str, "abstract?": str, "publisher": _BODY,
    "creator": [_BODY], "legislationIdentifier?": str,
    "legislationLegalForce?": re.compile(r"https://schema\.org/(?:InForce|NotInForce|PartiallyInForce)"),
    "encoding?": [{
        "@type": "MediaObject", "contentUrl": ADDRESS, "encodingFormat": str, "contentSize": re.compile(r"\d+ B"),
        "sha256": re.compile(r"[0-9a-f]{64}"),
    }],
}  # fmt: skip


def faults(value: Any, shape: Shape, where: str = "$") -> list[str]:
    """Where a JSON value is not what its shape asks for."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [fault for at, item in enumerate(value) for fault in faults(item, shape[0], f"{where}[{at}]")]
    if isinstance(shape, Mapping):
        return _of_object(value, shape, where)
    if isinstance(shape, re.Pattern):
        right = isinstance(value, str) and shape.fullmatch(value) is not None
    else:
        right = isinstance(value, shape) and value != "" if isinstance(shape, type) else value == shape
    return [] if right else [f"{where} is {value!r}"]


def _of_object(value: Any, shape: Mapping[str, Shape], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    known = {name.rstrip("?"): (item, name.endswith("?")) for name, item in shape.items()}
    found = [f"{where}.{name} is not known" for name in value if name not in known]
    for name, (item, optional) in known.items():
        if name in value:
            found += faults(value[name], item, f"{where}.{name}")
        elif not optional:
            found.append(f"{where}.{name} is missing")
    return found
