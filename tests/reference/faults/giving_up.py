"""Text given up too early, never, or without a word (RFC 9293, sections 3.8.3 and 3.10.8)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.user import Signal


@fault("text-is-never-given-up", breaks=("RFC9293:MUST-20", "RFC9293:MUST-21"))
class TextIsNeverGivenUp(Endpoint):
    def be_patient(self) -> None:
        pass


@fault("text-is-given-up-after-three-seconds", breaks="RFC9293:MUST-21")
class TextIsGivenUpAfterThreeSeconds(Endpoint):
    """Whatever the user has set."""

    def be_patient(self) -> None:
        self.start("user", 3.0)


@fault("user-timeout-is-halved", breaks="RFC9293:MUST-21")
class UserTimeoutIsHalved(Endpoint):
    def be_patient(self) -> None:
        super().be_patient()
        if self.settings.user_timeout is not None:
            self.start("user", self.settings.user_timeout / 2)


@fault("r2-is-a-minute", breaks="RFC9293:SHLD-11")
class R2IsAMinute(Endpoint):
    def be_patient(self) -> None:
        super().be_patient()
        if self.settings.user_timeout is None:
            self.start("user", 60.0)


@fault("user-is-not-told-of-r1", breaks="RFC9293:SHLD-9")
class UserIsNotToldOfR1(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.DELIVERY_PROBLEM:
            super().tell(signal)


@fault("user-is-not-told-of-r2", breaks="RFC9293:3.10.8-user-timeout")
class UserIsNotToldOfR2(Endpoint):
    def user_timeout(self) -> None:
        self.delete()
