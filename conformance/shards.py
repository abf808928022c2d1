"""How pytest-xdist hands out what was dealt: every worker all of its cases at once (see `conformance.deal`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from xdist.scheduler.load import LoadScheduling

from conformance.deal import Deal

T = TypeVar("T")


class Shards(LoadScheduling):
    """Each worker can work out its own share. What one that died leaves goes to the others, as with `--dist load`."""

    def __init__(self, config: Any, log: Any, deal: Deal) -> None:
        super().__init__(config, log)
        self._deal = deal

    collection: list[str] | None

    def schedule(self) -> None:
        """Deal everything, once all workers have collected the same."""
        if self.collection is not None or not self._check_nodes_have_same_collection():
            super().schedule()
            return
        collection = self.collection = next(iter(self.node2collection.values()))
        hands = self._deal.deal(collection, self.numnodes)
        for node, share in zip(self._in_order(), hands, strict=True):
            self.node2pending[node].extend(share)
            if share:
                node.send_runtest_some(share)
        for node in self.nodes:
            node.shutdown()

    def _in_order(self) -> list[Any]:
        """Return the workers by number. Whoever stands in for one that died while it collected has its place."""
        nodes = {number_of(node.workerinput): node for node in self.nodes}
        standing_in = [nodes.pop(number) for number in sorted(nodes) if number >= self.numnodes]
        return [nodes[number] if number in nodes else standing_in.pop(0) for number in range(self.numnodes)]


def number_of(workerinput: dict[str, Any]) -> int:
    """Return the number that pytest-xdist gave a worker, from 0."""
    return int(str(workerinput["workerid"]).removeprefix("gw"))


def share_of(items: Sequence[T], ids: Sequence[str], workerinput: dict[str, Any], deal: Deal) -> list[T]:
    """Return the part of the items that a worker is known to get, which may be none; `ids` are their names."""
    hands = deal.deal(ids, int(workerinput["workercount"]))
    number = number_of(workerinput)
    return [items[place] for place in hands[number]] if number < len(hands) else []
