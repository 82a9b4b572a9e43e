"""What became of many entries, one line each."""

from connectors.bulk_lines import line_of, sum_of
from knowledge_base.checks import Finding
from knowledge_base.entries.errors import DraftFaultsError, PublishBlockedError, StaleEntryError
from knowledge_base.entries.schemas import BulkLine, Saved
from knowledge_base.entries.states import EntryState

CODE, TITLE = "M0103", "居民身份证丢失补领"
FOUND = (
    Finding(CODE, "fee.items.0.unit", "没有单位", "补上单位"),
    Finding("M0102", "aliases", "与 M0103 的别名相同", "改一个说法"),
)
TOLD = "有 2 个问题：收费 › 收费项目 第1项 › 单位 没有单位；M0102 别名 与 M0103 的别名相同"


def test_line_says_what_was_done() -> None:
    draft, review = (Saved(CODE, 2, state) for state in (EntryState.DRAFT, EntryState.REVIEW))

    assert line_of(BulkLine(CODE, TITLE, saved=draft)) == f"{CODE} {TITLE}：已退回修改"
    assert line_of(BulkLine(CODE, saved=review), TITLE) == f"{CODE} {TITLE}：已提交审核"


def test_line_lists_every_finding_and_stays_one_line() -> None:
    for refusal in (
        PublishBlockedError(CODE, FOUND, overridable=True),
        DraftFaultsError(CODE, FOUND),
    ):
        assert "\n" in refusal.user_message
        assert line_of(BulkLine(CODE, refusal=refusal)) == f"{CODE}：未办理，{TOLD}"


def test_sum_counts_what_was_done_and_what_was_kept_out() -> None:
    lines = [
        BulkLine(CODE, saved=Saved(CODE, 2, EntryState.REVIEW)),
        BulkLine("M0102", refusal=StaleEntryError("M0102", 1, 2)),
    ]

    assert sum_of(lines) == "共 2 条，办理 1 条，未办理 1 条。"
    assert sum_of([]) == "没有这样的条目。"
