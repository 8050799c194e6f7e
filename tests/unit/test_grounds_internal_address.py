"""Internal addresses, and the numbers and names that only look like them."""

from __future__ import annotations

import time

import pytest

from disclosure_pipeline.builtin.detectors.grounds.internal_address import InternalAddress
from tests.unit.screening_rules import assert_offsets, part, shipped

FOUND = [
    ("服务器192.168.1.10", "192.168.1.10"), ("网关：10.23.4.1，掩码", "10.23.4.1"), ("172.16.0.9:27017", "172.16.0.9"), ("172.31.255.1/24", "172.31.255.1"),
    ("１９２．１６８．２．３", "１９２．１６８．２．３"), ("10. 1. 20. 7端口80", "10. 1. 20. 7"), ("10.0.0.1 核心交换机IP", "10.0.0.1"),
    ("管理地址 fd12:3456:789a::1", "fd12:3456:789a::1"), ("FDAB:cdef:12::7", "FDAB:cdef:12::7"), ("http://oa.corp.lan:8080/x", "oa.corp.lan"),
    ("登录db01.xian.local", "db01.xian.local"), ("http://oa/login", "oa"), ("内网地址：hr.example.cn:8080", "hr.example.cn:8080"),
]  # fmt: skip

CLEAN = [
    "版本号10.1.2.3", "V10.1.2.3发布", "10.2.3.1 检验规则", "第10.1.2.3条", "172.32.1.1", "192.169.1.1", "10.256.1.1", "61.139.2.69", "10.5%", "2026.10.1.2",
    "10.1.2", "合同编号10.1.2.3.4", "网址 https://www.example.gov.cn/a", "fd是前缀", "单价10.5元", "1192.168.1.1", "www.local.gov.cn", "示例.com", "http://www.example.cn",
]  # fmt: skip


@pytest.fixture(scope="module")
def detector() -> InternalAddress:
    return InternalAddress(shipped())


@pytest.mark.parametrize(("text", "address"), FOUND)
def test_internal_addresses(detector: InternalAddress, text: str, address: str) -> None:
    screened = part(text if text.startswith("10.0") else f"一、{text}。")
    found = detector.detect(screened)
    assert_offsets(found, screened)
    assert [finding.text for finding in found] == [address]


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_no_internal_address(detector: InternalAddress, text: str) -> None:
    assert list(detector.detect(part(text))) == []


def test_a_list_of_addresses_is_one_finding(detector: InternalAddress) -> None:
    (found,) = detector.detect(part(*[f"主机{number}：10.1.1.{number}" for number in range(1, 30)]))
    assert (found.count, len(found.ranges)) == (29, 29)


@pytest.mark.parametrize("text", ["10.", "10.1.1.1 ", "fd00:", "://a ", "内网", "1"])
def test_repeated_beginnings_take_no_longer_than_they_must(detector: InternalAddress, text: str) -> None:
    screened = part(text * 100_000)
    assert screened.views.plain.text
    start = time.process_time()
    detector.detect(screened)
    assert time.process_time() - start < 4  # about half a second on an idle core
