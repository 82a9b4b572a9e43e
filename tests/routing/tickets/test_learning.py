"""A resolved inquiry becomes a draft; on SQLite and on PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from foundation.access.errors import ActionNotAllowedError
from foundation.access.service import AccessService
from foundation.settings import Settings
from knowledge_base.entries.states import EntryState
from knowledge_base.loader import load_library
from knowledge_base.questions.drafting import LearnedDrafts, impersonal
from knowledge_base.questions.errors import AlreadyLearnedError
from retrieval.service import Retriever
from routing.appeals.assembly import Casework
from routing.appeals.models import Appeal
from routing.follow_ups.views import answered_ticket
from routing.schemas import AppealKind
from routing.tickets.errors import NotLearnableError, TicketNotFoundError
from routing.tickets.learning import InquiryLearning, LearnableInquiry
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import ticket_view
from tests.casework_fixtures import (
    CITY_MANAGEMENT,
    DEPARTMENTS,
    MONDAY,
    PROPOSAL,
    READING,
    Register,
)
from tests.knowledge_base.entries.conftest import (
    CODE,
    Life,
    access,
    life,
    make_life,
    people,
    shipped,
)

__all__ = ["access", "life", "make_life", "people", "shipped"]

INQUIRY = replace(PROPOSAL, reading=replace(READING, kind=AppealKind.INQUIRY))
LOST_CARD = "身份证丢了怎么补办？回我13812345678"
PLAIN_REPLY = "身份证丢失的，本人到任一派出所补领。"  # names nobody: all that a report may get
REPLY = "张先生您好，身份证丢失的，本人到任一派出所补领。详询13987654321。"


@dataclass
class Desk:
    learning: InquiryLearning
    life: Life
    casework: Casework
    register: Register

    def resolved(self, text: str = LOST_CARD, **changed: object) -> str:
        """An inquiry that was answered, and the citizen content."""
        ticket_no = self.replied(text, **changed)
        with self.life.database.transaction() as session:
            for state in (TicketState.FOLLOWING_UP, TicketState.RESOLVED):
                self.casework.tickets.advance(session, ticket_no, state, CITY_MANAGEMENT)
        return ticket_no

    def replied(self, text: str, **changed: object) -> str:
        number = self.register(INQUIRY, text=text, **{"kind": AppealKind.INQUIRY, **changed}).number
        ticket_no = f"{number}-1"
        with self.life.database.transaction() as session:
            self.casework.tickets.accept(session, ticket_no, CITY_MANAGEMENT)
            reply = PLAIN_REPLY if ticket_view(session, ticket_no, "CG").row.confidential else REPLY
            self.casework.tickets.reply(
                session, ticket_no, CITY_MANAGEMENT, reply, override="窗口的公开号码"
            )
        return ticket_no

    def content(self, code: str) -> Mapping[str, object]:
        with self.life.database.reading() as session:
            views = self.life.entries.views
            return views.content(session, self.life.people.editor, code).content


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """The real search over two guides, as while the encoder is loading."""
    library = load_library()
    two = {code: library.matters[code] for code in ("M0102", CODE)}
    settings = Settings(data_dir=tmp_path_factory.mktemp("search"))
    retriever = Retriever(replace(library, matters=two), settings)
    retriever.warm_up_lexical()
    return retriever


@pytest.fixture
def desk(
    life: Life, access: AccessService, casework: Casework, register: Register, search: Retriever
) -> Desk:
    drafts = LearnedDrafts(life.entries, life.shipped)
    learning = InquiryLearning(
        life.database, drafts, access, search.ask, DEPARTMENTS, casework.tickets
    )
    return Desk(learning, life, casework, register)


def test_inquiry_about_a_known_matter_becomes_its_common_question(desk: Desk) -> None:
    ticket_no = desk.resolved()

    saved = desk.learning.draft(desk.life.people.editor, ticket_no)

    assert (saved.code, saved.state) == (CODE, EntryState.DRAFT)
    assert desk.content(CODE)["common_questions"][-1] == {
        "question": "身份证丢了怎么补办？回我[已隐去]",
        "answer": "身份证丢失的，本人到任一派出所补领。详询[电话]。",
    }
    # Nothing of it is answered before somebody has reviewed it.
    assert desk.life.answered_fee() == (1, 40.0)


def test_inquiry_about_no_matter_begins_a_new_one(desk: Desk) -> None:
    ticket_no = desk.resolved("天台上能不能养鸽子")

    saved = desk.learning.draft(desk.life.people.editor, ticket_no)

    assert saved.code == "M9001"
    content = desk.content("M9001")
    assert (content["title"], content["department"]) == ("天台上能不能养鸽子", "CG")
    assert content["source"] == {"title": "测试市城市管理局对热线咨询的答复（2026-11-23）"}
    assert "legal_basis" not in content


def test_two_inquiries_about_nothing_known_become_two_matters(desk: Desk) -> None:
    editor = desk.life.people.editor
    desk.learning.draft(editor, desk.resolved("天台上能不能养鸽子"))

    assert desk.learning.draft(editor, desk.resolved("暖气片漏水谁来修")).code == "M9002"


def test_same_inquiry_is_not_drafted_twice(desk: Desk) -> None:
    ticket_no = desk.resolved()
    desk.learning.draft(desk.life.people.editor, ticket_no)

    with pytest.raises(AlreadyLearnedError):
        desk.learning.draft(desk.life.people.editor, ticket_no)


def test_only_resolved_open_inquiries_are_learned_from(desk: Desk) -> None:
    editor = desk.life.people.editor
    waiting = desk.replied(LOST_CARD)
    confidential = desk.resolved(confidential=True)
    assistance = desk.resolved(kind=AppealKind.ASSISTANCE)
    resolved = desk.resolved("天台上能不能养鸽子")

    for ticket_no in (waiting, confidential, assistance):
        with pytest.raises(NotLearnableError):
            desk.learning.draft(editor, ticket_no)
    with pytest.raises(TicketNotFoundError):
        desk.learning.draft(editor, "20261123-999999-1")

    assert desk.learning.learnable(editor) == [
        LearnableInquiry(resolved, "天台上能不能养鸽子", "城市管理/市容环境/占道经营", MONDAY, None)
    ]


def test_irregularity_report_never_becomes_a_draft(desk: Desk) -> None:
    editor = desk.life.people.editor
    report = desk.resolved(kind=AppealKind.IRREGULARITY_REPORT)
    merged = desk.resolved("天台上能不能养鸽子")
    assert merged in {one.ticket_no for one in desk.learning.learnable(editor)}
    with desk.life.database.transaction() as session:
        # A report that came under an inquiry's ticket by a merge.
        appeal = session.scalars(select(Appeal).where(Appeal.number == merged[:-2])).one()
        appeal.kind = AppealKind.IRREGULARITY_REPORT

    for ticket_no in (report, merged):
        with pytest.raises(NotLearnableError):
            desk.learning.draft(editor, ticket_no)
        with pytest.raises(NotLearnableError):
            desk.learning.read(editor, ticket_no)


def test_name_that_only_the_contact_tells_is_not_in_the_draft(desk: Desk) -> None:
    ticket_no = desk.resolved("张晓明问天台上能不能养鸽子")

    read = desk.learning.read(desk.life.people.editor, ticket_no)
    saved = desk.learning.draft(desk.life.people.editor, ticket_no)

    assert read.question == "[姓名]问天台上能不能养鸽子"
    assert "张晓明" not in str(desk.content(saved.code))


def test_ticket_tells_that_it_was_learned_from(desk: Desk) -> None:
    editor = desk.life.people.editor
    ticket_no = desk.resolved("天台上能不能养鸽子")

    desk.learning.draft(editor, ticket_no)

    assert [one.entry_code for one in desk.learning.learnable(editor)] == ["M9001"]
    with desk.life.database.reading() as session:
        assert answered_ticket(session, ticket_no).timeline[-1].label == "答复已转为知识库草稿"
        assert list(verify(session, ticket_no)) == []


@pytest.mark.parametrize("who", ["reviewer", "operator", "administrator"])
def test_who_does_not_edit_learns_nothing_from_tickets(desk: Desk, who: str) -> None:
    ticket_no, stranger = desk.resolved(), getattr(desk.life.people, who)

    with pytest.raises(ActionNotAllowedError):
        desk.learning.draft(stranger, ticket_no)
    with pytest.raises(ActionNotAllowedError):
        desk.learning.learnable(stranger)
    with pytest.raises(ActionNotAllowedError):
        desk.learning.read(stranger, ticket_no)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("尊敬的市民您好：可以办理。", "可以办理。"),
        ("已告知王建国先生，请到3号窗口。", "已告知[姓名]，请到3号窗口。"),
        ("住在12栋3单元502室，怎么报修", "住在[门牌]，怎么报修"),
        ("身份证号11010519491231002X", "身份证号[身份证号]"),
        ("车牌京A12345能换吗", "车牌[车牌]能换吗"),
        ("凭高龄津贴证领取，一年一次", "凭高龄津贴证领取，一年一次"),
    ],
)
def test_guide_text_names_nobody(said: str, kept: str) -> None:
    assert impersonal(said) == kept
