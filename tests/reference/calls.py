"""The user calls OPEN, SEND, RECEIVE, CLOSE, ABORT and STATUS: RFC 9293, sections 3.10.1 to 3.10.6."""

from __future__ import annotations

from conformance.state import State
from reference.numbers import add
from reference.otherwise import CLOSING_STATES
from reference.segment import ACK, SYN, Flow
from reference.synsent import SynSent
from reference.tcb import Sent
from reference.user import CLOSING, EXISTS, NO_CONNECTION, Refused, Signal

RESET_BY_ABORT = frozenset(
    {State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSE_WAIT}
)
NO_MORE_SENDS = frozenset({State.FIN_WAIT_1, State.FIN_WAIT_2}) | CLOSING_STATES


class Calls(SynSent):
    """What the user may ask for. A call that is an error in the present state raises `Refused`."""

    # -- OPEN --

    def open_active(self, text: bytes = b"") -> None:
        """OPEN active: choose an ISS, send `<SEQ=ISS><CTL=SYN>`, enter SYN-SENT. The SYN carries what was SENT."""
        self.choose_iss()
        self.open_window()
        self.enter(State.SYN_SENT)
        self.send_syn(SYN, text)

    def open_again(self) -> None:
        """OPEN where there is a connection already: an error."""
        raise Refused(EXISTS)

    def choose_iss(self, above: int | None = None) -> None:
        """Take ISS from the clock; SND.UNA is ISS, SND.NXT will be ISS+1."""
        self.iss = self.snd_una = self.snd_nxt = self.host.choose_iss(self.flow, above)

    def send_syn(self, ctl: int, text: bytes = b"") -> None:
        """Send SYN or SYN,ACK for the first time, and queue it for retransmission."""
        sent = Sent(self.snd_nxt, ctl, text, self.host.now)
        self.queue.append(sent)
        self.snd_nxt = sent.end
        self.emit(ctl, self.iss, text)
        self.start("retransmission", self.rto)
        if self.settings.user_timeout is not None:
            self.be_patient()

    # -- SEND --

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        """SEND: queue the text, and transmit what may go out. `urgent`: SND.UP lies behind its last octet."""
        if self.state is State.CLOSED:
            raise Refused(NO_CONNECTION)
        if self.fin_queued or self.state in NO_MORE_SENDS:
            raise Refused(CLOSING)
        self.unsent += text
        if urgent:
            self.snd_up = add(self.snd_nxt, len(self.unsent))
        self.finish()

    # -- FLUSH --

    def flush(self) -> None:
        """FLUSH (MAY-14): drop what is still beyond the window, and has no numbers yet."""
        self.unsent.clear()
        self.finish()

    # -- RECEIVE --

    def await_text(self) -> None:
        """RECEIVE: an error where there is no connection; otherwise it waits for what `receive` returns."""
        if self.state is State.CLOSED:
            raise Refused(NO_CONNECTION)

    def receive(self, most: int) -> bytes:
        """RECEIVE: return what there is in order, at most so many octets. Empty: nothing yet, or the end."""
        text = bytes(self.received[:most])
        del self.received[:most]
        if text:
            self.update_peer()
        return text

    def update_peer(self) -> None:
        """There is room again: tell the peer where it is worth a segment of its own."""
        gain = self.room() - self.rcv_wnd
        worth = min(self.settings.receive_buffer // 2, 2 * self.announced_mss())
        if self.state in (State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2) and gain >= worth:
            self.acknowledge()

    @property
    def at_end(self) -> bool:
        """Whether the peer has closed and everything it sent was received."""
        return self.fin_taken and not self.received

    # -- CLOSE --

    def close(self) -> None:
        """CLOSE: no more SENDs; the FIN goes out when everything is segmentized. RECEIVE goes on."""
        if self.state is State.CLOSED:
            raise Refused(NO_CONNECTION)
        if self.fin_queued:
            raise Refused(CLOSING)
        if self.state is State.SYN_SENT:
            self.delete()
            self.tell(Signal.ENDED)
            self.finish()
            return
        self.fin_queued = True
        if self.state is State.ESTABLISHED or (self.state is State.SYN_RECEIVED and not self.unsent):
            self.enter(State.FIN_WAIT_1)
        self.finish()

    def release(self) -> None:
        """CLOSE by a user that stops to RECEIVE as well (section 3.6.1): a reset where something is unread (SHLD-3)."""
        self.released = True
        if self.received:
            self.abort()
        elif self.state is not State.CLOSED and not self.fin_queued:
            self.close()
        if self.state is State.FIN_WAIT_2:
            self.start("fin-wait-2", self.settings.fin_wait_2_timeout)

    # -- ABORT --

    def abort(self) -> None:
        """ABORT: `<SEQ=SND.NXT><CTL=RST>` where the peer may still send, then delete the TCB."""
        if self.state in RESET_BY_ABORT:
            self.send_reset(self.snd_nxt)
        self.delete()

    # -- STATUS --

    def status(self) -> State:
        """STATUS: the state."""
        return self.state

    def status_sockets(self) -> Flow:
        """STATUS: the local and the remote socket."""
        return self.flow

    def status_numbers(self) -> tuple[int, int, int, int]:
        """STATUS: send window, receive window, octets that wait for an acknowledgment, octets that wait for RECEIVE."""
        waiting = sum(len(sent.text) for sent in self.queue) + len(self.unsent)
        return self.snd_wnd, self.rcv_wnd, waiting, len(self.received)

    # -- settings that change under way --

    def settings_changed(self) -> None:
        """Take account of a user timeout or keep-alive that the user has changed."""
        if self.runs("user"):
            self.be_patient()
        if self.state not in (State.CLOSED, State.SYN_SENT, State.SYN_RECEIVED, State.TIME_WAIT):
            self.watch_idle()

    # -- SYN-RECEIVED from LISTEN --

    def answer_syn(self, above: int | None) -> None:
        """Choose an ISS, send `<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>`, enter SYN-RECEIVED (section 3.10.7.2)."""
        self.choose_iss(above)
        self.open_window()
        self.enter(State.SYN_RECEIVED)
        self.send_syn(SYN | ACK)
