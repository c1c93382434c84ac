"""Rules as a supervisor reads them."""

from siteward_platform.api.views.rules import all_rules


def test_conditions_are_sentences_with_their_numbers() -> None:
    shown = {rule.id: rule.condition.zh for rule in all_rules()}
    assert shown["SR-NOISE-NIGHT"] == "20 分钟噪声等效声级 > 55 dB(A) 22:00–06:00"
    assert shown["SR-CRANE-WIND-ALARM"] == "1 分钟塔顶风速均值 > 10.8 m/s"
    assert shown["SR-INTRUSION"] == "检出“闯入危险区”，置信度 > 0.5"
    assert shown["SR-CAMERA-MOVED"] == "检出“摄像机移位”"
    assert shown["SR-CRANE-TILT"] == "|10 分钟塔身倾角中位数| > 0.23 °"
    assert shown["SR-PIT-SILENT"] == "25 小时没有坑顶水平位移数据"


def test_every_rule_says_what_it_reads_in_both_languages() -> None:
    for rule in all_rules():
        assert rule.reads and all(text.zh and text.en for text in rule.reads), rule.id
        assert "value" not in rule.condition.zh and "limit" not in rule.condition.zh, rule.id
