"""The TCP under test, as its user sees it: the calls of RFC 9293, section 3.9.1, and nothing else."""

from __future__ import annotations

from conformance.target.closing import Closing
from conformance.target.opening import Opening
from conformance.target.status import Status
from conformance.target.transfer import Transfer
from conformance.target.urgency import Urgency


class Target(Opening, Transfer, Urgency, Closing, Status):
    """The user of the TCP under test, for one case.

    Every call works on the connection that was accepted or connected last. A call that needs an agent on the target
    is `NotApplicable` where there is none. Nothing here waits longer than the agent's answer takes, but `accept`,
    `connected`, `receive` and `state_becomes`, which wait for the wire.
    """
