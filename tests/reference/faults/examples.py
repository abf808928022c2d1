"""One fault of each kind: in the host, in a timer, in a check, in a user call."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Host, fault
from reference.numbers import add
from reference.segment import Segment


@fault("reset-acknowledges-one-too-few", breaks="RFC9293:3.10.7.1-closed-noack")
class ResetAcknowledgesOneTooFew(Host):
    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, ctl = super().reset_numbers(segment)
        return seq, add(ack, -1), ctl


@fault("time-wait-does-not-acknowledge-the-fin-again", breaks="RFC9293:3.10.7.4-ack-timewait")
class TimeWaitDoesNotAcknowledgeTheFinAgain(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and self.is_fin_again(segment):
            return False
        return super().unacceptable(segment)


@fault("time-wait-is-not-restarted", breaks="RFC9293:3.10.7.4-fin-timewait")
class TimeWaitIsNotRestarted(Endpoint):
    def start_time_wait(self) -> None:
        if not self.runs("time-wait"):
            super().start_time_wait()


@fault("rto-does-not-double", breaks="RFC6298:5.5-backoff")
class RtoDoesNotDouble(Endpoint):
    def back_off(self) -> None:
        pass


@fault("close-ends-both-directions", breaks="RFC9293:3.6-case1-receive-after-close")
class CloseEndsBothDirections(Endpoint):
    def close(self) -> None:
        super().close()
        self.released = True
