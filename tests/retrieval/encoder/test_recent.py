"""One vector for each question, computed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retrieval.encoder.protocol import Vectors
from retrieval.encoder.recent import RecentQueries


class CountingEncoder:
    """Encodes a text as its length; notes what it was asked, and fails where told to."""

    dimensions, fingerprint = 2, "counting"

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.broken = False
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def encode_queries(self, texts: list[str]) -> Vectors:
        self.asked.append(tuple(texts))
        self.begun.set()
        assert self.go_on.wait(5)
        if self.broken:
            raise RuntimeError("broken")
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def encode_passages(self, texts: list[str]) -> Vectors:
        return self.encode_queries(texts)


def test_each_text_is_encoded_once_and_alone_in_the_order_asked_for() -> None:
    encoder = CountingEncoder()
    recent = RecentQueries(encoder)

    first = recent.encode_queries(["身份证", "护照", "身份证", "社保卡丢了"])
    second = recent.encode_queries(["护照", "身份证"])

    assert first[:, 0].tolist() == [3, 2, 3, 5]
    assert second[:, 0].tolist() == [2, 3]
    assert sorted(encoder.asked) == sorted([("身份证",), ("护照",), ("社保卡丢了",)])


def test_who_asks_for_a_text_under_way_waits_for_it() -> None:
    encoder = CountingEncoder()
    recent = RecentQueries(encoder)
    encoder.go_on.clear()

    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(recent.encode_queries, ["身份证"]) for _ in range(2)]
        assert encoder.begun.wait(5)
        encoder.go_on.set()
        found = [one.result(5) for one in asked]

    assert [rows.tolist() for rows in found] == [[[3.0, 1.0]]] * 2
    assert encoder.asked == [("身份证",)]


def test_only_so_many_texts_are_kept_the_oldest_goes_first() -> None:
    encoder = CountingEncoder()
    recent = RecentQueries(encoder, kept=2)

    for text in ("一", "二", "一", "三", "一", "二"):
        recent.encode_queries([text])

    assert encoder.asked == [("一",), ("二",), ("三",), ("二",)]


def test_failure_is_told_to_everybody_and_tried_anew() -> None:
    encoder = CountingEncoder()
    recent = RecentQueries(encoder)
    encoder.broken = True
    with pytest.raises(RuntimeError, match="broken"):
        recent.encode_queries(["身份证", "护照"])

    encoder.broken = False

    assert recent.encode_queries(["护照", "身份证"])[:, 0].tolist() == [2, 3]


def test_many_texts_at_once_and_passages_are_passed_on_as_they_are() -> None:
    encoder = CountingEncoder()
    recent = RecentQueries(encoder)
    many = [str(number) for number in range(9)]

    recent.encode_queries(many)
    recent.encode_passages(["护照"])
    recent.encode_passages(["护照"])

    assert encoder.asked == [tuple(many), ("护照",), ("护照",)]
