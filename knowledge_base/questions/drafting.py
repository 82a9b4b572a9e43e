"""A question, with its answer where there is one, becomes part of a draft, reviewed like any."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.text.personal_information import PersonalValues, replace_personal
from foundation.text.storable import storable
from knowledge_base.entries.content import Content
from knowledge_base.entries.errors import EntryNotFoundError
from knowledge_base.entries.models import Entry
from knowledge_base.entries.repository import lock_version_of
from knowledge_base.entries.schemas import Saved
from knowledge_base.entries.service import EntryService
from knowledge_base.library import Library
from knowledge_base.questions.errors import AlreadyLearnedError, CodesUsedUpError
from knowledge_base.schema import Audience

# New matters get codes that no shipped index uses.
_FIRST_NEW, _LAST_NEW = 9001, 9999
_TITLE = 40  # characters; a question is no title, an editor gives it one

_STARRED = re.compile(r"[0-9A-Za-z.@]{0,4}\*{3,}[0-9A-Za-z.@]{0,4}")  # as ``mask`` leaves it
_DWELLING = re.compile(
    r"(?:\d+|[A-Za-z])(?:号楼|栋|幢|单元|座)(?:\d*(?:号楼|栋|幢|单元|座|层|楼))*\d*[号室]?"
)
_ROOM = re.compile(r"\d{3,4}(?:室|号房)")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏窦章苏潘葛范彭郎"
    "鲁韦马苗方俞任袁柳鲍史唐费廉岑薛雷贺倪汤罗毕郝邬安常于傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄"
    "米戴谈宋庞熊纪舒项祝董梁杜阮蓝席季贾江童郭梅林钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房丁邓石"
    "崔龚程邢裴陆翁曲段侯武刘景叶黎白赖乔阳胥耿关牛申路肖曾游辛聂岳"
)
_PERSON = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|小姐|同志|阿姨|大爷|师傅)")
_SALUTATION = re.compile(
    r"^(?:尊敬的)?(?:市民|\[姓名\])?(?:朋友)?[，,：:]?(?:您好|你好)[！!，,。：:]*"
)


@dataclass(frozen=True, slots=True)
class Learned:
    """What a draft is made from."""

    question: str
    reason: str  # of the draft: where this comes from
    answer: str | None = None
    as_alias: bool = False  # another name of the matter, rather than a way to ask
    code: str | None = None  # of the matter; None: of none that is known
    department: str | None = None
    source: str | None = None  # title of the document it stands in
    on: date | None = None  # the day of the answer


class LearnedDrafts:
    """Writes into an entry's open draft, or begins one; the caller's transaction decides."""

    def __init__(self, entries: EntryService, shipped: Library) -> None:
        self._entries = entries
        self._shipped = shipped

    def add(self, session: Session, account: Account, learned: Learned) -> Saved:
        """Add a common question with its answer; without one a sample question, or an alias.

        Raises:
            ActionNotAllowedError: the account may not edit.
            AlreadyLearnedError: the entry holds the question.
            CodesUsedUpError: no code is left for a new matter.
            IllegalEntryMoveError: the entry's draft waits for review.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        question = impersonal(learned.question)
        answer = None if learned.answer is None else impersonal(learned.answer)
        code = learned.code or self._next_code(session)
        content = self._content(session, account, code, question, learned)
        grown = (
            _with_alias(code, content, question)
            if learned.as_alias
            else _with_question(code, content, question, answer)
        )
        lock = lock_version_of(session, code)
        return self._entries.drafts.save(session, account, grown, learned.reason, lock)

    def _content(
        self, session: Session, account: Account, code: str, question: str, learned: Learned
    ) -> Content:
        try:
            return self._entries.views.content(session, account, code).content
        except EntryNotFoundError:
            return self._new_matter(code, question, learned)

    def _new_matter(self, code: str, question: str, learned: Learned) -> Content:
        """Return what is known of a matter without a guide; the rest stays empty for an editor."""
        listed = self._shipped.index.get(code)
        content: Content = {
            "code": code,
            "title": question[:_TITLE] if listed is None else listed.title,
            "aliases": [question] if listed is None else list(listed.aliases) or [question],
            "audience": Audience.BOTH.value,
        }
        if listed is not None:
            content["category"] = listed.category
        if learned.department is not None:
            content["department"] = learned.department
        if learned.source is not None:
            content["source"] = {"title": learned.source}
        if learned.on is not None:
            content["valid_from"] = learned.on.isoformat()
        return content

    def _next_code(self, session: Session) -> str:
        query = select(Entry.code).where(Entry.code >= f"M{_FIRST_NEW}")
        taken = {*session.scalars(query), *self._shipped.matters, *self._shipped.index}
        for number in range(_FIRST_NEW, _LAST_NEW + 1):
            if f"M{number}" not in taken:
                return f"M{number}"
        raise CodesUsedUpError


def impersonal(text: str) -> str:
    """Return a text as a guide may hold it: nobody's number, name or dwelling in it.

    By pattern, so an editor reads it before it is submitted; never the other way round.
    """
    hidden = replace_personal(storable(text), PersonalValues())
    hidden = re.sub(r"\[(\w+?)\d+\]", r"[\1]", hidden)
    hidden = _STARRED.sub("[已隐去]", hidden)
    hidden = _ROOM.sub("[门牌]", _DWELLING.sub("[门牌]", hidden))
    hidden = _PERSON.sub("[姓名]", hidden)
    return _SALUTATION.sub("", hidden).strip()


def _with_question(code: str, content: Content, question: str, answer: str | None) -> Content:
    common = list(content.get("common_questions", ()))
    samples = list(content.get("sample_questions", ()))
    if question in samples or question in {one.get("question") for one in common}:
        raise AlreadyLearnedError(code)
    if answer is None:
        return {**content, "sample_questions": [*samples, question]}
    return {**content, "common_questions": [*common, {"question": question, "answer": answer}]}


def _with_alias(code: str, content: Content, name: str) -> Content:
    aliases = list(content.get("aliases", ()))
    if name in {*aliases, content.get("title")}:
        raise AlreadyLearnedError(code)
    return {**content, "aliases": [*aliases, name]}
