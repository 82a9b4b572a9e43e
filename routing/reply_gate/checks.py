"""The rules, one function each: pure, in words, the same result for the same words.

Each takes the reply and the ticket it answers, and yields what it finds. None reads the vault: a
check whose result depended on an informant's name would let a department find it by trying.
"""

import re
from collections.abc import Iterator

from foundation.text.personal_information import PersonalValues, replace_personal
from routing.reply_gate.documents import KnownDocuments, numbers_in, same_numbers, title_before
from routing.reply_gate.points import is_answered, missing_form, points_of, terms_of
from routing.reply_gate.rules import GateRules
from routing.reply_gate.schemas import AskedTicket, ReplyFinding, ReplyRule
from routing.schemas import AppealKind

_SENTENCE = re.compile(r"[^。！!？?；;\n]+")
_SHORTEST_NAME = 2
_EXCERPT = 30
# In the same clause, before the words: nothing is promised, or it is done already.
_NOT_PROMISED = re.compile(r"(?:不能?|无法|难以?|未|没有?|已经?)[^，。；;！!？?\n]*$")
_BEFORE = 12
_KINDS = "|".join(kind.label for kind in AppealKind)
_KIND_BY_LABEL = {kind.label: kind for kind in AppealKind}
_NAMED_KIND = (
    re.compile(
        r"(?:您|你|市民|网友|来电人|诉求人|群众)(?:所|提出的?|来电|来信|反映的?)?的?"
        rf"(?P<kind>{_KINDS})"
    ),
    re.compile(
        r"(?:转为|改为|调整为|变更为|认定为|界定为|属于|作为|按照?|归为|列为)(?:一般|普通)?"
        rf"(?P<kind>{_KINDS})(?:类|件|事项|诉求|工单|处理|办理|答复|予以)"
    ),
    re.compile(rf"(?:此|该|本)(?:件|诉求|工单)?(?:为|系|属)(?P<kind>{_KINDS})"),
)


def unanswered_points(reply: str, asked: AskedTicket, rules: GateRules) -> Iterator[ReplyFinding]:
    """Yield the points of the appeals that the reply does not speak to."""
    said = rules.courtesies.sub(" ", reply)
    said_terms = terms_of(said, rules)
    for text in dict.fromkeys(asked.texts):
        for point in points_of(text, asked.places, rules):
            if is_answered(point, said, said_terms, rules):
                continue
            form = missing_form(point, said, rules)
            wanted = f"，市民问的是{form}" if form else ""
            reason = f"没有答到“{point.excerpt}”{wanted}"
            yield ReplyFinding(ReplyRule.UNANSWERED_POINT, point.excerpt, reason)


def empty_phrases(reply: str, rules: GateRules) -> Iterator[ReplyFinding]:
    """Yield phrases that say nothing, unless their sentence says something concrete too."""
    substance = False
    for sentence in _SENTENCE.findall(rules.courtesies.sub(" ", reply)):
        rest = rules.empty.sub("", sentence)
        if rules.concrete.search(rest):
            substance = True
            continue
        for match in rules.empty.finditer(sentence):
            words = match[0].strip()
            reason = f"“{words}”是套话，请写明由谁、在什么时候、做了或要做什么"
            yield ReplyFinding(ReplyRule.EMPTY_PHRASE, words, reason)
        substance = substance or len(terms_of(rest, rules)) > 1
    if not substance and not rules.empty.search(reply):
        reason = "答复里只有客气话，没有内容"
        yield ReplyFinding(ReplyRule.EMPTY_PHRASE, _cut(reply), reason)


def over_promises(reply: str, rules: GateRules) -> Iterator[ReplyFinding]:
    """Yield promises that nobody can keep for sure."""
    for match in rules.promises.finditer(reply):
        words = match[0]
        if _NOT_PROMISED.search(reply, max(0, match.start() - _BEFORE), match.start()):
            continue
        reason = f"“{words}”是做不到就失信的承诺，请改为已做的事和可以核对的时间"
        yield ReplyFinding(ReplyRule.OVER_PROMISE, words, reason)


def unknown_documents(
    reply: str, asked: AskedTicket, known: KnownDocuments
) -> Iterator[ReplyFinding]:
    """Yield document numbers that are neither known nor the citizen's own, or wrongly titled."""
    quoted = same_numbers(asked.texts)
    for match, number in numbers_in(reply):
        title = known.title_of(number)
        words = match[0].strip()
        if title is None and number[1] not in quoted:
            reason = f"资料库里没有文号“{number[1]}”，请核对，或改为写明文件名称"
            yield ReplyFinding(ReplyRule.UNKNOWN_DOCUMENT, words, reason)
        named = title_before(reply, match.start())
        if title is not None and named is not None and not _same_title(named, title):
            reason = f"文号“{number[1]}”是《{title}》的，不是《{named}》的"
            yield ReplyFinding(ReplyRule.UNKNOWN_DOCUMENT, words, reason)


