"""Reading of the State Council's yearly notice on holidays (国务院办公厅关于…节假日安排的通知).

Every sentence is read whole, set aside for a stated reason, or refused: nothing that looks like an
arrangement is passed over in silence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from routing.deadlines.calendar import SpecialDay
from routing.deadlines.errors import NoticeSentenceError
from routing.deadlines.notice_dates import DAYS, DateContext, read_days

# 《全国年节及纪念日放假办法》: a year's notice arranges all seven.
HOLIDAYS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")

_PUNCTUATION = str.maketrans("(),:;", "（），：；")
# 一、元旦：1月1日…; in 2009 also without the colon. A number alone begins an item without a name.
_ITEM = re.compile(r"^[一二三四五六七八九十]+、(?:([^：。，\d]{2,40}?)(?:：|(?=\d)))?")
_TITLE = re.compile(r"关于.*?(\d{4})年(.*?)(?:节假日|假期)(?:安排)?的通知")
_NUMBER = re.compile(r"国办发(?:明电)?〔\d{4}〕\d+号")
_INTRODUCTION_END = re.compile(r"通知如下[。：]?|特作如下[^：。]{0,6}：")
_SIGNATURE = re.compile(r"^\d{4}年\d{1,2}月\d{1,2}日$")
# Said without a date these would still arrange days; 安排补休 alone does not.
_ARRANGES = re.compile(r"放假|上班|调休|连休|假期至")
_NOT_AN_ORDER = re.compile(r"^(?:鼓励|(?:调休放假|节假日|假日|放假)期间)")
_HAS_DATE = re.compile(r"\d{1,2}日")
_SATURDAY = 5


class Verdict(StrEnum):
    """What became of a sentence."""

    READ = "read"
    SET_ASIDE = "set_aside"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The word people see."""
        return {"read": "已读", "set_aside": "不含安排", "refused": "读不懂"}[self.value]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and what it says."""

    text: str
    verdict: Verdict
    reason: str = ""  # Chinese: why it was set aside or refused
    holiday: str = ""  # 国庆节、中秋节
    off: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()


@dataclass(frozen=True)
class Notice:
    """A notice as it was read."""

    year: int
    title_year: int | None  # as the title says; None where the text has no title
    number: str  # 国办发明电〔2024〕12号; empty where the text names none
    sentences: tuple[Sentence, ...] = field(repr=False)

    @property
    def refused(self) -> tuple[Sentence, ...]:
        """The sentences that could not be read."""
        return tuple(each for each in self.sentences if each.verdict is Verdict.REFUSED)

    @property
    def days(self) -> Mapping[date, SpecialDay]:
        """Every day that the notice arranges."""
        found: dict[date, SpecialDay] = {}
        for sentence in self.sentences:
            found |= _special(sentence)
        return MappingProxyType(dict(sorted(found.items())))

    @property
    def missing_holidays(self) -> tuple[str, ...]:
        """The statutory holidays that a whole year's notice would arrange and this does not."""
        arranged = "".join(each.holiday for each in self.sentences if each.off)
        return tuple(name for name in HOLIDAYS if name not in arranged)


def _special(sentence: Sentence) -> dict[date, SpecialDay]:
    worked = dict.fromkeys(sentence.worked, SpecialDay(working=True, name=sentence.holiday))
    off = dict.fromkeys(sentence.off, SpecialDay(working=False, name=sentence.holiday))
    return worked | off


@dataclass(slots=True)
class _Item:
    """One holiday's arrangement while its sentences are read."""

    holiday: str
    context: DateContext
    off: set[date] = field(default_factory=set)
    moved_from: set[date] = field(default_factory=set)


def read_notice(text: str, year: int, before: Mapping[date, SpecialDay] | None = None) -> Notice:
    """Read a notice's plain text.

    Args:
        text: the whole notice, or sentences of it; half-width punctuation is taken as full-width.
        year: the year it arranges.
        before: what was arranged for that year until now; needed by a notice that lengthens a
            holiday, which names its new end alone.
    """
    lines = [re.sub(r"\s", "", line).translate(_PUNCTUATION) for line in text.splitlines()]
    lines = [line for line in lines if line]
    heading = "".join(lines[:4])
    title, number = _TITLE.search(heading), _NUMBER.search(heading)
    # 关于调整2019年劳动节假期安排的通知: the title names what its items do not.
    named = [name for name in HOLIDAYS if title and name in title[2]]
    reader = _Reader(year, before or {}, named[0] if len(named) == 1 else "")
    return Notice(
        year=year,
        title_year=int(title[1]) if title else None,
        number=number[0] if number else "",
        sentences=tuple(reader.read(lines)),
    )


