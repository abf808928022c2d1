"""How pytest-xdist deals the cases: every worker its share at once, so that it can start them ahead of their turn."""

from __future__ import annotations

from typing import Any

from xdist.scheduler.load import LoadScheduling


class Shards(LoadScheduling):
    """Worker k of n gets the cases k, k+n, k+2n...: each worker can work out its own share.

    What a worker that died left behind goes to the others, as with `--dist load`.
    """

    collection: list[str] | None

    def schedule(self) -> None:
        """Deal everything, once all workers have collected the same."""
        if self.collection is not None or not self._check_nodes_have_same_collection():
            super().schedule()
            return
        collection = self.collection = next(iter(self.node2collection.values()))
        nodes = sorted(self.nodes, key=_number)
        for at, node in enumerate(nodes):
            share = list(range(at, len(collection), len(nodes)))
            self.node2pending[node].extend(share)
            if share:
                node.send_runtest_some(share)
        for node in nodes:
            node.shutdown()


def _number(node: Any) -> int:
    return int(node.workerinput["workerid"].removeprefix("gw"))
