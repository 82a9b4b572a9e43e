from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.policies.cutting import cut
from knowledge_base.policies.errors import ClauseNotFoundError
from knowledge_base.policies.layout import lay_out
from knowledge_base.policies.parsing import Parsed, parse_file
from knowledge_base.policies.passages import clause_passages
from knowledge_base.policies.quoting import quote
from knowledge_base.policies.reading.lines import Paragraph
from knowledge_base.policies.schema import PolicyDocument, Role, joined
from tests.knowledge_base.policies import documents

TITLE = "《江南省公安厅关于印发〈江南省居民身份证管理实施办法〉的通知》（江公规〔2024〕12号）"


def parsed(*lines: str) -> Parsed:
    return parse_file("\n".join(lines).encode(), "a.txt")


@pytest.fixture(scope="module")
def notice() -> PolicyDocument:
    return parse_file(documents.word(), "a.docx").document


def test_head_and_foot_are_read(notice: PolicyDocument) -> None:
    assert notice.title == "江南省公安厅关于印发《江南省居民身份证管理实施办法》的通知"
    assert notice.number == "江公规〔2024〕12号"
    assert notice.issuers == ("江南省公安厅", "江南省财政厅")
    assert notice.issued_on == date(2024, 3, 28)
    assert notice.in_force_from == date(2024, 5, 1)
    assert notice.in_force_to == date(2029, 4, 30)
    assert notice.repeals == ("关于居民身份证管理的若干意见",)


def test_every_paragraph_is_one_clause_with_its_path(notice: PolicyDocument) -> None:
    keys = {one.text[:6]: one.key for one in notice.provisions}

    assert keys["（一）年满十"] == "point1/item1"
    assert keys["1.监护人的"] == "point1/item2/subitem1"
    assert keys["（1）原件当"] == "point1/item2/subitem2/detail1"
    assert keys["延长办理期限"] == "point2/paragraph2"
    assert keys["第三条规定以"] == "annex1/chapter1/article2/paragraph3"
    assert keys["1.一年内拍"] == "annex1/chapter2/article3/paragraph1/item2/subitem1"
    assert keys["材料不齐的，"] == "annex1/chapter2/article3/paragraph2"
    assert keys["第三条之一　"] == "annex1/chapter2/article3-1/paragraph1"
    assert keys["丢失补领 |"] == "annex2/row3"


def test_parts_that_are_no_rule_are_not_quoted(notice: PolicyDocument) -> None:
    roles = {one.text: one.role for one in notice.clauses}

    assert roles["江南省公安厅文件"] is Role.FRONT
    assert roles["各地级以上市公安局，厅机关各部门："] is Role.SALUTATION
    assert roles["附件：1.江南省居民身份证管理实施办法"] is Role.ANNEX_LIST
    assert roles["2.收费标准表"] is Role.ANNEX_LIST
    assert roles["2024年3月28日"] is Role.SIGNATURE
    assert roles["（此件公开发布）"] is Role.IMPRINT
    assert roles["第一章　总　则"] is Role.HEADING


@pytest.mark.parametrize(
    ("path", "cited", "text"),
    [
        ("point1/item2/subitem1", "第一部分第（二）项第1点", "1.监护人的居民身份证；"),
        ("point2/paragraph2", "第二部分第二段", "延长办理期限的，应当告知申请人。"),
        (
            "annex1/article3/paragraph1/item2/subitem2",
            "附件1《江南省居民身份证管理实施办法》第三条第一款第（二）项第2目",
            "2.免冠。",
        ),
        (
            "annex1/article3/paragraph2",
            "附件1《江南省居民身份证管理实施办法》第三条第二款",
            "材料不齐的，公安机关应当一次性告知。",
        ),
        (
            "annex1/article3-1",
            "附件1《江南省居民身份证管理实施办法》第三条之一",
            "第三条之一　跨省通办适用前条规定。",
        ),
        ("annex2/row3", "附件2《收费标准表》表第3行", "丢失补领 | 40元/证"),
    ],
)
def test_quote_is_word_for_word_with_its_number(
    notice: PolicyDocument, path: str, cited: str, text: str
) -> None:
    quotation = quote(notice, path)

    assert quotation.citation == TITLE + cited
    assert quotation.text == text