class _Reader:
    def __init__(self, year: int, before: Mapping[date, SpecialDay], holiday: str) -> None:
        self._year = year
        self._before = before
        self._holiday = holiday
        self._known: dict[date, bool] = {}  # of this notice; working or not
        self._item = _Item("", DateContext(year))

    def read(self, lines: list[str]) -> Iterator[Sentence]:
        introduced = not any(_INTRODUCTION_END.search(line) for line in lines)
        for line in lines:
            if introduced:
                yield from self._paragraph(line)
                continue
            end = _INTRODUCTION_END.search(line)
            introduced, cut = end is not None, end.end() if end else len(line)
            yield Sentence(line[:cut], Verdict.SET_ASIDE, "标题和引言")
            yield from self._paragraph(line[cut:])

    def _paragraph(self, line: str) -> Iterator[Sentence]:
        """Read a line; each begins anew, and may name its holiday."""
        item = _ITEM.match(line)
        holiday = (item[1] if item else None) or self._holiday
        self._item = _Item(holiday, DateContext(self._year))
        for part in re.findall(r"[^。]+。?", line[item.end() :] if item else line):
            yield self._sentence(part)

    def _sentence(self, text: str) -> Sentence:
        aside = _set_aside(text)
        if aside:
            return Sentence(text, Verdict.SET_ASIDE, aside)
        try:
            off, worked = self._arrangement(text.rstrip("。"))
        except NoticeSentenceError as error:
            return Sentence(text, Verdict.REFUSED, error.reason, self._item.holiday)
        self._known |= dict.fromkeys(off, False) | dict.fromkeys(worked, True)
        return Sentence(text, Verdict.READ, "", self._item.holiday, off, worked)

    def _arrangement(self, text: str) -> tuple[tuple[date, ...], tuple[date, ...]]:
        """Return the days off and the days worked that one sentence says.

        Raises:
            NoticeSentenceError: a part of it is not understood, or contradicts what is known.
        """
        holiday = self._item.holiday
        if holiday and not any(name in holiday for name in HOLIDAYS):
            # 妇女节, 青年节: half a day, and not for everybody.
            raise NoticeSentenceError(f"“{holiday}”不是全体公民放假的节日")
        read = read_days(text, self._item.context)
        lists = iter(read.lists)
        clauses = _Clauses(self._item, self._before)
        for clause in re.split("[，；]", read.template):
            clauses.take(clause, [next(lists) for _ in range(clause.count(DAYS))])
        # Nothing is known of a holiday's rest days moved here until its whole sentence is read.
        worked = clauses.worked | (clauses.moved - self._item.off)
        self._check(clauses.off, worked, resumed=clauses.resumed)
        return tuple(sorted(clauses.off)), tuple(sorted(worked))

    def _check(self, off: set[date], worked: set[date], *, resumed: set[date]) -> None:
        for day in sorted(off & worked):
            raise NoticeSentenceError(f"{day}既放假又上班")
        for day in sorted(off | worked):
            if self._known.get(day, day in worked) is not (day in worked):
                raise NoticeSentenceError(f"{day}与前文相反")
            if not date(self._year - 1, 12, 1) <= day <= date(self._year + 1, 1, 31):
                raise NoticeSentenceError(f"{day}不属于{self._year}年的安排")
        for day in sorted(worked - resumed):
            if day.weekday() < _SATURDAY and day not in self._before:
                raise NoticeSentenceError(f"{day}不是周末，无须调休上班")


def _set_aside(text: str) -> str:
    """Say why a sentence arranges nothing; empty when it has to be read."""
    order = _NOT_AN_ORDER.match(text)
    if order is not None:
        return "只是鼓励，不是放假安排" if order[0] == "鼓励" else "放假期间的工作要求"
    if _SIGNATURE.match(text.rstrip("。")):
        return "落款日期"
    if _TITLE.search(text) or _NUMBER.search(text):
        return "标题和文号"
    if not _HAS_DATE.search(text) and not _ARRANGES.search(text):
        return "没有日期和放假安排"
    return ""


