"""The guard lets out a checked value or a named fault, and never an exception's words."""

from __future__ import annotations

import pytest

from disclosure_pipeline.errors import ExtractionFailed, PluginFault, StoreFault
from disclosure_pipeline.hooks.guard import Nonsense, Subject, anything, ask, instance

SUBJECT = Subject("detector", "office.names", "screen")
SECRET = "张三的身份证号"


def raiser(error: BaseException):
    def question() -> None:
        raise error

    return question


def test_a_good_answer_passes_with_its_duration():
    answer = ask(SUBJECT, lambda: 7, instance(int))
    assert (answer.value, answer.fault) == (7, None)
    assert answer.seconds >= 0
    assert answer.get() == 7


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), SystemExit(SECRET), GeneratorExit(SECRET), MemoryError()]
)
def test_whatever_is_raised_becomes_a_fault_without_its_words(error: BaseException):
    fault = ask(SUBJECT, raiser(error), instance(int)).fault
    assert fault is not None
    assert (fault.code, fault.stage, fault.plugin) == ("detector.raised", "screen", "office.names")
    assert fault.message == f"office.names raised {type(error).__name__}."
    assert SECRET not in repr(fault)


@pytest.mark.parametrize("answer", [None, SECRET, [1], 7.0])
def test_an_answer_of_the_wrong_type_is_nonsense(answer: object):
    fault = ask(SUBJECT, lambda: answer, instance(int)).fault
    assert fault is not None
    assert fault.code == "detector.nonsense"
    assert SECRET not in fault.message


def test_a_product_error_keeps_its_code_and_advice():
    fault = ask(SUBJECT, raiser(StoreFault("disk full", advice="make room")), instance(int)).fault
    assert fault is not None
    assert (fault.code, fault.message, fault.advice) == ("store.fault", "disk full", "make room")


def test_a_product_error_of_third_party_code_loses_its_words():
    fault = ask(SUBJECT, raiser(StoreFault(SECRET, advice=SECRET)), instance(int), trusted=False).fault
    assert fault is not None
    assert (fault.code, fault.message) == ("detector.raised", "office.names raised StoreFault.")
    assert SECRET not in fault.advice


def test_named_exceptions_and_an_interrupt_pass():
    with pytest.raises(ExtractionFailed):
        ask(SUBJECT, raiser(ExtractionFailed()), instance(int), passes=(ExtractionFailed,))
    with pytest.raises(KeyboardInterrupt):
        ask(SUBJECT, raiser(KeyboardInterrupt()), instance(int))


def test_a_failed_answer_cannot_be_taken_for_a_value():
    with pytest.raises(PluginFault) as caught:
        ask(SUBJECT, raiser(Nonsense("no")), instance(int)).get()
    assert caught.value.code == "detector.nonsense"


def test_calls_without_an_answer_take_anything():
    assert ask(SUBJECT, lambda: SECRET, anything).value is None
