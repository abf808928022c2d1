"""One exchange (SYN to a closed port, its reset) three ways, in the lab: the table of what each costs.

    .venv/bin/python tests/benchmarks/exchange.py [EXCHANGES]

`raw socket` sends octets built beforehand and looks at none of the answer: the floor. `peer` is what a case does: craft
with Scapy, send, receive, read strictly, put to every invariant, judge, record. `srp1` is Scapy's own send-and-receive.
The three take turns, so that a machine whose speed drifts treats them alike.
"""

from __future__ import annotations

import random
import select
import statistics
import sys
import time
from collections.abc import Callable

from scapy.config import conf
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.sendrecv import srp1

from conformance.lab import link, namespace, running
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow
from conformance.wire.host import Host
from conformance.wire.link import Link

ROUNDS = 5


def peer_exchange(host: Host, local: str, remote: str, port: int) -> Callable[[], None]:
    """Return what a case does, once."""
    transcript = Transcript(host.epoch)

    def exchange() -> None:
        peer = Peer(host, Flow(local, random.randrange(20000, 30000), remote, port), transcript, Timing())
        syn = peer.send(Ctl.SYN)
        peer.expect(Ctl.RST | Ctl.ACK, seq=0, ack=syn.seq + syn.len)
        host.close(peer.inbox)

    return exchange


def raw_exchange(wire: Link, frame: bytes) -> Callable[[], None]:
    """Return the floor: octets out, octets in."""
    poll = select.poll()
    poll.register(wire.fileno(), select.POLLIN)

    def exchange() -> None:
        wire.send(frame)
        poll.poll(1000)
        for _ in wire.receive():
            pass

    return exchange


def measure(exchange: Callable[[], None], times: int) -> list[float]:
    """Return how long each of `times` exchanges took, in microseconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        exchange()
        spent.append((time.perf_counter() - start) * 1e6)
    return spent


def main() -> None:
    """Measure and print the table."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    namespace.enter()
    with running.start() as target:
        ours = link.tester_addresses(0)
        mac = bytes.fromhex(ours["mac"].replace(":", ""))
        remote = target.addresses["ipv4"]
        host = Host(target.interface, mac, {"ipv4": ours["ipv4"]})
        there = ":".join(f"{octet:02x}" for octet in host.resolve(remote))
        conf.verb = 0
        probe = Ether(src=ours["mac"], dst=there) / IP(src=ours["ipv4"], dst=remote) / TCP(sport=19999, dport=1)
        floor = Link(target.interface, mac)
        ways = {
            "raw socket, octets built beforehand": (raw_exchange(floor, bytes(probe)), times),
            "peer, crafted by Scapy and judged": (peer_exchange(host, ours["ipv4"], remote, 1), times),
            "srp1": (lambda: srp1(probe, iface=target.interface, timeout=1, verbose=0), max(5, times // 20)),
        }
        spent: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, (exchange, count) in ways.items():
                spent[name] += measure(exchange, count)
        host.shut()
        floor.close()
    print(f"{'one exchange':40}{'median us':>12}{'p95 us':>12}{'times':>8}")
    for name, values in spent.items():
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{name:40}{statistics.median(values):12.0f}{p95:12.0f}{len(values):8}")


if __name__ == "__main__":
    main()
