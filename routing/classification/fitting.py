"""Fitting of what turns a share of probability into a calibrated one."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from routing.classification.weights import LeadCalibration

Floats = NDArray[np.float64]
_LEAST = 1e-6


def fit_calibration(raw: Floats, right: NDArray[np.bool_] | Floats) -> LeadCalibration:
    """Fit P(right) = sigmoid(slope · logit(raw) + intercept), held near the identity."""
    clipped = np.clip(raw, _LEAST, 1 - _LEAST)
    odds = np.log(clipped / (1 - clipped))
    hit = np.asarray(right, dtype=np.float64)

    def loss(w: Floats) -> float:
        p = np.clip(1 / (1 + np.exp(-(w[0] * odds + w[1]))), 1e-9, 1 - 1e-9)
        nll = -(hit * np.log(p) + (1 - hit) * np.log(1 - p)).mean()
        return float(nll + 0.01 * (w[0] - 1) ** 2 + 0.01 * w[1] ** 2)

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return LeadCalibration(slope=round(float(slope), 4), intercept=round(float(intercept), 4))
