"""Every fixed sentence the assistant says, in one place: short, plain, warm."""

from routing.schemas import AppealKind

GREETING = "您好，这里是12345热线助手。您可以直接问怎么办事，也可以说说遇到的问题，我来登记转办。"
THANKS = "不客气。还有别的事，您随时说。"
GOODBYE = "好的，祝您顺利。有事随时来找我们。"
ABUSE = "您的心情我理解。请说说遇到了什么问题，我来帮您登记；也可以回复“人工”找坐席。"
OUT_OF_SCOPE = (
    "这个不在12345的服务范围内。我能帮您查办事指南、登记诉求、查办理进度，"
    "您可以直接说要办的事或遇到的问题。"
)
EMPTY = "没有收到文字内容。请用文字说说您要办的事或遇到的问题。"
TRUNCATED = "您的内容较长，已全部保存；我先按前2000个字来处理。"
NOT_STORED = "这条消息没能保存下来，请过一会儿再发一次。如有紧急危险，请直接拨打110、119或120。"

NOT_FOUND = "没有找到与您的问题对应的办事指南。您可以换个说法，或回复“人工”转接坐席。"
WITHDRAWN = "该事项的办事指南刚刚停用或更新。您可以换个说法再问，或回复“人工”转接坐席。"
NOT_FOUND_AGAIN = (
    "还是没有找到对应的指南。您要办的是不是下面这些？都不是的话，请说说具体要办什么证、什么手续。"
)
NOT_FOUND_HANDOVER = (
    "抱歉，这件事我这里查不到。回复“人工”由坐席为您解答，"
    "或者说“登记”，我把问题记下来转给承办单位答复。"
)

OFFER_TO_REGISTER = "如果是要反映具体问题、请人处理，回复“登记”，我来帮您登记转办。"

RATED_USEFUL = "谢谢，已记下“有用”。还有别的事，您随时说。"
RATED_NO_HELP = "已记下，工作人员会补充这方面的内容。您可以换个说法再问，或回复“人工”找坐席。"

CLARIFY = "您想办的是哪一项？点一下或回复序号。"
NONE_OF_THEM = "都不是"
REPHRASE = "好的，请换个说法，说说要办什么证或什么手续。"

HANDOVER_WAITING = (
    "正在为您转接人工坐席，前面还有{ahead}位。坐席接入后会直接在这里回复您，您可以先把问题写下来。"
)
HANDOVER_NEXT = "正在为您转接人工坐席，马上轮到您。坐席接入后会直接在这里回复您。"
HANDOVER_CLOSED = "现在不是人工服务时间。您可以把问题告诉我，我登记成工单，由工作人员给您回复。"
HANDOVER_ALREADY = "已经在排队了，坐席接入后会直接在这里回复您。"
CALL_STARTED = "来电开始。"
CALL_ENDED = "来电结束。"
OPERATOR_JOINED = "人工坐席已接入。"
OPERATOR_LEFT = "人工坐席已结束服务，接下来由助手继续为您服务。"

ASK_WHAT = "请说说发生了什么事，比如什么人、什么事、影响了什么。"
ASK_WHERE = "这是在哪里发生的？请说一下路名、小区或单位名称。"
ASK_WHERE_AGAIN = "地点还不够清楚。请说出区县、街道或附近的小区、路口；不清楚就回复“不清楚”。"
ASK_WHEN = "大概是什么时候发生的，或者一般什么时间？"
ASK_CONTACT = "请留一个手机号，方便承办单位联系您。不想留就回复“不留”，一样可以登记。"
ASK_CONTACT_PROTECTED = (
    "请留一个手机号，方便跟您核实。您的身份信息单独加密保管，承办单位看不到。"
    "不想留就回复“不留”，一样可以登记。"
)
ASK_CONTACT_AGAIN = "没有看到手机号。请发11位手机号，或回复“不留”匿名登记。"
CONFIRM = "请您核对一下：\n{draft}\n没问题请回复“确认”，要改哪里直接说。"
CORRECTED = "已改好。"
BACK_TO_DRAFT = "接着刚才的登记："
CANCELLED = "好的，刚才的登记已取消，内容没有提交。"
NOTHING_TO_CANCEL = "好的。您还有别的事要办吗？"

BELONGS_TO_BUNDLE = "这件事属于“一件事一次办”：{titles}。要办整件事的，可以一起办。"
OFFER_NOTICE = "要一次性告知书吗？回复“告知书”，材料、步骤、时限一次看全。"
WHICH_MATTER_NOTICE = "您要哪件事的告知书？请说要办什么证或什么手续，比如“补办身份证的告知书”。"
WHICH_MATTER_CHECKLIST = (
    "您要办的是哪件事？请说要办什么证或什么手续，再说您已经有哪些材料，我来核对还差什么。"
)
CHECKLIST_TITLE = "{title} 材料核对"
CHECKLIST_HELD = "按您说的，已备齐：{names}。"
CHECKLIST_UNKNOWN = "办事指南的材料里没有对上：{names}。"
CHECKLIST_TELL = "您手上有哪些，直接告诉我，比如“身份证、户口本有了”。"
CHECKLIST_SILENT = "本指南没有写明要哪些材料，请拨打{phone}核实。"

ASK_TICKET_NO = "请把诉求编号和查询码发给我，比如“20260101-000001 查询码 ABC234”。"

_OPENING = {
    AppealKind.COMPLAINT: "我来帮您登记投诉。",
    AppealKind.IRREGULARITY_REPORT: "我来帮您登记举报，您的身份会严格保密。",
    AppealKind.ASSISTANCE: "我来帮您登记求助。",
    AppealKind.SUGGESTION: "谢谢您的建议，我来登记。",
    AppealKind.COMMENDATION: "谢谢您的肯定，我来登记转达。",
    AppealKind.INQUIRY: "我把您的问题登记下来，由承办单位答复您。",
}


def opening(kind: AppealKind) -> str:
    """The sentence with which taking down an appeal begins."""
    return _OPENING[kind]
