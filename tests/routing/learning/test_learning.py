"""Learning from closed tickets: better is kept, worse is refused, and nothing is lost."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from foundation.clock import SHANGHAI, FixedClock
from foundation.settings import Settings
from knowledge_base.loader import load_library
from routing.city_data import load_taxonomy
from routing.learning.errors import HistoryFaultsError, VersionNotFoundError
from routing.learning.history import ClosedTicket, read_history
from routing.learning.store import SHIPPED, ModelStore, load_in_force
from routing.learning.training import Trainer, Verdict
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService
from routing.schemas import Proposal
from tests.routing.learning.conftest import write_table

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
TAXONOMY = load_taxonomy()
DANCING = "湖东花园门口每天晚上跳广场舞，音响震得窗户响，到十点都不停"
Row = dict[str, str]
Write = Callable[[list[Row]], Path]


@pytest.fixture(scope="module")
def by_taxonomy(tmp_path_factory: pytest.TempPathFactory) -> RoutingService:
    settings = Settings(data_dir=tmp_path_factory.mktemp("taxonomy"))
    service = load_routing_service(settings, FixedClock(NOW), dense=False)
    service.warm_up()
    return service


@pytest.fixture(scope="module")
def trainer(by_taxonomy: RoutingService) -> Trainer:
    # Some of the shipped appeals will do, and take seconds less.
    return Trainer(by_taxonomy, replace(TAXONOMY, appeals=TAXONOMY.appeals[::6]), None)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path)


@pytest.fixture(scope="module")
def learnt(
    trainer: Trainer, good_history: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Verdict]:
    """What was learnt once from the good history, and where it lies."""
    folder = tmp_path_factory.mktemp("learnt")
    rows = _rows(write_table(folder / "history.csv", good_history))
    return folder / "routing", _trained(trainer, ModelStore(folder), rows)


@pytest.fixture
def taught(store: ModelStore, learnt: tuple[Path, Verdict], tmp_path: Path) -> Verdict:
    """``store`` holds a copy of what was learnt from the good history, in force."""
    folder, verdict = learnt
    shutil.copytree(folder, tmp_path / "routing")
    return verdict


def _rows(path: Path) -> tuple[ClosedTicket, ...]:
    return read_history(path, load_library().departments, TAXONOMY).rows


def _trained(
    trainer: Trainer, store: ModelStore, rows: tuple[ClosedTicket, ...], keep: bool = True
) -> Verdict:
    return trainer.train(store, rows, NOW, keep=keep)


def _in_force(service: RoutingService, data_dir: Path) -> Proposal:
    """Return what a service that starts now proposes."""
    return service.using(load_in_force(data_dir, None, TAXONOMY)).propose(DANCING)


def test_train_learns_the_customs_of_a_city_and_rollback_restores_the_former_answers(
    by_taxonomy: RoutingService, store: ModelStore, taught: Verdict, tmp_path: Path
) -> None:
    before = by_taxonomy.propose(DANCING)

    learnt = _in_force(by_taxonomy, tmp_path)
    store.put_in_force(store.before(store.current))
    after = _in_force(by_taxonomy, tmp_path)

    assert (taught.refused, taught.version) == (None, "0001")
    assert taught.bodies.new > taught.bodies.in_force + 0.2
    assert taught.bodies.low > 0
    assert (before.lead, learnt.lead) == ("GA", "CG")
    assert "历史办结工单" in "".join(learnt.candidates[0].evidence)
    assert after == before


def test_train_refuses_a_history_that_would_make_routing_worse(
    by_taxonomy: RoutingService,
    trainer: Trainer,
    store: ModelStore,
    taught: Verdict,
    bad_history: list[Row],
    table: Write,
    tmp_path: Path,
) -> None:
    before = _in_force(by_taxonomy, tmp_path)

    verdict = _trained(trainer, store, _rows(table(bad_history)))

    assert verdict.refused is not None
    assert (verdict.version, store.current) == (None, "0001")
    assert [one.version for one in store.versions()] == ["0001"]
    assert _in_force(by_taxonomy, tmp_path) == before


def test_train_does_not_ask_a_version_about_tickets_that_it_has_seen(
    trainer: Trainer, store: ModelStore, taught: Verdict, good_history: list[Row], table: Write
) -> None:
    again = _trained(trainer, store, _rows(table(good_history)))

    # The same tickets teach the same: the one in force is judged by what its folds said.
    assert again.bodies.in_force == taught.bodies.new
    assert again.refused is not None
    assert store.current == "0001"


def test_dry_run_compares_and_keeps_nothing(
    trainer: Trainer, store: ModelStore, good_history: list[Row], table: Write
) -> None:
    verdict = _trained(trainer, store, _rows(table(good_history)), keep=False)

    assert (verdict.refused, verdict.version) == (None, None)
    assert (store.current, store.versions()) == (SHIPPED, [])


def test_a_damaged_version_is_left_out_and_routing_goes_on(
    by_taxonomy: RoutingService,
    taught: Verdict,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert load_in_force(tmp_path, None, TAXONOMY) is not None
    model = tmp_path / "routing" / "0001" / "model.npz"
    whole = model.read_bytes()
    model.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    proposal = _in_force(by_taxonomy, tmp_path)

    assert proposal.lead == "GA"
    assert "routing model not used" in caplog.text


def test_a_version_of_other_categories_is_left_out(taught: Verdict, tmp_path: Path) -> None:
    fewer = dict(list(TAXONOMY.categories.items())[1:])

    assert load_in_force(tmp_path, None, TAXONOMY) is not None
    assert load_in_force(tmp_path, None, replace(TAXONOMY, categories=fewer)) is None


def test_roll_back_to_a_version_that_never_was_is_refused(store: ModelStore) -> None:
    with pytest.raises(VersionNotFoundError):
        store.put_in_force("0007")
    assert store.current == SHIPPED


def test_history_is_masked_and_names_of_bodies_are_understood(
    table: Write, good_history: list[Row]
) -> None:
    rows = [
        {"诉求内容": "老板欠我工资，电话13812345678", "承办单位": "市劳动监察支队"},
        {"诉求内容": "楼上太吵", "承办单位": "不存在的局"},
        *good_history,
    ]

    history = read_history(table(rows), load_library().departments, TAXONOMY)

    assert history.rows[0].department == "LDJC"
    assert "13812345678" not in history.rows[0].text
    assert history.faults == ("第 3 行：不认识的承办单位“不存在的局”",)
    assert len(history.rows) == len(good_history) + 1


def test_history_without_the_columns_or_with_too_few_rows_is_refused(
    table: Write, good_history: list[Row]
) -> None:
    departments = load_library().departments
    with pytest.raises(HistoryFaultsError, match="history: 1 faults") as missing:
        read_history(table([{"内容": "路灯不亮", "区县": "盘江区"}]), departments, TAXONOMY)
    with pytest.raises(HistoryFaultsError) as few:
        read_history(table(good_history[:5]), departments, TAXONOMY)

    assert "承办单位" in missing.value.user_message
    assert "至少要 60 件" in few.value.user_message


def test_mapping_gives_codes_to_foreign_names(table: Write, good_history: list[Row]) -> None:
    foreign = [row | {"承办单位": row["承办单位"] + "-外市"} for row in good_history]
    mapping = {f"{body}-外市": body for body in ("CG", "SWJ", "LDJC", "GA", "SCJG")}

    history = read_history(table(foreign), load_library().departments, TAXONOMY, mapping)

    assert {row.department for row in history.rows} == set(mapping.values())
