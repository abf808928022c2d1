"""Scapy's layers, the only place where they are loaded: that takes longer than to collect all cases.

Import it where segments are about to be made, and not before (see `conformance.segment.compose`).
"""

from __future__ import annotations

from scapy.config import conf

# Segments name both of their addresses, so nobody asks Scapy for a route; reading them would take its time.
conf.route_autoload = conf.route6_autoload = False

from scapy.layers.inet import IP, TCP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.packet import Raw  # noqa: E402

# Nobody asks who made a network card, either: the list of all makers would be 13 MB in each process.
conf.manufdb.d.clear()

__all__ = ["IP", "TCP", "IPv6", "Raw"]
