"""The fields of a guide in Chinese, for findings and differences."""

import re

_NAMES = {
    "code": "事项编码",
    "title": "名称",
    "aliases": "别名",
    "sample_questions": "问法",
    "category": "类别",
    "audience": "服务对象",
    "department": "承办单位",
    "power_kind": "权力类型",
    "national_code": "国家编码",
    "implementing_code": "实施编码",
    "region": "适用地区",
    "summary": "一句话说明",
    "conditions": "办理条件",
    "materials": "申请材料",
    "process": "办理流程",
    "time_limit": "办理时限",
    "fee": "收费",
    "location": "办理地点",
    "online": "网上办理",
    "legal_basis": "设定依据",
    "validity": "有效期",
    "result": "办理结果",
    "facts": "事实",
    "text": "内容",
    "basis": "依据",
    "law": "法规",
    "article": "条文",
    "local_variation": "各地不同",
    "what": "不同之处",
    "set_by": "规定机关",
    "depends_on": "取决于",
    "ask": "咨询处",
    "documents": "材料",
    "name": "名称",
    "form": "形式",
    "copies": "份数",
    "issuer": "出具单位",
    "required_when": "何时需要",
    "electronic_accepted": "电子证照",
    "deferrable": "容缺",
    "commitment_accepted": "告知承诺",
    "note": "说明",
    "steps": "步骤",
    "statutory": "法定时限",
    "committed": "承诺时限",
    "amount": "数量",
    "unit": "单位",
    "since": "起算",
    "free": "不收费",
    "items": "收费项目",
    "amount_yuan": "金额（元）",
    "service_points": "办事网点",
    "available": "可网办",
    "entries": "网上入口",
    "url": "网址",
    "tags": "标签",
    "ways": "办理方式",
    "visits": "跑动次数",
    "immediate": "即办件",
    "appointment": "可预约",
    "delivery": "可寄送",
    "cross_region": "通办范围",
    "help_and_agent": "帮代办",
    "consultation_phone": "咨询电话",
    "complaint_phone": "投诉电话",
    "common_questions": "常见问题",
    "question": "问题",
    "answer": "答案",
    "confused_with": "易混事项",
    "source": "来源",
    "retrieved_on": "核对日期",
    "visibility": "可见范围",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "superseded_by": "替代事项",
    "record": "整个条目",
}
_PART = re.compile(r"[^.\[\]]+")


def field_name(field: str) -> str:
    """Return ``fee.items[0].amount_yuan`` as 收费 › 收费项目 第1项 › 金额（元）."""
    shown: list[str] = []
    for part in _PART.findall(field):
        if part.isdigit():
            place = f"第{int(part) + 1}项"
            shown[-1:] = [f"{shown[-1]} {place}" if shown else place]
        else:
            shown.append(_NAMES.get(part, part))
    return " › ".join(shown)
