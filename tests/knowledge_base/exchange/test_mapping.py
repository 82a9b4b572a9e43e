"""Mapping files: faults are told before a list is opened."""

from pathlib import Path

import pytest

from knowledge_base.exchange.errors import MappingFaultsError
from knowledge_base.exchange.mapping import load_mapping


def write(folder: Path, text: str) -> Path:
    path = folder / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: x\ncolumns: {编码: code, 名称: titel}\n", "没有“titel”这个字段"),
        ("name: x\ncolumns: {名称: title}\n", "没有一列对应 code，无法辨认事项"),
        ("name: x\ncolumns: {编码: code}\nskip: 1\n", "没有这个选项"),
        ("name: x\ncolumns: {编码: {to: code, as: magic}}\n", "不是可用的取值"),
        ("name: x\ncolumns: {编码: {to: code, split: '['}}\n", "不是正确的正则表达式"),
        ("name: x\ncolumns: {编码: code}\ndefaults: {sumary: a}\n", "没有这些字段：“sumary”"),
        ("name: [\n", "YAML 格式有误"),
        ("name: x\nname: y\n", "YAML 格式有误"),
    ],
)
def test_fault_of_a_mapping_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(MappingFaultsError) as refused:
        load_mapping(write(tmp_path, text))

    assert told in refused.value.user_message


def test_column_may_feed_several_fields(tmp_path: Path) -> None:
    text = "name: x\ncolumns: {编码: [code, implementing_code]}\n"

    mapping = load_mapping(write(tmp_path, text))

    assert [rule.to for _, rule in mapping.rules] == ["code", "implementing_code"]


def test_every_fault_of_a_mapping_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "name: x\ncolumns:\n  编码: code\n  名称:\n    to: titel\n"
        "  时限: {to: time_limit.committed, as: magic}\nskip: 1\n"
    )

    with pytest.raises(MappingFaultsError) as refused:
        load_mapping(write(tmp_path, text))

    assert refused.value.faults == (
        "第 5 行 columns.名称.to：没有“titel”这个字段",
        "第 6 行 columns.时限.as：不是可用的取值",
        "第 7 行 skip：没有这个选项",
    )


def test_rule_of_the_whole_mapping_is_told_at_the_line_of_its_value(tmp_path: Path) -> None:
    text = "name: x\ncolumns: {编码: code}\nsynonyms:\n  名称: [标题]\n"

    with pytest.raises(MappingFaultsError) as refused:
        load_mapping(write(tmp_path, text))

    assert refused.value.faults == ("第 4 行 synonyms 的列不在 columns 中：“名称”",)
