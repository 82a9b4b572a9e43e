import re
from datetime import date

import pypdfium2
import pytest

from knowledge_base.bundles.loader import load_bundles
from knowledge_base.bundles.planning import plan
from knowledge_base.bundles.printing import plan_sheet, print_plan
from knowledge_base.library import Library


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("code", ["B01", "B05"])
def test_printed_plan_holds_every_word_and_its_day_on_each_page(
    shipped: Library, code: str
) -> None:
    bundle = load_bundles(shipped).bundle(code)
    made = plan(bundle, {question.key: True for question in bundle.questions}, shipped)

    printed = pypdfium2.PdfDocument(print_plan(made, shipped, date(2026, 11, 22)))
    texts = [squeezed(page.get_textpage().get_text_range()) for page in printed]

    foot = squeezed(f"{bundle.title} · 2026-11-22打印")
    for number, text in enumerate(texts, start=1):
        page_of = f"第{number}页，共{len(texts)}页"
        assert foot in text
        assert page_of in text
        texts[number - 1] = text.replace(foot, "").replace(page_of, "")
    whole = "".join(texts)
    sheet = plan_sheet(made)
    words = [sheet.title, sheet.summary, *(part.label for part in sheet.parts)]
    words += [word for part in sheet.parts for one in part.lines for word in (one.text, one.basis)]
    assert [word for word in words if squeezed(word) not in whole] == []
    assert [part.label for part in sheet.parts if part.to_tick] == [
        f"要带的材料（合并后{len(made.documents)}样）"
    ]
