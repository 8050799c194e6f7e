"""The worked detector, tested as docs/plugins.md shows it and a little further."""

# start contract
from pathlib import Path

from disclosure_pipeline.hooks import testing

PLUGIN = Path(__file__).parents[2] / "plugins" / "vehicle_plate.py"


def test_plates_are_found_as_people_write_them(tmp_path):
    (registered,) = testing.check_plugin(PLUGIN, tmp_path)
    testing.check_detector(
        registered.item,
        positives={
            "车牌号：苏A·12345。": ["苏A·12345"],
            "粤ＢＤ１２３４５与京a-8899挂": ["粤ＢＤ１２３４５", "京a-8899挂"],
        },
        negatives=["豫A级景区12345家", "津B2-20090001", "京A12345678"],
    )


# end contract


def test_a_plate_with_invisible_characters_is_found_in_its_original_characters(tmp_path):
    (registered,) = testing.check_plugin(PLUGIN, tmp_path)
    testing.check_detector(registered.item, {"苏\u200bA 1\u200b2345，": ["苏\u200bA 1\u200b2345"]})


def test_the_plate_of_an_official_car_is_information(tmp_path):
    (registered,) = testing.check_plugin(PLUGIN, tmp_path)
    found = registered.item.detect(testing.part("公务用车苏A·12345", "违停车辆苏A·54321"))
    assert [(item.rule, item.severity.value) for item in found] == [
        ("plate.official", "info"),
        ("plate.private", "review"),
    ]


def test_the_words_of_an_official_car_are_settings(tmp_path):
    section = {"official_words": ["校车"], "article": "本县规定第三条"}
    (registered,) = testing.check_plugin(PLUGIN, tmp_path, section)
    found = registered.item.detect(testing.part("公务用车苏A·12345", "校车苏A·54321"))
    assert [(item.rule, item.article) for item in found] == [
        ("plate.private", "本县规定第三条"),
        ("plate.official", "本县规定第三条"),
    ]
