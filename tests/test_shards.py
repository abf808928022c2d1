"""Tests of `conformance.shards`: who gets which cases; on workers that only note what they are sent."""

from __future__ import annotations

from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.deal import Deal
from conformance.shards import Shards, share_of

CASES = [f"case{number}" for number in range(10)]


class Node:
    """A worker of pytest-xdist."""

    def __init__(self, workerid: str, workers: int) -> None:
        self.workerinput = {"workerid": workerid, "workercount": workers}
        self.gateway = SimpleNamespace(id=workerid)
        self.sent: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def dealt(pytestconfig: pytest.Config, nodes: list[Node], most: int) -> None:
    shards = Shards(pytestconfig, None, Deal((), most))
    shards.numnodes = len(nodes)
    for node in nodes:
        shards.add_node(node)
    for node in nodes:
        shards.add_node_collection(node, CASES)
    shards.schedule()


@pytest.fixture
def config(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(pytestconfig.option, "tx", ["popen"])
    return pytestconfig


@pytest.mark.parametrize("most", [64, 3, 2, 1])
def test_every_worker_gets_what_it_knows_to_be_its_share(config: Any, most: int) -> None:
    nodes = [Node(f"gw{number}", 3) for number in (2, 0, 1)]
    dealt(config, nodes, most)
    for node in nodes:
        assert node.sent == share_of(range(len(CASES)), CASES, node.workerinput, Deal((), most))
        assert node.shutting_down
    assert sorted(chain(*(node.sent for node in nodes))) == list(range(len(CASES)))
    assert sum(bool(node.sent) for node in nodes) == min(most, 3)


def test_whoever_stands_in_for_a_worker_that_died_gets_its_share(config: Any) -> None:
    nodes = [Node(workerid, 3) for workerid in ("gw0", "gw3", "gw2")]
    dealt(config, nodes, 64)
    assert nodes[1].sent == [1, 4, 7]
    assert (
        share_of(CASES, CASES, nodes[1].workerinput, Deal((), 64)) == []
    )  # it does not know, and takes them as they come
