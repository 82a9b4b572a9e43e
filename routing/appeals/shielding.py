"""The version of a citizen's words that handling roles may see.

An ordinary appeal is masked. A confidential one is shielded: personal data goes altogether (four
digits of a phone can name an informant), and so does what tells who speaks: names, kin, what they
are there, where they live or trade. Over-protection is no error.
"""

import re

from foundation.text.personal_information import PersonalValues, mask, replace_personal

HIDDEN = "[已隐去]"
# All that anybody reads of a confidential appeal before a dispatcher has confirmed its version.
PENDING = "保密诉求，内容待派单员确认遮盖稿后显示。"
_SELF_NAMED = re.compile(
    r"(?P<lead>我叫|我是|本人是|本人叫|本人|姓名(?:是|为)?[:：]?|名字(?:是|叫)?[:：]?|我姓)"
    r"\s*(?P<name>[\u4e00-\u9fff·]{1,4})(?=[，,。；;、！!？?\s（(]|$)"
)
# 我儿子, 我老公, 我家孩子
_KIN = re.compile(
    r"(?:我|俺|咱|本人)(?:的|们|家|家的)?"
    r"(?:老公|丈夫|老婆|妻子|爱人|媳妇|对象|男朋友|女朋友|儿子|女儿|闺女|孩子|小孩|娃"
    r"|爸爸|爸|父亲|妈妈|妈|母亲|父母|爷爷|奶奶|外公|外婆|姥姥|姥爷|哥哥?|姐姐?|弟弟?|妹妹?"
    r"|公公|婆婆|岳父|岳母|丈母娘|叔叔|伯伯|姑姑|舅舅|姨妈|侄子|侄女|外甥|孙子|孙女|亲戚|家人)"
)
# 我是该厂员工, 我在他们公司上班: whoever is there can count who could have said it.
_THERE = (
    r"员工|职工|工人|老员工|前员工|临时工|业主|住户|租户|租客|房东|学生|家长|病人|患者|家属|老师|教师"
    r"|护士|医生|司机|保安|保洁|会计|出纳|店员|服务员|股东|合伙人|供应商|商户|店主|老板|邻居|村民"
)
_SPEAKER = re.compile(
    rf"(?:我们?|本人)(?:就是|就|是|作为|曾是|以前是|原来是|也是)[^，,。；;！!？?\n]{{0,12}}?(?:{_THERE})"
    r"|(?:我|本人)(?:就|曾|以前|现在|之前)?在[^，,。；;！!？?\n]{1,14}?"
    r"(?:上班|工作|打工|任职|就职|上学|读书|就读|住院|租房|开店|做生意)"
)
# 我店对面, 我家楼下: the way back to the door of whoever speaks.
_OPPOSITE = re.compile(
    r"(?:我|俺|咱|本人)(?:的|们|家|家的)*(?:店铺|店面|门店|店|铺子|门面|摊位|厂|公司|单位|房子|窗户|门口)?"
    r"的?(?:斜?对面|正对面|隔壁|楼上|楼下|旁边|后面|前面|门口|窗外|边上)"
)
# In a clause that says whose home it is, the number of the door goes.
_HOME = re.compile(
    r"我家|我们家|俺家|咱家|我住|本人住|家住|住址|住在|我们住|我租|租住|本户|我户|我的房|我房|我店|我的店"
)
_DIGITS = r"[0-9０-９A-Za-z一二三四五六七八九十百]{1,5}"
_DOOR = re.compile(
    rf"(?:{_DIGITS}\s*(?:号楼|号院|栋|幢|座|楼|单元|层|号房|号门|门|室|户|房|号)\s*[-－—]?\s*)+"
    r"(?:[0-9０-９]{2,5}(?:室|户|号房|房|号)?)?"
    r"|[0-9０-９]{1,3}\s*[-－—]\s*[0-9０-９]{1,3}(?:\s*[-－—]\s*[0-9０-９]{2,5})?(?:室|户|号)?"
)
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+")


def shielded(text: str, *, confidential: bool, name: str | None, phone: str | None) -> str:
    """Return ``text`` as handling roles may see it.

    Args:
        text: the citizen's own words.
        confidential: whether the informant is protected.
        name: as given for contact; hidden wherever it stands.
        phone: as given for contact; hidden wherever it stands, whatever its form.
    """
    if not confidential:
        return mask(text)
    for known in (name, phone):
        if known and known.strip():
            text = text.replace(known.strip(), HIDDEN)
    text = _CLAUSE.sub(_without_door, text)
    for telling in (_KIN, _SPEAKER, _OPPOSITE):
        text = telling.sub(HIDDEN, text)
    text = _SELF_NAMED.sub(lambda match: f"{match['lead']}{HIDDEN}", text)
    return replace_personal(text, PersonalValues())


def shielded_place(place: str, text: str, *, name: str | None, phone: str | None) -> str:
    """Return the place of a confidential appeal: without a door that its words call their own.

    The door of whom it is about stays: nobody could look there otherwise.
    """
    own = {
        door for clause in _CLAUSE.findall(text) if _HOME.search(clause) for door in doors(clause)
    }
    for door in sorted(own | set(_own_doors(place)), key=len, reverse=True):
        place = place.replace(door, HIDDEN)
    return shielded(place, confidential=True, name=name, phone=phone)


def doors(text: str) -> list[str]:
    """Return the numbers of buildings, entrances and doors in ``text``, as they stand there."""
    return [match[0].strip() for match in _DOOR.finditer(text)]


def _own_doors(clause: str) -> list[str]:
    return doors(clause) if _HOME.search(clause) else []


def _without_door(clause: re.Match[str]) -> str:
    return _DOOR.sub(HIDDEN, clause[0]) if _HOME.search(clause[0]) else clause[0]
