"""Parameters of a connection, set and read by the tester's end of the protocol."""

from __future__ import annotations

from conformance.agent import primitives as p
from conformance.agent.exchange import AgentRefused, Exchange
from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from conformance.errors import NotApplicable

_PRIVATE_PARAMETERS = 0x8000


class Tuning:
    """Setting and reading parameters, over the exchange of an agent called `where`."""

    where: str
    _exchange: Exchange

    def configure(self, socket: int, parameter: int, value: int | bytes) -> None:
        """Set a parameter (see `Parameter`). A number is sent in 4 octets if private, else in 2 for MSS and in 1.

        NotApplicable when the agent does not know a private parameter.
        """
        if isinstance(value, int):
            value = value.to_bytes(_width(parameter), "big")
        try:
            self._exchange.ask(p.CONFIGURE_SOCKET, socket, parameter, value)
        except AgentRefused as refused:
            if parameter < _PRIVATE_PARAMETERS or refused.result is not Result.INVALID_PARAMETER:
                raise
            raise NotApplicable(f"{self.where} cannot set parameter 0x{parameter:04X} ({value.hex()})") from None

    def parameter(self, socket: int, parameter: int) -> int:
        """Return the number that a parameter has (ours only).

        NotApplicable when the agent cannot tell it.
        """
        try:
            value: bytes = self._exchange.ask(p.GET_PARAMETER, socket, parameter)[0]
        except AgentRefused as refused:
            if refused.result is not Result.INVALID_PARAMETER:
                raise
            raise NotApplicable(f"{self.where} cannot tell parameter 0x{parameter:04X}") from None
        return int.from_bytes(value, "big")


def _width(parameter: int) -> int:
    """Return in how many octets the value of a parameter is sent."""
    if parameter >= _PRIVATE_PARAMETERS:
        return 4
    return 2 if parameter == Parameter.MSS else 1
