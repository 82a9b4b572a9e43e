"""Every fixed sentence the assistant says, in one place: short, plain, warm."""

from routing.schemas import AppealKind

GREETING = "您好，这里是12345热线助手。您可以直接问怎么办事，也可以说说遇到的问题，我来登记转办。"
GREETING_AGAIN = "我在。您说，是要办什么事，还是遇到了什么问题？"
THANKS = "不客气。还有别的事，您随时说。"
THANKS_AGAIN = "应该的，祝您顺利。"
GOODBYE = "好的，祝您顺利。有事随时来找我们。"
GOODBYE_AGAIN = "再见。"
ABUSE = "您的心情我理解。请说说遇到了什么问题，我来帮您登记；也可以回复“人工”找坐席。"
ABUSE_AGAIN = "让您这么着急，很抱歉。这件事请人工坐席来跟您谈。"
CALM = "您别着急，慢慢说，我来帮您。"
CALM_ALREADY = "您别着急，我在听。"
OUT_OF_SCOPE = (
    "这个不在12345的服务范围内。我能帮您查办事指南、登记诉求、查办理进度，"
    "您可以直接说要办的事或遇到的问题。"
)
OUT_OF_SCOPE_AGAIN = "这类话题我确实帮不上。要办什么事、反映什么问题、查哪个诉求，您直接说。"
ACKNOWLEDGED = "好的。还有别的事，您随时说。"
ACKNOWLEDGED_AGAIN = "好的，我在。"
EMPTY = "没有收到文字内容。请用文字说说您要办的事或遇到的问题。"
TRUNCATED = "您的内容较长，已全部保存；我先按前2000个字来处理。"
NOT_STORED = "这条消息没能保存下来，请过一会儿再发一次。如有紧急危险，请直接拨打110、119或120。"

NOT_FOUND = "没有找到与您的问题对应的办事指南。您可以换个说法，或回复“人工”转接坐席。"
WITHDRAWN = "该事项的办事指南刚刚停用或更新。您可以换个说法再问，或回复“人工”转接坐席。"
NOT_FOUND_AGAIN = (
    "还是没有找到对应的指南。您要办的是不是下面这些？都不是的话，请说说具体要办什么证、什么手续。"
)
NOT_FOUND_HANDOVER = (
    "抱歉，这件事我这里查不到，要请人工坐席来解答。"
    "您也可以说“登记”，我把问题记下来转给承办单位答复。"
)
# After that, in turn.
NOT_FOUND_STILL = (
    "这个问题我也没有查到，已经记下来，工作人员会补充。想要书面答复，请说“登记”。",
    "还是没有查到。您可以说“登记”，由承办单位答复您；正在排队的，坐席接入后会答复。",
)

OFFER_TO_REGISTER = "如果是要反映具体问题、请人处理，回复“登记”，我来帮您登记转办。"

RATED_USEFUL = "谢谢，已记下“有用”。还有别的事，您随时说。"
RATED_NO_HELP = "已记下，工作人员会补充这方面的内容。您可以换个说法再问，或回复“人工”找坐席。"

CLARIFY = "您想办的是哪一项？点一下或回复序号。"
WHICH_STEP = "您想问哪一件的{facet}？点一下或回复序号。"
NONE_OF_THEM = "都不是"
REPHRASE = "好的，请换个说法，说说要办什么证或什么手续。"
WHICH_OF_BOTH = "想细问哪一个，说名字或回复序号："
NOT_STATED = "指南没有写明"
AUDIENCE_SILENT = "这份指南没有单独写明{group}怎么办，情况特殊的可拨打{phone}核实。下面是一般规定。"
NEAREST = "这一点指南里没有专门写，要问准可以打{phone}。下面是“{title}”里和它最接近的内容。"
SHORTER = "简单说："
SLOWER = "好的，一条一条来，您可以一条一条问我："
NOTHING_TO_SHORTEN = "好的，我尽量说得简单。您想问哪件事？"
NOTHING_TO_REPEAT = "刚才还没有说到什么。您想问哪件事？"
ASIDE = "这个我这里答不上来，已经记下，工作人员会补充。"
PLACE_OF_DANGER = "记下了：{place}。请现在就拨打{line}，把这个位置告诉接线员。"
ASK_RATING = (
    "谢谢您愿意评价。刚才的答复有没有帮到您？回复“满意”或“不满意”就可以。"
    "诉求办结后，还会有专人回访，请您评价办理结果。"
)
RATED_SATISFIED = "谢谢您的肯定，已记下“满意”。"
RATED_DISSATISFIED = "很抱歉没有让您满意，已记下。哪里没答好，您直接说；也可以回复“人工”找坐席。"
DANGER_FIRST = "请先按上面说的做，人安全最要紧。您说的另一件事我也记着，方便的时候接着说就行。"
NO_DANGER = "没有危险的话，刚才说的我已经记着，不用再说一遍。"
NEXT_ISSUE = "您刚才还说到：{issue}。接着登记这一件。"

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

OFFER_GUIDANCE = "要不要我问您几个问题，看看您具体要带哪些材料？回复“好”就开始。"
GUIDANCE_BEGINS = "我问您几个问题，看看办“{title}”您要带哪些材料。"
GUIDANCE_HINT = "回复序号或者直接说；答错了说“上一步”，不想答了说“退出”。"
GUIDANCE_HEARD = "您说了：{labels}。"
GUIDANCE_TAKEN = "记下了：{labels}。"
GUIDANCE_CHANGED = "改好了：{labels}。"
GUIDANCE_UNSURE = "不清楚也没关系，两种情况都给您列上。"
GUIDANCE_UNCLEAR = "没听明白您是哪一种，请回复序号，或者说“不清楚”。"
GUIDANCE_PASSED = "这个先放一放，两种情况都给您列上。"
GUIDANCE_BACK = "好，回到上一个问题。"
GUIDANCE_FIRST = "前面没有问题了，还是从这里开始。"
GUIDANCE_AGAIN = "好，从头问一遍。"
GUIDANCE_ASIDE = "接着看办“{title}”要带什么："
GUIDANCE_PAUSED = "刚才的几个问题先放着，想接着答，回复“接着问”。"
GUIDANCE_STOPPED = "好的，不问了。要看全部材料，回复“告知书”；想接着答，随时说“问我几个问题”。"
GUIDANCE_DECLINED = "好的。需要的时候，说“问我几个问题”就行。"
GUIDANCE_SWITCHED = "您这种情况，要办的是“{title}”：{why}。"
GUIDANCE_CHANGE = "有说得不对的，直接告诉我，比如“不对，是托别人代办”。"
NOT_SURE = "不清楚"
WHICH_MATTER_GUIDANCE = "您要办的是哪件事？请说要办什么证或什么手续，我再问您几个问题。"

ASK_TICKET_CODE = (
    "编号{number}收到了，请再发一下查询码（六位），没有查询码的发登记时手机号的后四位。"
)
NO_TICKET_NO = (
    "没有编号和查询码，我这里不能查，这是为了不让别人看到您的诉求。"
    "您可以回复“人工”请坐席帮您核实，或者把事情再说一遍，我重新登记。"
)
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
