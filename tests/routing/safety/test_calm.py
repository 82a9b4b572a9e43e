"""How calm an alert must be to be taken back, learnt from the writers left out."""

from scripts.train_second_look import Judged, calm, taken_back

FIRES = [
    Judged("着火了", "fire", True, "a" if place % 2 else "b", -1.0 + place / 100)
    for place in range(200)
]


def test_calm_lies_below_every_danger_and_apart_where_dangers_are_many() -> None:
    alerts = [
        *FIRES,
        Judged("困在井里", "trapped", True, "c", -4.0),
        Judged("价格着火了", "fire", False, "c", -9.0),
    ]

    assert calm(alerts) == (-5.0, {"fire": -2.0})


def test_each_writer_is_judged_by_the_dangers_of_the_others() -> None:
    lost = Judged("灶上有火", "fire", True, "c", -2.6)
    rightly = Judged("价格着火了", "fire", False, "c", -2.1)
    kept = Judged("火锅店开业", "fire", False, "a", -2.1)

    # c goes by the fires of a and b and loses its own; a goes by c's, which is calmer.
    assert taken_back([*FIRES, lost, rightly, kept], "c") == [lost, rightly]
    assert taken_back([*FIRES, lost, rightly, kept], "a") == []