def test_quote_of_an_article_holds_all_of_it(notice: PolicyDocument) -> None:
    quotation = quote(notice, "annex1/article3")

    start = documents.REGULATION.index("第三条　申请领取居民身份证，应当提交下列材料：")
    assert quotation.text == "\n".join(documents.REGULATION[start : start + 6])
    assert quotation.citation.endswith("第三条")


def test_only_paragraph_of_an_article_is_cited_as_the_article(notice: PolicyDocument) -> None:
    assert quote(notice, "annex1/article1/paragraph1").citation.endswith("》第一条")


@pytest.mark.parametrize("path", ["annex1/article99", "article", "", "/", "annex1/articl"])
def test_unknown_path_is_refused(notice: PolicyDocument, path: str) -> None:
    with pytest.raises(ClauseNotFoundError):
        quote(notice, path)


def test_document_survives_json(notice: PolicyDocument) -> None:
    assert PolicyDocument.model_validate_json(notice.model_dump_json()) == notice


def test_order_of_the_government_carries_its_regulation() -> None:
    document = parsed(
        "中华人民共和国国务院令",
        "第844号",
        "《证件条例》已经2026年3月1日国务院第20次常务会议通过，现予公布，自2026年7月1日起施行。",
        "总理　李某",
        "2026年3月10日",
        "证件条例",
        "第一条 为了管理证件，制定本条例。",
        "第二条 本条例自2026年7月1日起施行。",
    ).document

    assert (document.title, document.number) == ("证件条例", "中华人民共和国国务院令第844号")
    assert document.issuers == ("国务院",)
    assert document.in_force_from == date(2026, 7, 1)
    assert quote(document, "article2").citation == (
        "《证件条例》（中华人民共和国国务院令第844号）第二条"
    )


def test_note_under_the_title_names_order_issuer_and_day() -> None:
    document = parsed(
        "证件寄存规定",
        "（1998年5月6日中华人民共和国国务院令第９９９号公布　根据2011年1月8日《国务院关于修改"
        "〈证件寄存规定〉的决定》第一次修订）",
        "第一条 为了管理证件寄存，制定本规定。",
        "第二条 本规定自公布之日起施行。",
    ).document

    assert (document.title, document.number) == ("证件寄存规定", "中华人民共和国国务院令第999号")
    assert (document.issuers, document.issued_on) == (("国务院",), date(1998, 5, 6))
    assert document.in_force_from == date(1998, 5, 6)


def test_order_of_a_ministry_in_the_note_names_the_ministry() -> None:
    document = parsed(
        "证件寄存办法",
        "（2019年3月1日公安部令第9号发布）",
        "第一条 为了管理证件寄存，制定本办法。",
    ).document

    assert (document.number, document.issuers) == ("公安部令第9号", ("公安部",))


def test_what_a_web_page_adds_below_its_article_is_no_clause() -> None:
    document = parsed(
        "证件寄存办法",
        "第一条 证件寄存免费。",
        "第二条 相关链接应当在网站公布。",
        "原文链接：",
        "https://law.example/detail?id=1",
        "上一篇：证件补领办法",
        "扫一扫在手机打开当前页",
    ).document

    assert [one.key for one in document.provisions] == [
        "article1/paragraph1",
        "article2/paragraph1",
    ]