_COUNT = "[一二三四五六七八九十两]"
_OFF = re.compile(f"(?:其中)?{DAYS}(?:调休)?放假(?:调休|公休|补休)?(?:(\\d+)天)?")
_TOTAL = re.compile(r"共(\d+)天")
_EXPLAINED = re.compile(f"(?:其中)?{DAYS}(?:为(?:[^，；]+节)?法定节?假日|为公休日|照常公休)")
_REST = re.compile(f"{DAYS}(?:补休|调休|公休)")
# A statutory holiday that falls into another may be moved with the rest day: 公休日及中秋节.
_MOVED = re.compile(f"将?{DAYS}(?:{_COUNT}+个)?公休日(及[^，；]{{2,3}}节)?(?:分别)?调至{DAYS}")
_WORKED = re.compile(f"{DAYS}(?:照常|正常)?上班")
_RESUMED = re.compile(f"{DAYS}起(?:照常|正常)上班")
_LENGTHENED = re.compile(rf"延长(?:\d{{4}}年)?(.+?)假期至{DAYS}")
_REMARK = re.compile(r"其中|与周末连休|不调休|")


class _Clauses:
    """The clauses of one sentence, each understood whole or refused."""

    def __init__(self, item: _Item, before: Mapping[date, SpecialDay]) -> None:
        self._item = item
        self._before = before
        self.off: set[date] = set()
        self.worked: set[date] = set()
        self.resumed: set[date] = set()  # worked again after a holiday; a weekday as a rule
        self.moved: set[date] = set()  # rest days given away: worked unless they are off anyway
        self._last: tuple[date, ...] = ()

    def take(self, clause: str, lists: list[tuple[date, ...]]) -> None:
        """Read one clause.

        Raises:
            NoticeSentenceError: it is not understood, or its count of days is wrong.
        """
        if (found := _OFF.fullmatch(clause)) is not None:
            self._rest(lists[0])
            self._count(found[1])
        elif (found := _TOTAL.fullmatch(clause)) is not None:
            self._count(found[1])
        elif _EXPLAINED.fullmatch(clause) or _REST.fullmatch(clause):
            self._rest(lists[0])
        elif (found := _MOVED.fullmatch(clause)) is not None:
            self._move(*lists, extra=1 if found[1] else 0)
        elif _RESUMED.fullmatch(clause) is not None:
            self.resumed |= set(lists[0])
            self.worked |= set(lists[0])
        elif _WORKED.fullmatch(clause) is not None:
            self.worked |= set(lists[0])
        elif (found := _LENGTHENED.fullmatch(clause)) is not None:
            self._lengthen(found[1], lists[0][-1])
        elif _REMARK.fullmatch(clause) is None:
            raise NoticeSentenceError(f"“{clause.replace(DAYS, '（日期）')}”不是已知的写法")

    def _rest(self, days: Iterable[date]) -> None:
        self._last = tuple(days)
        self.off |= set(self._last)
        self._item.off |= set(self._last)

    def _move(self, given: tuple[date, ...], taken: tuple[date, ...], *, extra: int) -> None:
        if len(given) + extra != len(taken):
            raise NoticeSentenceError(f"{len(given)}个公休日调至{len(taken)}天，数目不符")
        self.moved |= set(given)
        self._rest(taken)

    def _count(self, said: str | None) -> None:
        if said is not None and int(said) != len(self._last):
            raise NoticeSentenceError(f"写作{said}天，所列日期为{len(self._last)}天")

    def _lengthen(self, holiday: str, last: date) -> None:
        rests = {day for day, entry in self._before.items() if _belongs(entry, holiday)}
        ends = [day for day in rests if day <= last and day + timedelta(days=1) not in rests]
        if not ends:
            raise NoticeSentenceError(f"不知道{holiday}原来放到哪一天，须先载入原通知")
        end = max(ends)
        self._item.holiday = self._item.holiday or holiday
        self._rest(end + timedelta(days=step) for step in range(1, (last - end).days + 1))


def _belongs(entry: SpecialDay, holiday: str) -> bool:
    return not entry.working and holiday in entry.name
