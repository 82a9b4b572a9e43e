"""What a citizen's words can mean (意图): the one list that domain, examples and patterns share."""

from enum import StrEnum
from types import MappingProxyType

from bot.conversation.schemas import Act
from knowledge_base.schema import FacetName


class Intent(StrEnum):
    """The intents of ``bot/data/nlu/``; Rasa's own ``nlu_fallback`` is ``None`` here."""

    ASK_MATTER = "ask_matter"
    ASK_CONDITIONS = "ask_conditions"
    ASK_MATERIALS = "ask_materials"
    ASK_PROCESS = "ask_process"
    ASK_TIME_LIMIT = "ask_time_limit"
    ASK_FEE = "ask_fee"
    ASK_LOCATION = "ask_location"
    ASK_ONLINE = "ask_online"
    ASK_LEGAL_BASIS = "ask_legal_basis"
    ASK_VALIDITY = "ask_validity"
    ASK_RESULT = "ask_result"
    MAKE_COMPLAINT = "make_complaint"
    REPORT_IRREGULARITY = "report_irregularity"
    REQUEST_ASSISTANCE = "request_assistance"
    MAKE_SUGGESTION = "make_suggestion"
    COMMEND = "commend"
    ASK_PROGRESS = "ask_progress"
    INFORM = "inform"
    AFFIRM = "affirm"
    DENY = "deny"
    CORRECT = "correct"
    CHOOSE = "choose"
    CANCEL = "cancel"
    WITHHOLD_CONTACT = "withhold_contact"
    HANDOVER = "handover"
    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABUSE = "abuse"
    OUT_OF_SCOPE = "out_of_scope"

    @property
    def label(self) -> str:
        """The word an operator sees."""
        return _LABELS[self]


_LABELS = {
    Intent.ASK_MATTER: "问怎么办",
    Intent.ASK_CONDITIONS: "问条件",
    Intent.ASK_MATERIALS: "问材料",
    Intent.ASK_PROCESS: "问流程",
    Intent.ASK_TIME_LIMIT: "问时限",
    Intent.ASK_FEE: "问费用",
    Intent.ASK_LOCATION: "问地点",
    Intent.ASK_ONLINE: "问网上办理",
    Intent.ASK_LEGAL_BASIS: "问依据",
    Intent.ASK_VALIDITY: "问有效期",
    Intent.ASK_RESULT: "问结果",
    Intent.MAKE_COMPLAINT: "投诉",
    Intent.REPORT_IRREGULARITY: "举报",
    Intent.REQUEST_ASSISTANCE: "求助",
    Intent.MAKE_SUGGESTION: "建议",
    Intent.COMMEND: "表扬",
    Intent.ASK_PROGRESS: "查进度",
    Intent.INFORM: "补充情况",
    Intent.AFFIRM: "肯定",
    Intent.DENY: "否定",
    Intent.CORRECT: "更正",
    Intent.CHOOSE: "选择",
    Intent.CANCEL: "取消",
    Intent.WITHHOLD_CONTACT: "不留电话",
    Intent.HANDOVER: "转人工",
    Intent.GREET: "问候",
    Intent.THANKS: "感谢",
    Intent.GOODBYE: "告别",
    Intent.ABUSE: "辱骂",
    Intent.OUT_OF_SCOPE: "超出范围",
}

FACET_OF_INTENT = MappingProxyType(
    {
        Intent.ASK_CONDITIONS: FacetName.CONDITIONS,
        Intent.ASK_MATERIALS: FacetName.MATERIALS,
        Intent.ASK_PROCESS: FacetName.PROCESS,
        Intent.ASK_TIME_LIMIT: FacetName.TIME_LIMIT,
        Intent.ASK_FEE: FacetName.FEE,
        Intent.ASK_LOCATION: FacetName.LOCATION,
        Intent.ASK_ONLINE: FacetName.ONLINE,
        Intent.ASK_LEGAL_BASIS: FacetName.LEGAL_BASIS,
        Intent.ASK_VALIDITY: FacetName.VALIDITY,
        Intent.ASK_RESULT: FacetName.RESULT,
    }
)

QUESTIONS = frozenset({Intent.ASK_MATTER, *FACET_OF_INTENT})
APPEALS = frozenset(
    {
        Intent.MAKE_COMPLAINT,
        Intent.REPORT_IRREGULARITY,
        Intent.REQUEST_ASSISTANCE,
        Intent.MAKE_SUGGESTION,
        Intent.COMMEND,
    }
)
# what only makes sense as an answer to the assistant's own question
ANSWERS = frozenset(
    {Intent.INFORM, Intent.AFFIRM, Intent.DENY, Intent.CORRECT, Intent.WITHHOLD_CONTACT}
)

# What an intent means with nothing open; ``bot/data/rules.yml`` says the same to Rasa (tested).
ACT_OF_INTENT: MappingProxyType[Intent, Act] = MappingProxyType(
    dict.fromkeys(QUESTIONS, Act.ANSWER_QUESTION)
    | dict.fromkeys(APPEALS | ANSWERS, Act.APPEAL)
    | {
        Intent.ASK_PROGRESS: Act.PROGRESS,
        Intent.CHOOSE: Act.CHOOSE,
        Intent.CANCEL: Act.CANCEL_APPEAL,
        Intent.HANDOVER: Act.HANDOVER,
        Intent.GREET: Act.GREET,
        Intent.THANKS: Act.THANKS,
        Intent.GOODBYE: Act.GOODBYE,
        Intent.ABUSE: Act.ABUSE,
        Intent.OUT_OF_SCOPE: Act.OUT_OF_SCOPE,
    }
)
