"""How pytest-xdist deals the cases: every worker its share at once, so that it can start them ahead of their turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from xdist.scheduler.load import LoadScheduling

T = TypeVar("T")


class Shards(LoadScheduling):
    """Worker k of n gets the cases k, k+n, k+2n...: each worker can work out its own share.

    No more than `most` workers get any: each has at least one case in flight, and the target may bear few. What a
    worker that died left behind goes to the others, as with `--dist load`.
    """

    def __init__(self, config: Any, log: Any, most: int) -> None:
        super().__init__(config, log)
        self._most = most

    collection: list[str] | None

    def schedule(self) -> None:
        """Deal everything, once all workers have collected the same."""
        if self.collection is not None or not self._check_nodes_have_same_collection():
            super().schedule()
            return
        collection = self.collection = next(iter(self.node2collection.values()))
        shares = min(self.numnodes, self._most)
        for number, node in enumerate(self._in_order()[:shares]):
            share = list(range(number, len(collection), shares))
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


def share_of(items: Sequence[T], workerinput: dict[str, Any], most: int) -> Sequence[T]:
    """Return the part of the items that a worker is known to get, which may be none."""
    shares = min(int(workerinput["workercount"]), most)
    number = number_of(workerinput)
    return items[number::shares] if number < shares else items[:0]