def test_law_with_contents_is_cut_at_its_chapters_once() -> None:
    document = parsed(
        "中华人民共和国证件法",
        "（2003年6月28日第十届全国人民代表大会常务委员会第三次会议通过）",
        "目　录",
        "第一章　总　则",
        "第二章　附　则",
        "第一章　总　则",
        "第一条　为了管理证件，制定本法。",
        "第二章　附　则",
        "第二条　本法自2004年1月1日起施行。",
    ).document

    headings = [one.key for one in document.clauses if one.role is Role.HEADING]
    assert headings == ["chapter1", "chapter2"]
    assert document.title == "中华人民共和国证件法"
    assert document.issuers == ("全国人民代表大会常务委员会",)
    assert document.issued_on == date(2003, 6, 28)


def test_article_without_a_blank_counts_only_where_its_number_follows() -> None:
    found = parsed("证件办法", "第一条证件免费。", "第八条证件除外。", "第二条证件五年有效。")

    assert [one.key for one in found.document.provisions] == [
        "article1/paragraph1",
        "article1/paragraph2",
        "article2/paragraph1",
    ]
    told = "第一条之后有一段以“第八条”开头，没有作为新的一条，请核对原文"
    assert told in found.remarks


@pytest.mark.parametrize("blank", ["\u2003", "\u2002", "\u00a0", "\u3000", "\u200b", " "])
def test_article_after_a_gap_is_one_whatever_blank_parts_it_from_its_words(blank: str) -> None:
    found = parsed("证件办法", f"第一条{blank}证件免费。", f"第八条{blank}证件五年有效。")

    assert [one.key for one in found.document.provisions] == [
        "article1/paragraph1",
        "article8/paragraph1",
    ]
    assert quote(found.document, "article8").citation == "《证件办法》第八条"


def test_gap_in_the_articles_is_remarked() -> None:
    remarks = parsed("证件办法", "第一条 甲。", "第三条 丙。").remarks

    assert "条号不连续：第一条之后是第三条，请核对原文" in remarks
    assert not any(
        "条号" in one for one in parsed("证件办法", "第一条 甲。", "第二条 乙。").remarks
    )


def test_numbers_within_a_quotation_are_not_the_texts_own() -> None:
    document = parsed(
        "关于修改证件办法的决定",
        "一、将第二条修改为：“第二条　证件五年有效。",
        "第三条　证件免费。”",
        "二、本决定自2024年1月1日起施行。",
    ).document

    keys = [one.key for one in document.provisions]
    assert keys == ["point1", "point1/paragraph2", "point2"]


def test_repeated_number_gets_a_path_of_its_own() -> None:
    document = parsed("证件通知", "一、甲。", "一、乙。").document

    assert [quote(document, one.key).text for one in document.provisions] == [
        "一、甲。",
        "一、乙。",
    ]


def test_passages_are_the_provisions_of_what_is_in_force(notice: PolicyDocument) -> None:
    during, after = date(2025, 1, 1), date(2029, 5, 1)

    passages = list(clause_passages({"P0001": notice}, during))

    assert [one.path for one in passages] == [one.key for one in notice.provisions if one.path]
    assert passages[1].code == "P0001"
    assert "申领条件" in passages[1].text
    assert list(clause_passages({"P0001": notice}, after)) == []
    assert list(clause_passages({"P0001": notice}, date(2024, 4, 30))) == []


_PIECES = st.sampled_from(
    (
        *("第一条　甲。", "第二条乙", "一、丙", "（一）丁；", "1.戊", "附件", "附件1：己", "庚："),
        *("“辛", "壬”", "2024年1月1日", "某某市公安局", "目录", "第一章 癸", "（此件公开）"),
        *("甲乙丙丁。", "附件：1.甲", "各有关单位：", "总理　李某", "抄送：某局。"),
    )
)


@given(st.lists(_PIECES, min_size=1, max_size=40))
def test_clauses_joined_are_the_text_whatever_its_order(lines: list[str]) -> None:
    paragraphs = [Paragraph(one) for one in lines]

    made = cut(paragraphs, lay_out(paragraphs))

    assert joined(made.clauses) == "\n".join(lines)
    quotable = [one.key for one in made.clauses if one.role is Role.PROVISION]
    assert len(set(quotable)) == len(quotable)
