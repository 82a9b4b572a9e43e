"""The learned numbers of ranking and decision, and the check that they fit what is loaded."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from foundation.settings import Settings
from retrieval.errors import CalibrationError
from retrieval.fusion import LEXICAL_FEATURES, RANKING_FEATURES, RERANKED

SHIPPED_FILE = Path(__file__).parent.parent / "calibration.json"


@dataclass(frozen=True, slots=True)
class Model:
    """Weights and thresholds for one set of channels."""

    ranking: dict[str, float]  # feature → weight of the fused score
    confidence: dict[str, float]  # feature → weight of the logit of P(correct)
    intercept: float
    answer_from: float  # least P(correct) at which a guide is answered
    clarify_from: float  # least P(one of the choices is right) at which anything is said
    tie_margin: float  # lead in fused score under which two guides fit equally
    choice_gap: float  # how far behind the first a choice may lie, in fused score
    belonging: dict[str, float] = field(default_factory=dict)  # P(one of the choices is right)
    belonging_intercept: float = 0.0
    policy: dict[str, float] = field(default_factory=dict)  # P(a policy answer is what was asked)
    policy_intercept: float = 0.0
    # least lead over what must not be answered, in fused score; below it the probability counts 0
    policy_floor: float = 0.0
    policy_from: float = 1.0  # least such probability at which it is answered, not the guide
    policy_offer_from: float = 1.0  # least at which it stands among the choices


@dataclass(frozen=True, slots=True)
class Calibration:
    """Both models, with what they were made from and how well they did on held-out folds."""

    encoder: str  # fingerprint of the encoder that ``full`` belongs to
    library: str  # fingerprint of the library at that time; told, not enforced
    questions: str  # sha256 of the calibration set
    full: Model
    lexical: Model  # until the encoder is loaded
    quality: dict[str, dict[str, float]]
    reranker: str = ""  # fingerprint of the cross-encoder that ``full`` was fitted with; "": none

    def check_encoder(self, fingerprint: str) -> None:
        """Refuse an encoder that the thresholds were not made for.

        Raises:
            CalibrationError: naming the command that makes new ones.
        """
        if self.encoder != fingerprint:
            raise CalibrationError(
                f"thresholds belong to encoder {self.encoder}, loaded is {fingerprint}; "
                "run: hotline encoder calibrate"
            )

    def check_reranker(self, fingerprint: str) -> None:
        """Refuse a cross-encoder, or its absence, that the thresholds were not made with.

        Raises:
            CalibrationError: naming the command that makes new ones.
        """
        if self.reranker != fingerprint:
            raise CalibrationError(
                f"thresholds were made with {_reranker(self.reranker)}, loaded is "
                f"{_reranker(fingerprint)}; run: hotline encoder calibrate"
            )


def _reranker(fingerprint: str) -> str:
    return f"reranker {fingerprint}" if fingerprint else "no reranker"


def read_calibration(path: Path = SHIPPED_FILE) -> Calibration:
    """Read the file.

    Raises:
        CalibrationError: it is missing or not of this form.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        full, lexical = Model(**data.pop("full")), Model(**data.pop("lexical"))
        # Written before a feature was added: without its weight nothing can be ranked.
        _ = [full.ranking[name] for name in RANKING_FEATURES]
        _ = [lexical.ranking[name] for name in LEXICAL_FEATURES]
        if data.get("reranker"):
            _ = full.ranking[RERANKED]
        return Calibration(full=full, lexical=lexical, **data)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CalibrationError(
            f"{path.name} cannot be used ({error}); run: hotline encoder calibrate"
        ) from error


def own_file(settings: Settings) -> Path:
    """Return where an installation keeps thresholds of its own, for an encoder of its own."""
    return settings.data_dir / "calibration.json"


def active_calibration(settings: Settings) -> Calibration:
    """Return the installation's own thresholds where there are any, else the shipped ones."""
    own = own_file(settings)
    return read_calibration(own if own.exists() else SHIPPED_FILE)


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write the file, whole or not at all."""
    scratch = path.with_name(f".{path.name}.new")
    text = json.dumps(asdict(calibration), ensure_ascii=False, indent=2)
    scratch.write_text(text + "\n", encoding="utf-8")
    scratch.replace(path)
