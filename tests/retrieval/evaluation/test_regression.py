"""The gate: over the fixed questions nothing falls below the floors set by an earlier run."""

import pytest

from foundation.settings import ROOT
from knowledge_base.library import Library
from retrieval.evaluation.floors import read_floors
from retrieval.evaluation.outcomes import ask_all
from retrieval.evaluation.questions import check_codes, read_questions
from retrieval.evaluation.report import Setting, make_report, question_file
from retrieval.service import Retriever

_FOLDER = ROOT / "tests" / "evaluation" / "retrieval"
_FILES = [_FOLDER / "questions.yml", _FOLDER / "outside.yml"]
_FLOORS = _FOLDER / "floors.json"


@pytest.mark.skipif(not _FLOORS.exists(), reason="no floors are set for the fixed questions")
def test_fixed_questions_stay_above_their_floors(retriever: Retriever, library: Library) -> None:
    floors = read_floors(_FLOORS)
    questions = read_questions(_FILES)
    check_codes(questions, library)
    setting = Setting(
        made_at=floors.setting.made_at,
        files=tuple(map(question_file, _FILES)),
        library=library.fingerprint,
        encoder=floors.setting.encoder,
        answer_from=floors.setting.answer_from,
        clarify_from=floors.setting.clarify_from,
    )

    report = make_report(list(ask_all(retriever, library, questions)), setting)

    assert floors.faults(report) == []
