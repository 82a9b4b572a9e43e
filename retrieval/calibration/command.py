"""Make the calibration file for the encoder and the library that are there now."""

from pathlib import Path

from foundation.settings import Settings
from knowledge_base.library import Library
from retrieval.calibration.fitting import fit_model
from retrieval.calibration.quality import cross_validate
from retrieval.calibration.samples import (
    independent,
    questions_fingerprint,
    read_questions,
    search_all,
)
from retrieval.calibration.store import Calibration, write_calibration
from retrieval.encoder.progress import Progress, silent
from retrieval.index.passages import NAMES
from retrieval.search import SearchEngine


def calibrate(
    library: Library, settings: Settings, path: Path, progress: Progress = silent
) -> Calibration:
    """Fit, measure by cross-validation, write ``path`` and return what was written.

    Raises:
        EncoderError: the encoder has not been prepared, or is damaged.
    """
    engine = SearchEngine(library, settings)
    engine.warm_up_lexical()
    dense = engine.load_dense(progress)
    engine.use_dense(dense)
    names = (passage.text for passage in engine.passages if passage.kind in NAMES)
    questions = independent(read_questions(), names)
    samples = list(search_all(engine, questions, progress))
    lexical = [sample.lexical_only() for sample in samples]
    progress("校准：拟合与交叉验证", 0.9)
    calibration = Calibration(
        encoder=dense[0].fingerprint,
        library=library.fingerprint,
        questions=questions_fingerprint(),
        reranker="" if engine.reranker is None else engine.reranker.fingerprint,
        full=fit_model(samples, engine.kinds),
        lexical=fit_model(lexical, engine.kinds),
        quality={
            "full": cross_validate(samples, engine.kinds),
            "lexical": cross_validate(lexical, engine.kinds),
        },
    )
    write_calibration(calibration, path)
    progress("校准完成", 1.0)
    return calibration
