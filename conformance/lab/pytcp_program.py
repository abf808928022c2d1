"""The program of a pmd-pytcp target: `LIBRARY FRAMES IPV4/BITS IPV6/BITS`, FRAMES the number of a descriptor.

It runs beside the suite's own modules with pmd-pytcp's to be found, and is controlled over standard input and output.
"""

from __future__ import annotations

import asyncio
import selectors
import sys

from pmd_net_addr import Ip4IfAddr, Ip6IfAddr, MacAddress
from pmd_pytcp import stack
from pmd_pytcp.protocols.arp import arp__constants
from pmd_pytcp.protocols.tcp import tcp__constants
from pmd_pytcp.stack import InterfaceLayer

from conformance.lab.core import Core
from conformance.lab.pytcp_calls import Pytcp

_SYSTEM = {
    # Nobody else is on this link: none is waited for.
    **{"arp.probe_num": 1, "arp.announce_num": 1, "icmp6.default.accept_dad": 0},
}
_NO_WAITS = ("ARP__PROBE_WAIT", "ARP__PROBE_MIN", "ARP__PROBE_MAX", "ARP__ANNOUNCE_WAIT")  # its own least is a second
_NO_LIMIT = "TCP__CHALLENGE_ACK__RATE_LIMIT_MS"
"""A connection answers one unacceptable segment in a second (RFC 5961, section 7, lets the administrator choose). The
cases send the next one sooner, to see that it is still there; the least that can be set, a millisecond, is too long."""
_LONGEST = 1.0
_SOON = 0.02


class Turns(selectors.DefaultSelector):
    """A selector that gives the agent a turn whenever the event loop has nothing else to do."""

    core: Core | None = None
    calls: Pytcp
    there = True

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait, but not when the turn gave the loop new things to do."""
        if self.core is not None:
            self.calls.busy = False
            self.there = self.there and self.core.turn()
            longest = 0.0 if self.calls.busy or not self.there else _LONGEST
            timeout = longest if timeout is None else min(longest, timeout)
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(timeout)
        return ready


async def main(turns: Turns, arguments: list[str]) -> None:
    """Run the stack until the tester is gone."""
    library, frames, ipv4, ipv6 = arguments
    stack.init(
        fd=int(frames),
        layer=InterfaceLayer.L2,
        mac_address=MacAddress("02:00:00:00:00:02"),
        interface_name="tap0",
        ip4_host=Ip4IfAddr(ipv4),
        ip4_dhcp=False,
        ip6_host=Ip6IfAddr(ipv6),
        ip6_gua_autoconfig=False,
        sysctls=_SYSTEM,
    )
    for name in _NO_WAITS:
        setattr(arp__constants, name, 0.0)
    setattr(tcp__constants, _NO_LIMIT, 0)
    await stack.start()
    while not (stack.local_ip4_unicast() and stack.local_ip6_unicast()):
        await asyncio.sleep(_SOON)
    loop = asyncio.get_running_loop()
    loop.add_reader(0, lambda: None)
    turns.calls = Pytcp()
    core = Core(library, turns.calls)
    core.begin()
    turns.core = core
    while turns.there:
        await asyncio.sleep(_LONGEST)


if __name__ == "__main__":
    selector = Turns()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(main(selector, sys.argv[1:]))
