"""Learning from closed tickets: cross-validated, compared in pairs, kept only when it is better.

A new model replaces the one in force when, on the same tickets, it names the right body more often
and the difference is not chance (the 95 % interval excludes 0), and when it does not unlearn what
the shipped appeals show. Each ticket is judged by a model that has not seen it: the new one by its
five folds, the one in force by the result that it kept for tickets it learnt from.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing.classification.fitting import fit_calibration
from routing.classification.unseen_leads import appeal_digest, load_unseen_leads
from routing.learning.history import LEAST_ROWS, ClosedTicket
from routing.learning.model import (
    BODY,
    CATEGORY,
    KIND,
    Blend,
    Distribution,
    LearntModel,
    Reading,
    Target,
    fit_blend,
    resolved,
)
from routing.learning.store import SHIPPED, Manifest, ModelStore, blends_of, taxonomy_digest
from routing.learning.text_model import TextModel, folds_of, learn
from routing.proposals.leads import OPEN
from routing.proposals.service import RoutingService
from routing.proposals.weighing import Weighed
from routing.taxonomy import KIND_BY_LABEL, TERRITORY, Taxonomy

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]
_CONFIDENT = 1.96  # standard errors of a 95 % interval
_FORGIVEN = 0.02  # share of the shipped appeals that a new model may lose: cities differ a little
_LEAST_RIGHT = 0.4  # below it the bodies have little to do with the texts
Progress = Callable[[str, float], None]  # step in Chinese, done from 0 to 1


def silent(step: str, done: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Comparison:
    """The new model against the one in force on the same tickets."""

    rows: int
    new: float  # share right
    in_force: float
    low: float  # of the difference, 95 %
    high: float

    @property
    def better(self) -> bool:
        """Whether the difference is above 0 and not chance."""
        return self.low > 0


@dataclass(frozen=True)
class Verdict:
    """What came of a training; ``refused`` says why the model in force stays."""

    in_force: str
    bodies: Comparison
    shipped: Comparison
    top3: float
    others: dict[str, Comparison]  # category and kind, where the history names them
    refused: str | None
    version: str | None = None


@dataclass(frozen=True)
class _Case:
    """One text with who led."""

    weighed: Weighed
    department: str
    accepted: frozenset[str]
    duty: str  # what it teaches


@dataclass(frozen=True)
class _Bodies:
    target: Target
    right: NDArray[np.bool_]  # of every row, by a model that has not seen it
    top: Floats  # blended probability of the first body
    top3: float
    shipped: NDArray[np.bool_]  # right on the shipped appeals


@dataclass(frozen=True)
class _Other:
    target: Target
    compared: Comparison


class Trainer:
    """Learns on top of one routing service; what it reads of the shipped appeals is kept."""

    def __init__(self, service: RoutingService, taxonomy: Taxonomy, encoder: str | None) -> None:
        """Keep the parts.

        Args:
            service: routing by the taxonomy alone, warmed up.
            taxonomy: the categories and bodies.
            encoder: fingerprint of the encoder that ``service`` uses, if any.
        """
        self._service = service
        self._taxonomy = taxonomy
        self._encoder = encoder

    @cached_property
    def _shipped(self) -> list[_Case]:
        """The shipped appeals: what a history does not speak of must not be forgotten."""
        unseen = load_unseen_leads()["words" if self._encoder is None else "dense"]
        found = []
        for appeal in self._taxonomy.appeals:
            if appeal.lead is not None:
                case = self._case(appeal.text, None, appeal.lead, appeal.also)
                said = unseen.get(appeal_digest(appeal.text), case.weighed.bodies)
                found.append(replace(case, weighed=replace(case.weighed, bodies=said)))
        return found

    def train(
        self,
        store: ModelStore,
        rows: Sequence[ClosedTicket],
        at: datetime,
        *,
        keep: bool = True,
        progress: Progress = silent,
    ) -> Verdict:
        """Learn from ``rows`` and put the result in force where it is better.

        Args:
            store: where versions are kept.
            rows: closed tickets, each once.
            at: now, for the manifest.
            keep: ``False`` only compares.
            progress: told each step.
        """
        progress("读取工单", 0.0)
        cases = [self._case(row.text, row.place, row.department) for row in rows]
        present = self._present(store)
        progress("五折检验", 0.2)
        bodies = self._learn_bodies(cases)
        others = _learn_others(rows, [case.weighed for case in cases])
        progress("与现用模型比较", 0.8)
        now = self._right_now(store, present, rows, cases)
        targets = {BODY: bodies.target}
        targets |= {name: part.target for name, part in others.items() if part.compared.better}
        model = LearntModel("", targets, fit_calibration(bodies.top, bodies.right))
        compared = _compare(bodies.right, now)
        shipped = _compare(bodies.shipped, self._on_shipped(present))
        verdict = Verdict(
            in_force=store.current,
            bodies=compared,
            shipped=shipped,
            top3=bodies.top3,
            others={name: part.compared for name, part in others.items()},
            refused=_refusal(compared, shipped),
        )
        if verdict.refused is not None or not keep:
            return verdict
        kept = store.save(model, self._manifest(model, verdict, rows, bodies.right, at))
        store.put_in_force(kept.version)
        logger.info("routing model put in force: version=%s rows=%d", kept.version, len(rows))
        return replace(verdict, version=kept.version)

    def _case(
        self, text: str, place: str | None, department: str, also: Sequence[str] = ()
    ) -> _Case:
        weighed = self._service.weigh(text, place)
        accepted = frozenset((department, *also))
        return _Case(weighed, department, accepted, self._duty(weighed, text, place, department))

    def _duty(self, weighed: Weighed, text: str, place: str | None, department: str) -> str:
        """Return what to learn: the body, or 属地 where a district's government led.

        A county's government also does what the city's professional bodies do in the centre; where
        the taxonomy sees such a body behind it, that is what the ticket teaches.
        """
        if not self._service.is_district(department):
            return department
        for body in self._service.behind(text, place):
            if self._service.resolve(body, weighed.district) == department:
                return body
        return TERRITORY

    def _learn_bodies(self, cases: Sequence[_Case]) -> _Bodies:
        every = [*cases, *self._shipped]
        own = np.arange(len(every)) < len(cases)
        whole, read = _cross_fitted([c.weighed for c in every], [c.duty for c in every], own)
        local = [self._local(each, case) for each, case in zip(read, every, strict=True)]
        said = [case.weighed.bodies for case in every]
        n, gold = len(cases), [case.department for case in every]
        ranked = _cross_blended(said, local, gold, n)
        names = [list(each) for each in ranked[:n]]
        blend = fit_blend(said, local, gold, _shares(len(every), n))
        shipped = [
            next(iter(each), None) in case.accepted
            for each, case in zip(ranked[n:], self._shipped, strict=True)
        ]
        return _Bodies(
            target=Target(whole, blend),
            right=np.array([found[:1] == [g] for found, g in zip(names, gold, strict=False)]),
            top=np.array([next(iter(each.values()), 0.0) for each in ranked[:n]]),
            top3=float(np.mean([g in found[:3] for found, g in zip(names, gold, strict=False)])),
            shipped=np.array(shipped),
        )

    def _local(self, read: Reading, case: _Case) -> Reading:
        district = case.weighed.district
        return resolved(read, lambda body: self._service.resolve(body, district), OPEN)

    def _right_now(
        self,
        store: ModelStore,
        present: LearntModel | None,
        rows: Sequence[ClosedTicket],
        cases: Sequence[_Case],
    ) -> NDArray[np.bool_]:
        known = {} if present is None else store.manifest(present.version).right
        right = []
        for row, case in zip(rows, cases, strict=True):
            seen = known.get(row.digest)
            first = self._first(present, case) if seen is None else None
            right.append(first == row.department if seen is None else seen)
        return np.array(right)

    def _on_shipped(self, present: LearntModel | None) -> NDArray[np.bool_]:
        return np.array([self._first(present, case) in case.accepted for case in self._shipped])

    def _first(self, model: LearntModel | None, case: _Case) -> str | None:
        one = case.weighed
        if model is None:
            return next(iter(one.bodies), None)
        found = model.bodies(
            one.text,
            one.vector,
            one.bodies,
            lambda body: self._service.resolve(body, one.district),
            OPEN,
        )
        return next(iter(found), None)

    def _present(self, store: ModelStore) -> LearntModel | None:
        version = store.current
        return None if version == SHIPPED else store.load(version, self._encoder, self._taxonomy)

    def _manifest(
        self,
        model: LearntModel,
        verdict: Verdict,
        rows: Sequence[ClosedTicket],
        right: NDArray[np.bool_],
        at: datetime,
    ) -> Manifest:
        compared = verdict.bodies
        figures = {
            "top1": compared.new,
            "top3": verdict.top3,
            "in_force_top1": compared.in_force,
            "difference_low": compared.low,
            "difference_high": compared.high,
            "shipped_top1": verdict.shipped.new,
        }
        return Manifest(
            version="",
            made_at=at.isoformat(timespec="seconds"),
            encoder=self._encoder,
            taxonomy=taxonomy_digest(self._taxonomy),
            rows=len(rows),
            figures={name: round(value, 4) for name, value in figures.items()},
            blends=blends_of(model.targets),
            confidence=(model.confidence.slope, model.confidence.intercept),
            model="",
            before=verdict.in_force,
            right={row.digest: bool(hit) for row, hit in zip(rows, right, strict=True)},
        )


def _learn_others(rows: Sequence[ClosedTicket], weighed: Sequence[Weighed]) -> dict[str, _Other]:
    kinds = {label: kind.value for label, kind in KIND_BY_LABEL.items()}
    named = {
        CATEGORY: [row.category for row in rows],
        KIND: [kinds.get(row.kind or "") for row in rows],
    }
    found = {}
    for name, labels in named.items():
        held = [i for i, label in enumerate(labels) if label is not None]
        gold = [str(labels[i]) for i in held]
        if len(held) < LEAST_ROWS or len(set(gold)) < 2:  # noqa: PLR2004 -- nothing to tell apart
            continue
        part = [weighed[i] for i in held]
        said = [one.categories if name == CATEGORY else one.kinds for one in part]
        whole, read = _cross_fitted(part, gold, np.ones(len(part), dtype=bool))
        ranked = _cross_blended(said, read, gold, len(gold))
        right = np.array([next(iter(r)) == g for r, g in zip(ranked, gold, strict=True)])
        now = np.array([max(s, key=lambda n: s[n]) == g for s, g in zip(said, gold, strict=True)])
        found[name] = _Other(Target(whole, fit_blend(said, read, gold)), _compare(right, now))
    return found


def _cross_fitted(
    weighed: Sequence[Weighed], labels: Sequence[str], own: NDArray[np.bool_]
) -> tuple[TextModel, list[Reading]]:
    """Return the model of all rows, and what models that have not seen it say of each."""
    texts = [one.text for one in weighed]
    vectors = None
    if all(one.vector is not None for one in weighed):
        vectors = np.stack([one.vector for one in weighed if one.vector is not None])
    fold = folds_of(len(texts))
    read: list[Reading] = [Reading({}, 0.0)] * len(texts)
    for k in sorted(set(fold.tolist())):
        rows, held = np.where(fold != k)[0], np.where(fold == k)[0]
        known = None if vectors is None else vectors[rows]
        model = learn([texts[i] for i in rows], known, [labels[i] for i in rows], own[rows])
        target = Target(model, Blend())
        asked = None if vectors is None else vectors[held]
        for i, found in zip(held, target.read([texts[i] for i in held], asked), strict=True):
            read[i] = found
    return learn(texts, vectors, labels, own), read


def _cross_blended(
    said: Sequence[Distribution], read: Sequence[Reading], gold: Sequence[str], n: int
) -> list[dict[str, float]]:
    """Return every case blended by weights that have not seen it; the first ``n`` are tickets."""
    fold, share = folds_of(len(gold)), _shares(len(gold), n)
    found: list[dict[str, float]] = [{}] * len(gold)
    for k in sorted(set(fold.tolist())):
        rows = np.where(fold != k)[0]
        blend = fit_blend(
            [said[i] for i in rows], [read[i] for i in rows], [gold[i] for i in rows], share[rows]
        )
        for i in np.where(fold == k)[0]:
            found[i] = blend.of(said[i], read[i])
    return found


def _shares(count: int, n: int) -> Floats:
    # The shipped appeals weigh as much as all tickets together, however many those are.
    share = np.ones(count)
    share[n:] = n / max(count - n, 1)
    return share


def _compare(new: NDArray[np.bool_], now: NDArray[np.bool_]) -> Comparison:
    difference = new.astype(float) - now.astype(float)
    error = float(difference.std(ddof=1) / np.sqrt(len(difference))) if len(difference) > 1 else 1.0
    mean = float(difference.mean())
    return Comparison(
        rows=len(new),
        new=float(new.mean()),
        in_force=float(now.mean()),
        low=mean - _CONFIDENT * error,
        high=mean + _CONFIDENT * error,
    )


def _refusal(bodies: Comparison, shipped: Comparison) -> str | None:
    if bodies.new < _LEAST_RIGHT:
        return "从诉求内容看不出承办单位的规律，请核对表中承办单位是否与诉求对应"
    if bodies.new <= bodies.in_force:
        return "在同一批工单上不比现用模型好"
    if not bodies.better:
        return "在同一批工单上的提高可能出于偶然（95% 区间包含 0），请积累更多工单"
    if shipped.in_force - shipped.new > _FORGIVEN:
        return "会在随附的示例诉求上退步，这批工单的承办单位可能填写有误"
    return None