def personal_information(
    reply: str, asked: AskedTicket, rules: GateRules
) -> Iterator[ReplyFinding]:
    """Yield personal data: by pattern, a full name with its title, the citizen's own name.

    An office's landline is no personal data. The names of ``asked`` are those that the department
    may read anyway (``Contact``), so that trying names tells it nothing new.
    """
    values = PersonalValues()
    replace_personal(reply, values)
    for placeholder, value in values.values.items():
        if not _is_landline(value):
            kind = placeholder.strip("[]0123456789")
            reason = f"答复里有{kind}，请删去或只留业务所需的部分"
            yield ReplyFinding(ReplyRule.PERSONAL_INFORMATION, value, reason)
    full = re.compile(rf"[{rules.surnames}][\u4e00-\u9fff]{{1,2}}(?:{rules.titles})")
    named = {match[0] for match in full.finditer(reply) if not _is_polite(match[0], rules)}
    named |= {one for one in asked.names if len(one) >= _SHORTEST_NAME and one in reply}
    for words in sorted(named):
        reason = f"“{words}”是个人姓名，请改为“您”或单位名称"
        yield ReplyFinding(ReplyRule.PERSONAL_INFORMATION, words, reason)


def changed_kind(reply: str, asked: AskedTicket, rules: GateRules) -> Iterator[ReplyFinding]:
    """Yield words that make less of the appeal than it is (投诉 → 咨询)."""
    said = rules.courtesies.sub(" ", reply)  # 感谢您的建议 names no kind
    for pattern in _NAMED_KIND:
        for match in pattern.finditer(said):
            kind = _KIND_BY_LABEL[match["kind"]]
            if kind.protection < asked.kind.protection:
                reason = f"市民提出的是{asked.kind.label}，答复不能改称{kind.label}"
                yield ReplyFinding(ReplyRule.KIND_CHANGED, match[0], reason)


def informant_traces(reply: str, asked: AskedTicket, rules: GateRules) -> Iterator[ReplyFinding]:
    """Yield what could tell who reported, on a confidential ticket: over-protection is no error."""
    if not asked.confidential:
        return
    person = rf"[{rules.surnames}][\u4e00-\u9fff]{{0,2}}(?:{rules.titles}|某某?)"
    speaker = (
        rf"(?:^|(?<=[，,。；;：:、（(\s])|(?<=[据经由对向与和]))[{rules.surnames}]"
        r"[\u4e00-\u9fff]{1,2}(?=反映|举报|投诉|来电|提供|陈述|称|的(?:举报|投诉|反映|来电))"
    )
    values = PersonalValues()
    replace_personal(reply, values)
    found = [match[0] for match in rules.informant.finditer(reply)]
    found += [match[0] for match in re.finditer(person, reply)]
    found += [match[0] for match in re.finditer(speaker, reply)]
    found += [value for value in values.values.values() if not _is_landline(value)]
    for words in dict.fromkeys(found):
        reason = f"“{_cut(words)}”可能让人认出举报人，保密件的答复只写查处了什么，请删去"
        yield ReplyFinding(ReplyRule.INFORMANT, _cut(words), reason)


def identity_questions(question: str, rules: GateRules) -> Iterator[ReplyFinding]:
    """Yield what a question to an informant asks of who they are: over-protection is no error."""
    for words in dict.fromkeys(match[0] for match in rules.identity.finditer(question)):
        reason = f"“{_cut(words)}”会问出举报人是谁，请只问事情本身，不问人、不约见、不要联系方式"
        yield ReplyFinding(ReplyRule.IDENTITY_ASKED, _cut(words), reason)


def _same_title(named: str, known: str) -> bool:
    plain = re.compile(r"[\s（）()]|中华人民共和国|关于|的通知|通知")
    a, b = plain.sub("", named), plain.sub("", known)
    return a in b or b in a


def _is_landline(value: str) -> bool:
    return value.startswith("0")


def _is_polite(words: str, rules: GateRules) -> bool:
    """Whether ``words`` is a surname with a title alone (王先生), cut one character too early."""
    return re.fullmatch(rf"[\u4e00-\u9fff][{rules.surnames}](?:{rules.titles})", words) is not None


def _cut(words: str) -> str:
    return words if len(words) <= _EXCERPT else f"{words[: _EXCERPT - 1]}…"
