"""The report as one HTML file that opens anywhere: no script, nothing fetched."""

from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from retrieval.evaluation import plots
from retrieval.evaluation.figures import Quality
from retrieval.evaluation.report import Report

_TEMPLATE = Path(__file__).with_name("page.html.j2")
_GROUP_COLUMNS = {
    "recall_at_1": "首位正确",
    "recall_at_3": "前三含正确项",
    "answered_right": "答对",
    "answered_wrong": "答错",
    "clarified": "给选项",
    "refused": "该答未答",
    "outside_refused": "库外拒答",
}
_GENERAL = {
    "recall_at_1": "首位正确（R@1）",
    "recall_at_3": "前三含正确项（R@3）",
    "recall_at_5": "前五含正确项（R@5）",
    "mrr": "平均倒数排名（MRR）",
    "all_of_at_5": "多事项问题，前五全含",
    "all_of_dealt_with": "多事项问题，全部答到或列出",
    "answered_right": "直接答对",
    "answered_partly": "只答了其中一部分",
    "answered_wrong": "直接答错",
    "clarified": "给出选项",
    "clarified_with_right": "选项中含正确项",
    "refused": "该答未答",
    "answer_precision": "作答的精度",
    "facet_right": "答对时要素也对",
    "outside_refused": "库外问题不作答",
    "outside_clarified": "库外问题给了选项",
    "outside_answered": "库外问题作了答",
    "abstention_precision": "不作答的精度",
    "abstention_recall": "不作答的召回",
}


def html_page(report: Report, tokens: str) -> str:
    """Return the whole page.

    Args:
        report: what is shown.
        tokens: CSS with the product's colours and type, as the desks have them.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["share"] = _percent
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        report=report,
        tokens=Markup(tokens),  # noqa: S704 -- a file of ours
        general=_table(report.overall),
        group_columns=_GROUP_COLUMNS,
        plots=_plots(report),
        worst=report.worst(),
    )


def _table(quality: Quality) -> list[tuple[str, str]]:
    values = quality.model_dump()
    return [(label, _percent(values[name])) for name, label in _GENERAL.items()]


def _plots(report: Report) -> list[tuple[str, Markup]]:
    setting = report.setting
    drawn = {
        "系统给出的把握可信吗": plots.reliability_plot(report.reliability),
        "哪类说法答得好": plots.styles_plot(report.styles),
        "把握能分清该答与不该答吗": plots.confidence_plot(report.outcomes, setting.answer_from),
        "少答一些会更准吗": plots.trade_off_plot(report.outcomes),
        "回答一个问题要多久": plots.latency_plot(report.outcomes),
    }
    # drawn by matplotlib, which escapes what it writes
    return [(title, Markup(svg)) for title, svg in drawn.items()]  # noqa: S704 -- escaped there


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"
