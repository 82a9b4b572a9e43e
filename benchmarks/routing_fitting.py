"""Fitting of the routing weights: a conditional and a multinomial logit."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from foundation.clock import SystemClock
from foundation.settings import load_settings
from retrieval.encoder.protocol import Encoder, Vectors
from routing.classification.kinds import KINDS
from routing.classification.weights import (
    BodyWeights,
    CategoryWeights,
    KindWeights,
    LeadCalibration,
    RoutingWeights,
)
from routing.proposals.assembly import load_routing_service
from routing.proposals.body_reading import LEAST_CLAIM
from routing.proposals.collaborators import Library

Floats = NDArray[np.float64]
QUESTIONS = (
    "怎么办理",
    "需要什么材料",
    "要多少钱",
    "在哪里办",
    "几天能办好",
    "的条件是什么",
    "可以网上办吗",
    "要本人去吗",
    "",
    "流程",
    "想咨询一下",
)
BLANK = RoutingWeights(
    encoder="",
    measured={},
    dense=CategoryWeights(near=100, linear=10, lexical=0.4, likelihood=0.2, cue=1),
    lexical_only=CategoryWeights(lexical=0.5, likelihood=0.3, cue=1),
    lead=LeadCalibration(slope=1, intercept=0),
    lead_lexical_only=LeadCalibration(slope=1, intercept=0),
    kinds=KindWeights(words=1, named=1, features={}),
    kinds_lexical_only=KindWeights(words=1, named=1, features={}),
)


class RememberingEncoder:
    """An encoder that encodes a text once, however many folds ask for it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}
        self.fingerprint = encoder.fingerprint

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts``."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            found = self._encoder.encode_queries(missing)
            self._known.update(zip(missing, found, strict=True))
        return np.stack([self._known[text] for text in texts])


def _shares(logits: Floats) -> Floats:
    likelihood = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = likelihood / likelihood.sum(axis=1, keepdims=True)
    return shares


def fit_choice(x: Floats, gold: NDArray[np.intp], l2: float = 3e-3) -> Floats:
    """Conditional logit: x is (n, classes, features); returns weights (features,)."""
    scale = x.std((0, 1)) + 1e-9
    scaled = (x - x.mean(1, keepdims=True)) / scale
    rows = np.arange(len(gold))

    def loss(w: Floats) -> tuple[float, Floats]:
        p = _shares(scaled @ w)
        nll = -np.log(p[rows, gold] + 1e-300).mean() + l2 * w @ w
        told = np.tensordot(p, scaled, axes=((0, 1), (0, 1)))
        slope = told / len(gold) - scaled[rows, gold].mean(0)
        return float(nll), slope + 2 * l2 * w

    return minimize(loss, np.zeros(x.shape[2]), jac=True, method="L-BFGS-B").x / scale


def fit_kinds(
    features: Floats, channels: Floats, gold: NDArray[np.intp], share: Floats
) -> tuple[Floats, Floats]:
    """Multinomial logit of features that every kind weighs itself and channels shared by all.

    Args:
        features: (n, features).
        channels: (n, kinds, channels).
        gold: (n,).
        share: weight of each row, (n,).

    Returns:
        Weights (kinds, features) and (channels,).
    """
    share = share / share.sum()
    shape = (len(KINDS), features.shape[1])
    size = shape[0] * shape[1]
    rows = np.arange(len(gold))
    scale = channels.std((0, 1)) + 1e-9
    scaled = channels / scale

    def loss(flat: Floats) -> tuple[float, Floats]:
        w, v = flat[:size].reshape(shape), flat[size:]
        p = _shares(features @ w.T + scaled @ v)
        nll = -(share * np.log(p[rows, gold] + 1e-300)).sum()
        error = p.copy()
        error[rows, gold] -= 1
        error *= share[:, None]
        slope = np.concatenate(
            [
                (error.T @ features + 2 * _L2_FEATURES * w).ravel(),
                np.einsum("nk,nkc->c", error, scaled) + 2 * _L2_CHANNELS * v,
            ]
        )
        return float(nll + _L2_FEATURES * (w * w).sum() + _L2_CHANNELS * (v @ v)), slope

    start = np.zeros(size + channels.shape[2])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found[:size].reshape(shape), found[size:] / scale


def fit_bodies(x: Floats, claims: Floats, gold: NDArray[np.intp], l2: float = 3e-3) -> BodyWeights:
    """Conditional logit over the bodies that are claimed.

    Args:
        x: the two readings, (n, bodies, 2).
        claims: what the categories claim, (n, bodies), 0 where nothing.
        gold: (n,).
        l2: weight of the squares.
    """
    told = claims[np.arange(len(gold)), gold] > 0  # what nothing claims no weight can mend
    x, claims, gold = x[told], claims[told], gold[told]
    features = np.concatenate((np.log(claims + LEAST_CLAIM)[..., None], x), axis=2)
    scale = features[claims > 0].std(axis=0)
    scale[scale == 0] = 1.0  # no vectors: the squares alone draw that weight to 0
    rows = np.arange(len(gold))

    def loss(w: Floats) -> float:
        logits = np.where(claims > 0, features @ (w / scale), -np.inf)
        logits -= logits.max(axis=1, keepdims=True)
        return float((np.log(np.exp(logits).sum(axis=1)) - logits[rows, gold]).mean() + l2 * w @ w)

    found = minimize(loss, np.ones(3), method="L-BFGS-B").x / scale
    claimed, linear, likelihood = (round(float(w), 4) for w in found)
    return BodyWeights(claimed=claimed, linear=linear, likelihood=likelihood)


_L2_FEATURES = 4e-3
_L2_CHANNELS = 1e-3


def print_latency(library: Library, encoder: Encoder | None, texts: Sequence[str]) -> None:
    """Print how long a proposal takes."""
    service = load_routing_service(
        load_settings(), SystemClock(), library=library, encoder=encoder, learnt=False
    )
    service.warm_up()
    times = []
    for text in texts:
        begun = time.perf_counter()
        service.propose(text + "。")
        times.append(1000 * (time.perf_counter() - begun))
    p50, p95 = np.percentile(times, [50, 95])
    print(f"propose: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
