from __future__ import annotations

from conformance.deal import Deal

BOTH = ("ipv4", "ipv6")
IDS = [
    f"cases/test_a.py::test_a[{name}-{family}-ESTABLISHED]"
    for name in ("linux", "linux-nosack", "lwip")
    for family in BOTH
]


def deal(*names: str, most: int = 64) -> Deal:
    return Deal(tuple((name, BOTH) for name in names), most)


def test_a_worker_gets_whole_targets_where_there_are_enough() -> None:
    of_three = deal("linux", "linux-nosack", "lwip", most=1)
    assert of_three.deal(IDS, 2) == [[0, 1, 4, 5], [2, 3]]
    assert of_three.deal(IDS, 3) == [[0, 1], [2, 3], [4, 5]]
    assert of_three.sharing(2) == of_three.sharing(3) == 1


def test_workers_share_a_target_where_there_are_too_few() -> None:
    assert deal("linux", "lwip").deal(IDS, 3) == [[0, 3], [1, 4], [2, 5]]
    assert deal("linux").sharing(3) == 3
    assert deal("linux").deal(IDS, 1) == [[0, 1, 2, 3, 4, 5]]


def test_no_more_workers_share_a_target_than_it_bears() -> None:
    assert deal("linux", most=2).deal(IDS, 3) == [[0, 2, 4], [1, 3, 5], []]
    assert deal("linux", most=2).sharing(3) == 2


def test_what_belongs_to_no_target_goes_to_the_first_worker() -> None:
    assert deal("linux", "lwip").deal(["tests/test_b.py::test_b", *IDS], 2)[0][0] == 0
