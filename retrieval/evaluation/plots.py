"""The report's plots, as SVG text that stands in the page: no file, no script, no address."""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from retrieval.evaluation.figures import Quality, Reliability
from retrieval.evaluation.outcomes import Outcome

# As connectors/ui/tokens.css has them.
_INK, _SECONDARY, _LINE = "#1f2329", "#646a73", "#e5e6eb"
_BLUE, _SOFT, _RED = "#0958d9", "#b7d0fb", "#a8071a"
_FONT = "Noto Sans CJK SC"  # measured with; the page names its own
_MOST_STYLES = 14
_STYLE: Any = {  # matplotlib names its settings one by one
    "font.family": _FONT,
    "font.size": 10,
    "svg.fonttype": "none",  # text stays text: readable, searchable, small
    "svg.hashsalt": "report",  # the same figures make the same file
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _SECONDARY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": _LINE,
    "text.color": _INK,
    "xtick.color": _SECONDARY,
    "ytick.color": _SECONDARY,
    "legend.frameon": False,
}


def reliability_plot(figures: Reliability) -> str:
    """Return claimed against true shares, with the number of questions under them."""
    with _drawing((5.2, 4.2), rows=2, ratio=(3, 1)) as (figure, (upper, lower)):
        bins = [one for one in figures.bins if one.questions]
        upper.plot([0, 1], [0, 1], color=_SECONDARY, linestyle="--", linewidth=1, label="完全相符")
        upper.plot(
            [one.confidence for one in bins],
            [one.right for one in bins],
            color=_BLUE,
            marker="o",
            label="实际",
        )
        upper.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="实际答对的比例")
        upper.legend(loc="upper left")
        middles = [(one.low + one.high) / 2 for one in figures.bins]
        lower.bar(middles, [one.questions for one in figures.bins], width=0.09, color=_SOFT)
        lower.set(xlim=(0, 1), xlabel="系统给出的把握")
        _count(lower)
        return _svg(figure)


def styles_plot(styles: Mapping[str, Quality]) -> str:
    """Return how often the first and the first three are right, by style."""
    shown = [(n, q) for n, q in styles.items() if q.recall_at_1 is not None][:_MOST_STYLES]
    with _drawing((5.2, 0.9 + 0.42 * max(3, len(shown)))) as (figure, (axes,)):
        rows = np.arange(len(shown))[::-1]
        third = [quality.recall_at_3 or 0.0 for _, quality in shown]
        first = [quality.recall_at_1 or 0.0 for _, quality in shown]
        axes.barh(rows, third, height=0.62, color=_SOFT, label="前三含正确项")
        axes.barh(rows, first, height=0.62, color=_BLUE, label="首位正确")
        axes.set_yticks(rows, [f"{name}（{quality.answerable}）" for name, quality in shown])
        axes.set(xlim=(0, 1))
        axes.grid(axis="y", visible=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        return _svg(figure)


def confidence_plot(outcomes: Sequence[Outcome], answer_from: float) -> str:
    """Return the spread of confidence: first guide right, first guide wrong, outside."""
    groups = {
        "首位正确": (_BLUE, [one for one in outcomes if one.first_is_right]),
        "首位不对": ("#ad6800", [o for o in outcomes if not o.outside and not o.first_is_right]),
        "库外问题": (_RED, [one for one in outcomes if one.outside]),
    }
    with _drawing((5.2, 3.4)) as (figure, (axes,)):
        axes.hist(
            [[one.confidence for one in group] for _, group in groups.values()],
            bins=list(np.linspace(0, 1, 21)),
            stacked=True,
            color=[colour for colour, _ in groups.values()],
            label=[f"{name}（{len(group)}）" for name, (_, group) in groups.items()],
        )
        axes.axvline(answer_from, color=_INK, linewidth=1)
        axes.set(xlim=(0, 1), xlabel="把握（竖线起作答）")
        _count(axes)
        axes.legend(loc="upper center")
        return _svg(figure)


def trade_off_plot(outcomes: Sequence[Outcome]) -> str:
    """Return how precise answers would be, were only the surest share of questions answered."""
    surest = sorted(outcomes, key=lambda one: -one.confidence)
    right = np.cumsum([one.first_is_right for one in surest])
    answered = np.arange(1, len(surest) + 1)
    with _drawing((5.2, 3.4)) as (figure, (axes,)):
        axes.plot(answered / len(surest), right / answered, color=_BLUE)
        axes.set(xlim=(0, 1), xlabel="按把握从高到低作答的比例", ylabel="作答中答对的比例")
        axes.set_ylim(top=1.01)
        return _svg(figure)


def latency_plot(outcomes: Sequence[Outcome]) -> str:
    """Return the spread of the time taken; what lies beyond the 99th percentile stands at it."""
    taken = np.array([one.elapsed_ms for one in outcomes])
    with _drawing((5.2, 2.6)) as (figure, (axes,)):
        axes.hist(np.minimum(taken, np.percentile(taken, 99)), bins=30, color=_SOFT)
        for share, style in ((50, "-"), (95, ":")):
            axes.axvline(np.percentile(taken, share), color=_INK, linewidth=1, linestyle=style)
        axes.set(xlabel="毫秒（实线为中位数，点线为第95百分位）")
        _count(axes)
        axes.set_xlim(left=0)
        return _svg(figure)


@contextmanager
def _drawing(
    size: tuple[float, float], rows: int = 1, ratio: tuple[int, ...] = (1,)
) -> Iterator[tuple[Figure, Sequence[Any]]]:
    _add_font()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, 1, squeeze=False, gridspec_kw={"height_ratios": ratio})
        yield figure, list(axes[:, 0])


def _count(axes: Any) -> None:
    axes.set_ylabel("题数")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _add_font() -> None:
    """Let matplotlib measure Chinese with the font that the printed notices carry."""
    if _FONT in font_manager.fontManager.get_font_names():
        return
    package = find_spec("mplfonts")
    if package is None or package.origin is None:
        logging.getLogger(__name__).warning("no Chinese font: labels may be placed badly")
        return
    font = Path(package.origin).parent / "fonts" / "NotoSansCJKsc-Regular.otf"
    font_manager.fontManager.addfont(font)


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(text, format="svg", transparent=True, metadata=metadata)
    found = text.getvalue()
    # the XML prolog has no place inside a page; the font is the page's
    return found[found.index("<svg") :].replace(f"'{_FONT}'", "inherit").strip()
