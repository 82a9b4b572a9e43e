"""What a message means for guidance: begin, an answer, 不清楚, back, stop, go on.

Read from words before Rasa is asked, so that it is the same with Rasa and without.
"""

import re
from typing import Final

from bot.conversation.choices import pick
from bot.conversation.guidance_answers import heard, picked, picks_unsure
from bot.conversation.schemas import DialogueState, GuidanceStep, Guided, Wish
from knowledge_base.guidance.offered import offered
from knowledge_base.guidance.schema import Guidance
from knowledge_base.library import Library
from retrieval.several import is_question

_SHORT: Final = 16  # characters: a command, not an account
_BARE: Final = 6  # characters: 没有, 外地的, 第二个
_UNSURE: Final = re.compile(
    r"(?:不(?:太|大|是很)?(?:知道|清楚|确定|懂|晓得|明白|了解)|说不(?:好|准|清|上来)|没想好|没搞懂|记不(?:清|得)|"
    r"不好说|跳过|下一[题个]|不会选|看不懂)"
)
_BACK: Final = re.compile(r"上一[步题个]|^返回$|退回|回到上|(?:选|点|说|答)错了?$|重新?选上")
_AGAIN: Final = re.compile(r"重新(?:来|选|问|开始|回答)|从头|^重来")
_STOP: Final = re.compile(
    r"^(?:算了|退出|不问了|不用问了?|别问了|停|取消|结束|不想答|不答了|不弄了|不办了|不用了|不要问)"
)
_RESUME: Final = re.compile(
    r"^(?:好的?|那|行)?[，,]?(?:我们?)?(?:接着|继续)(?:刚才的?)?(?:问|导办|来|吧|说|看|办)*[。！!]?$|回到刚才的问题"
)
_TAKES: Final = re.compile(
    r"^(?:好|好的|好啊|行|可以|要|要的|嗯+|需要|问吧|你问|您问|开始|来吧|那就问|问我吧|ok|OK|是|是的)(?:吧|啊|呀|了|，?问吧|，?开始吧)*[。！!]?$"
)
_REFUSES: Final = re.compile(
    r"^(?:不用|不要|不需要|不必|先不|算了|不了)(?:了|问|麻烦|谢谢|吧)*[。！!]?$"
)
_DENIES: Final = re.compile(r"^(?:不对|错了|不是这样|搞错了|说错了)[了啊呀]*[。！!]?$")


def read_step(text: str, state: DialogueState, library: Library) -> Wish | None:
    """Return the step that ``text`` takes; ``None`` where it is about something else."""
    guided = state.guiding
    if guided is None or state.draft is not None:
        return None
    guidance = offered(library, guided.matter)
    if guidance is None or (state.choices and pick(state.choices, text) is not None):
        return None
    if guided.offered:
        return _taken(text, guided)
    bare = text.strip()
    return _command(bare, guided) or _answered(bare, guided, guidance, state)


def _taken(text: str, guided: Guided) -> Wish | None:
    if _TAKES.match(text.strip()):
        return Wish(kind="guidance", step="start", matter=guided.matter)
    return _step("decline") if _REFUSES.match(text.strip()) else None


def _command(text: str, guided: Guided) -> Wish | None:
    """Return the step of words that move through the questions."""
    if len(text) > _SHORT:
        return None
    steps: tuple[tuple[GuidanceStep, re.Pattern[str], bool], ...] = (
        ("again", _AGAIN, True),
        ("back", _BACK, True),
        ("back", _DENIES, True),
        ("resume", _RESUME, not guided.done),
        ("stop", _STOP, not guided.done),
        ("unsure", _UNSURE, guided.asking is not None and not is_question(text)),
    )
    return next((_step(step) for step, said, fits in steps if fits and said.search(text)), None)


def _answered(text: str, guided: Guided, guidance: Guidance, state: DialogueState) -> Wish | None:
    """Return the answers that ``text`` gives; a question is none, whatever it mentions."""
    question = guidance.question(guided.asking) if guided.asking is not None else None
    if question is not None and picks_unsure(question, text):
        return _step("unsure")
    chosen = None if question is None else picked(question, text)
    if is_question(text) and (chosen is None or len(text) > _SHORT):
        return None
    if guided.done and (state.focus != guided.matter or len(text) > 2 * _SHORT):
        return None
    # A short answer is to what was asked, and to nothing else.
    answers = {} if chosen is not None and len(text) <= _BARE else heard(guidance, text)
    if question is not None and chosen is not None:
        answers[question.key] = chosen
    changed = any(guided.answers.get(key) != said for key, said in answers.items())
    if not answers or (guided.done and not changed):
        return None
    return Wish(kind="guidance", step="answer", matter=guided.matter, answers=answers)


def _step(step: GuidanceStep) -> Wish:
    return Wish(kind="guidance", step=step)
