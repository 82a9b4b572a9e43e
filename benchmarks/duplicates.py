"""Search for duplicates among many tickets: ``python -m benchmarks.duplicates``.

Fills a database of its own with tickets that a seeded generator writes from the city's places and
the shipped examples of each category, all of them unanswered, registered over ``--days`` days. One
in fifty is another's repetition in other words. Then the candidates of random tickets are asked
for, each in a transaction of its own as at the dispatcher's desk, and the plan of the index's query
is printed. The keys are computed by the code that the service uses.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles

import numpy as np
from sqlalchemy import insert, text

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import ROOT
from knowledge_base.loader import load_library
from knowledge_base.schema import Place
from routing.city_data import load_taxonomy
from routing.duplicates.keys import keys_of
from routing.duplicates.repository import sharing_statement
from routing.duplicates.service import SHOWN, Duplicates
from routing.finding.words import QueryReader
from routing.schemas import AppealKind
from routing.tickets.models import FIRST_MAC, Ticket
from routing.tickets.states import TicketState

NOW = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
_CHUNK = 20_000
_REPEATED = 50  # one ticket in so many repeats an earlier one
_NEAR = 5_000  # how far back the one that it repeats lies at most
_PLACES = 20_000
_SYLLABLES = "金银玉翠华锦秀丽春秋和泰康宁福瑞祥云景文星月湖山江河林园兴盛广明安平"
_ESTATES = ("小区", "花园", "家园", "公寓", "广场", "路", "街", "巷", "市场", "村")
_WHERE = ("", "门口", "楼下", "附近", "旁边", "对面", "3号楼", "东门", "路口")
_OPENINGS = ("", "你好，", "您好我想反映一下，", "我要投诉，", "麻烦帮忙看看，", "")
_WISHES = (
    "希望尽快处理",
    "请相关部门管一管",
    "已经反映过两次了没人管",
    "老人孩子都受影响",
    "什么时候能解决",
    "请给个答复",
    "严重影响生活",
)
_TIMES = ("昨天开始", "这几天", "从上周起", "每天晚上", "一大早", "持续半个月了", "前天下午三点")


@dataclass(frozen=True, slots=True)
class Written:
    """One generated ticket."""

    ticket: Ticket
    repeats: int | None  # id of the one that it tells of again


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--filled", action="store_true", help="it was filled by an earlier run")
    parser.add_argument("--url", help="an empty database; SQLite in a temporary folder otherwise")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        install_keyring(load_keyring(Path(folder) / "keys.json"))
        database = Database(given.url or f"sqlite:///{folder}/duplicates.db")
        upgrade(database)
        begun = time.perf_counter()
        chance = random.Random(given.seed)
        if given.filled:
            written = _written(given.tickets, given.days, chance)
            repeated = {one.ticket.id: one.repeats for one in written if one.repeats is not None}
        else:
            repeated = fill(database, given.tickets, given.days, chance)
        _say(f"{database.engine.dialect.name}: {given.tickets:,} tickets over {given.days} days")
        _say(f"filled in {time.perf_counter() - begun:.0f} s")
        _ask(database, given.tickets, given.queries, repeated, random.Random(given.seed + 1))
        database.dispose()


def fill(database: Database, count: int, days: int, chance: random.Random) -> dict[int, int]:
    """Write the tickets and their keys; return which repeat which."""
    repeated, keys, owners = dict[int, int](), list[np.ndarray](), list[np.ndarray]()
    for chunk in _chunks(_written(count, days, chance)):
        for one in chunk:
            if one.repeats is not None:
                repeated[one.ticket.id] = one.repeats
            found = np.array(keys_of(one.ticket), dtype=np.int64)
            keys.append(found)
            owners.append(np.full(len(found), one.ticket.id, dtype=np.int32))
        with database.transaction() as session:
            session.execute(insert(Ticket.__table__), [_row(one.ticket) for one in chunk])
    key, owner = np.concatenate(keys), np.concatenate(owners)
    order = np.lexsort((owner, key))
    _store_keys(database, key[order], owner[order])
    return repeated


def _written(count: int, days: int, chance: random.Random) -> Iterator[Written]:
    taxonomy, library = load_taxonomy(), load_library()
    categories = [taxonomy.categories[code] for code in sorted(taxonomy.categories)]
    places = _places(library.places, chance)
    recent: list[Ticket] = []
    for number in range(1, count + 1):
        at = NOW - timedelta(days=days) * (1 - number / count)
        earlier = chance.choice(recent) if recent and number % _REPEATED == 0 else None
        if earlier is None:
            category, place = chance.choice(categories), chance.choice(places)
            said = chance.choice(taxonomy.phrases[category.code])
            ticket = _ticket(number, at, place[0] + chance.choice(_WHERE), place[1])
            names = (category.level1, category.level2, category.level3)
            ticket.category_code, ticket.category = category.code, "/".join(names)
            ticket.text = _sentence(ticket.place or "", said, chance)
        else:
            ticket = _ticket(number, at, earlier.place or "", earlier.district)
            ticket.category_code, ticket.category = earlier.category_code, earlier.category
            ticket.text = _retold(earlier.text, chance)
        recent.append(ticket)
        del recent[:-_NEAR]
        yield Written(ticket, None if earlier is None else earlier.id)


def _places(known: Sequence[Place], chance: random.Random) -> list[tuple[str, str | None]]:
    """Return name and district: those of the gazetteer, and made-up estates up to ``_PLACES``."""
    named = [one for one in known if one.kind not in {"区县", "街道乡镇"}]
    districts = sorted({one.district for one in named if one.district})
    places: dict[str, str | None] = {one.name: one.district for one in named}
    while len(places) < _PLACES:
        name = "".join(chance.choice(_SYLLABLES) for _ in range(3)) + chance.choice(_ESTATES)
        places.setdefault(name, chance.choice(districts))
    return list(places.items())


def _sentence(place: str, said: str, chance: random.Random) -> str:
    opening, wish, since = (chance.choice(some) for some in (_OPENINGS, _WISHES, _TIMES))
    amount = chance.choice(
        ("", f"，有{chance.randint(2, 60)}户人家", f"，第{chance.randint(2, 9)}次")
    )
    return f"{opening}{place}{since}{said}{amount}，{wish}"


def _retold(said: str, chance: random.Random) -> str:
    """Return it as somebody else would tell it: another opening and wish, a clause less."""
    clauses = said.split("，")
    kept = clauses[:-1] if len(clauses) > 2 else clauses
    if len(kept) > 2 and chance.random() < 0.5:
        kept.pop(chance.randrange(1, len(kept)))
    return "，".join([*kept, chance.choice(_TIMES) + chance.choice(_WISHES)])


def _ticket(number: int, at: datetime, place: str, district: str | None) -> Ticket:
    return Ticket(
        id=number,
        ticket_no=f"{at:%Y%m%d}-{number:06d}-1",
        state=TicketState.DISPATCHED,
        version=1,
        kind=AppealKind.COMPLAINT,
        title="",
        text="",
        place=place,
        district=district,
        urgent=False,
        confidential=False,
        registered_at=at,
        due_provisional=False,
        due_basis={},
        proposal={},
        dispatch_count=1,
        round=1,
        last_seq=1,
        head_mac=FIRST_MAC,
        sealed_seq=1,
    )


def _row(ticket: Ticket) -> dict[str, object]:
    return {column.name: getattr(ticket, column.name) for column in Ticket.__table__.columns}


def _chunks(written: Iterator[Written]) -> Iterator[list[Written]]:
    chunk: list[Written] = []
    for one in written:
        chunk.append(one)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _store_keys(database: Database, keys: np.ndarray, owners: np.ndarray) -> None:
    """Write the keys in the order of the index, by the quickest way that each database has."""
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        rows = zip(keys.tolist(), owners.tolist(), strict=True)
        if database.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany("INSERT INTO duplicate_keys VALUES (?, ?)", rows)
            cursor.execute("COMMIT")
        else:
            with cursor.copy("COPY duplicate_keys (key, ticket_id) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            raw.commit()
        cursor.execute("ANALYZE")
        raw.commit()
    finally:
        raw.close()


def _ask(
    database: Database, count: int, queries: int, repeated: dict[int, int], chance: random.Random
) -> None:
    duplicates = Duplicates(FixedClock(NOW), QueryReader(ROOT / "var" / "cache"))
    numbers = _numbers(database)
    asked = [chance.randint(1, count) for _ in range(queries)]
    asked += chance.sample(sorted(repeated), min(queries, len(repeated)))
    with database.reading() as session:  # words and connections are there at the desk, too
        duplicates.candidates(session, numbers[asked[0]])
    times, cpu, shown, right = list[float](), list[float](), 0, 0
    for one in asked:
        begun, burnt = time.perf_counter(), time.process_time()
        with database.reading() as session:
            found = duplicates.candidates(session, numbers[one])
        times.append(1000 * (time.perf_counter() - begun))
        cpu.append(1000 * (time.process_time() - burnt))
        shown += len(found)
        if one in repeated:
            right += numbers[repeated[one]] in {each.ticket_no for each in found}
    told = sum(one in repeated for one in asked)
    for name, taken in (("elapsed", times), ("own processor time", cpu)):
        cuts = quantiles(taken, n=100)
        _say(f"{name}: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms")
    _say(f"{len(asked):,} asked, {shown / len(asked):.2f} shown each (at most {SHOWN})")
    _say(f"repetitions found: {right} of {told}")
    _plan(database, asked[0])


def _numbers(database: Database) -> dict[int, str]:
    with database.reading() as session:
        return dict(session.execute(text("SELECT id, ticket_no FROM tickets")).all())  # type: ignore[arg-type]  # two columns


def _plan(database: Database, ticket_id: int) -> None:
    """Print how the database goes about the first three keys."""
    with database.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        given = {f"k{at}": key for at, key in enumerate(keys_of(ticket)[:3])}
        begin = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN (ANALYZE, BUFFERS) "
        plan = text(begin + sharing_statement(len(given)))
        for row in session.execute(plan, {**given, "own": ticket_id, "most": 60}):
            _say("  " + " ".join(str(part) for part in row))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
