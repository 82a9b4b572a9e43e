import re
from datetime import date

import pypdfium2
import pytest

from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.notices.parts import Notice
from knowledge_base.notices.printing import print_notice
from knowledge_base.rendering import one_time_notice

# One with boxes, cases and local differences; one with several pages.
CODES = ("M0103", "M1302")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def squeezed(text: str) -> str:
    return re.sub(r"[\s（）【】]", "", text)


def page_texts(printed: bytes) -> list[str]:
    with pypdfium2.PdfDocument(printed) as document:
        return [squeezed(page.get_textpage().get_text_bounded()) for page in document]


def test_notice_parts_hold_the_same_words_as_the_text(library: Library) -> None:
    for matter in library.matters.values():
        notice = Notice.of(matter, library)
        words = [notice.title, notice.summary]
        for part in notice.parts:
            words += [part.label, *(line.text + line.basis for line in part.lines)]
        words.append(notice.missing)

        assert squeezed("".join(words)) == squeezed(one_time_notice(matter, library))


@pytest.mark.parametrize("code", CODES)
def test_printed_notice_holds_every_word_and_its_source_on_each_page(
    library: Library, code: str
) -> None:
    matter = library.matter(code)
    texts = page_texts(print_notice(matter, library, date(2026, 11, 22)))

    for number, text in enumerate(texts, start=1):
        foot = f"{matter.title}·第{matter.version}版·{matter.valid_from}起施行·2026-11-22打印"
        page_of = f"第{number}页，共{len(texts)}页"
        assert squeezed(foot) in text
        assert page_of in text
        texts[number - 1] = text.replace(squeezed(foot), "").replace(page_of, "")
    whole = "".join(texts)
    for part in Notice.of(matter, library).parts:
        for line in part.lines:
            assert squeezed(line.text) in whole
            assert squeezed(line.basis) in whole


def test_printed_notice_embeds_its_font(library: Library) -> None:
    printed = print_notice(library.matter(CODES[0]), library, date(2026, 11, 22))

    assert b"NotoSansCJKSC" in printed
    assert re.search(rb"/FontFile[23]? ", printed)
