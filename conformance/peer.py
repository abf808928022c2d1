"""Our end of a connection. It says only what the case tells it to say, and hears everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance import seq as sequence
from conformance.endpoint import Endpoint
from conformance.errors import Nonconformance, NotApplicable
from conformance.expectation import Expectation, show
from conformance.options import WINDOW_SCALE_KIND, Option
from conformance.segment import Ctl, Segment

BELOW = 1000
"""How far below the window a number is that nobody mistakes for one of this connection."""

SYNS = 3
"""How often a SYN is said before silence is believed: a listener whose queue is full drops it, and conforms."""

NOTHING = Expectation(Ctl(0))
"""Among the choices of `Peer.expect_one_of`: silence conforms as well."""


class Peer(Endpoint):
    """Our end of a connection, with what a case may ask of the target's.

    It never answers by itself: no acknowledgment, no reset, no retransmission. State names are always the target's,
    variables are ours.
    """

    _early: Segment | None = None

    def expect(
        self,
        ctl: Ctl,
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        urgent: int | None = None,
        data: bytes | None = None,
        options: tuple[Option, ...] | None = None,
        within: float | None = None,
    ) -> Segment:
        """Return the very next new segment, which has to be this one: bits exact (PSH free), named fields equal.

        Retransmissions of what was already said do not count (but see `_as_ack`). `within` is in seconds, from now; as
        long as a reply may take when it is not given. Anything else, or nothing, is a `Nonconformance`.
        """
        expected = Expectation(ctl, _mod(seq), _mod(ack), window, urgent, data, options)
        got = self.expect_one_of(expected, within=within)
        assert got is not None  # silence was not among the choices
        return got

    def expect_one_of(
        self, *choices: Expectation, within: float | None = None, repeats: bool = False
    ) -> Segment | None:
        """Return the next new segment, which has to fit one of `choices`: only where the RFC leaves a choice.

        With `NOTHING` among them, None is returned for silence. With `repeats`, what was said before counts as well:
        for an answer that may be a SYN,ACK sent again. Keep `within` below the retransmission timeout then.
        """
        silence_conforms = any(choice is NOTHING for choice in choices)
        span = within if within is not None else self.timing.silence if silence_conforms else self.timing.reply
        until = self.wire.now() + span
        got = self.hear(until) if repeats else self._next_new(until, choices)
        if got is None and silence_conforms:
            return None
        wrong = [self._differences(choice, got) if got else ("",) for choice in choices]
        if all(wrong):
            self._fail(" or ".join(self._describe(choice) for choice in choices), got, span, min(wrong, key=len))
        return got

    def _describe(self, choice: Expectation) -> str:
        return "nothing" if choice is NOTHING else choice.describe(self.tcb.iss, self.tcb.irs)

    def _fail(self, expected: str, got: Segment | None, span: float, differs: tuple[str, ...]) -> None:
        shown = f"nothing within {span:.3g} s" if got is None else show(got, self.tcb.iss, self.tcb.irs)
        self.transcript.note(self.wire.now() if got is None else got.at, f"expected {expected}, got {shown}")
        raise Nonconformance(expected, shown, () if got is None else differs)

    def expect_nothing(self, for_: float | None = None) -> None:
        """Listen for `for_` seconds (as long as silence needs to be believed): nothing new may come."""
        span = self.timing.silence if for_ is None else for_
        got = self._next_new(self.wire.now() + span)
        if got is not None:
            self._fail("nothing", got, span, (f"a segment came, expected silence for {span:.3g} s",))

    def expect_ignored(self) -> None:
        """What we just sent has to be ignored, in silence: a probe is answered first, with our numbers unmoved.

        For synchronized states. The probe is an old octet, which has to be acknowledged at once in each of them
        (RFC 9293, section 3.10.7.4, first check). The target deals with segments in order: had it answered the
        first, two answers would come; or one before the probe, if we took our time.
        """
        alive = self.expect_alive()
        answers = (Expectation(Ctl.ACK, self.rcv_nxt),) if Ctl.FIN in alive.ctl else ()
        got = self._early or self._next_new(self.wire.now() + self.timing.settle, answers)
        if got is not None:
            self._fail(
                "one answer, to the probe", got, self.timing.settle, ("the segment before the probe was answered",)
            )

    def expect_alive(self) -> Segment:
        """The target has to know the connection still, at the numbers we believe in: an old octet draws an ACK.

        It acknowledges nothing new, so that a target which looks at that all the same stays in its state.
        """
        self._early = None
        self.send(Ctl.ACK, seq=self.snd_nxt - 1, ack=self.tcb.rcv_acked, data=b"\0")
        return self.expect(Ctl.ACK, seq=self.rcv_nxt, ack=self.snd_nxt, data=b"")

    def expect_served(self) -> Segment:
        """A listener has to take a connection still: our SYN draws a SYN,ACK, at the latest when it was said again."""
        self.send(Ctl.SYN)
        for _ in range(SYNS - 1):
            if self._wait(self.wire.now() + self.timing.reply):
                break
            self.send(Ctl.SYN, seq=self.iss)
        return self.expect(Ctl.SYN | Ctl.ACK, ack=sequence.add(self.iss, 1))

    def expect_gone(self) -> Segment:
        """The target has to have forgotten the connection: an ACK draws a reset numbered by it (RFC 9293, 3.5.2).

        It is far below the window, where a connection that is still there answers with an ACK. And no listener takes it
        for the end of a handshake: with SYN cookies (RFC 4987, section 3.6), an ACK at RCV.NXT would open another.
        """
        return self.expect_reset(seq=self.send(Ctl.ACK, seq=sequence.add(self.snd_nxt, -BELOW)).ack)

    def expect_reset(self, *, seq: int) -> Segment:
        """A reset with that number has to come.

        Whether it carries an ACK, which it should not, is for the cases about the form of resets to judge.
        """
        got = self.expect_one_of(Expectation(Ctl.RST, seq=seq), Expectation(Ctl.RST | Ctl.ACK, seq=seq))
        assert got is not None  # silence was not among the choices
        return got

    def needs_timestamps(self) -> None:
        """NotApplicable where the connection has no timestamps, because the target did not take them up."""
        if not self.tcb.timestamps:
            raise NotApplicable("the target negotiates no timestamps")

    def needs_window_scale(self) -> None:
        """NotApplicable where windows are not scaled on this connection, because the target did not take it up."""
        if not self.tcb.negotiated(WINDOW_SCALE_KIND):
            raise NotApplicable("the target negotiates no window scaling")

    def expect_challenge_or_gone(self) -> Segment | None:
        """A reset in the window, but not at RCV.NXT, has to be challenged, and the connection lives on (RFC 5961, 3.2).

        Or, by a TCP without RFC 5961, it is obeyed in silence: then None is returned, and it has to be gone.
        """
        challenge = self.expect_one_of(Expectation(Ctl.ACK, self.rcv_nxt, self.snd_nxt, data=b""), NOTHING)
        if challenge is None:
            self.expect_gone()
        else:
            self.expect_alive()
        return challenge

    def expect_data(
        self, data: bytes, *, ctl: Ctl = Ctl.ACK, acknowledge: bool = False, within: float | None = None
    ) -> Segment:
        """These octets have to come in order, however segmented, and then `ctl`; return the last segment.

        `ctl` is on the last data or on a segment of its own: with FIN | ACK, the end of the stream has to follow.
        With `acknowledge`, each segment is acknowledged as it comes: for more than the target may send at once.
        `within` is for each segment, as in `expect`.
        """
        left = data
        while True:
            start = self.rcv_nxt
            got = self.expect_one_of(Expectation(Ctl.ACK), Expectation(ctl), within=within)
            assert got is not None  # silence was not among the choices
            new = got.data[sequence.distance(got.seq, start) :] if got.data and self.tcb.takes(got) else b""
            if not left.startswith(new):
                wrong = f"octets {len(data) - len(left)} and on are {new[:24].hex(' ')}, expected {left[:24].hex(' ')}"
                self._fail(f"{len(data)} octets of data in order", got, 0, (wrong,))
            left = left[len(new) :]
            if left and Ctl.FIN in got.ctl:
                self._fail(f"{len(left)} octets more before the FIN", got, 0, ("the FIN came too early",))
            if acknowledge and new:
                self.send(Ctl.ACK)
            if not left and ctl in got.ctl:
                return got

    def expect_acknowledged(self) -> Segment:
        """All that we have sent has to be acknowledged, in however many ACKs; return the last one."""
        while True:
            got = self.expect(Ctl.ACK, data=b"")
            if got.ack == self.snd_nxt:
                return got

    def hear_user_out(self) -> None:
        """The target's user has to speak of itself. What that says is left for the next ACK."""
        until = self.wire.now() + self.timing.reply
        while self.rcv_nxt == sequence.add(self.irs, 1) and self.hear(until):
            pass
        if self.rcv_nxt == sequence.add(self.irs, 1):
            self._fail("text of the target's user", None, self.timing.reply, ())

    def expect_retransmission(self, of: Segment, *, within: float | None = None) -> Segment:
        """The target has to say `of` again: same control bits, same number. `.at` of the result gives the gap.

        The bits of ECN do not count: a SYN may give ECN up when it is sent again (RFC 3168, section 6.1.1.1).
        """
        span = self.timing.retransmission if within is None else within
        got = self.hear(self.wire.now() + span)
        ctl = of.ctl if got is None else of.ctl & ~Ctl.ECN | got.ctl & Ctl.ECN
        wrong = () if got is None else Expectation(ctl, of.seq).differences(got, self.tcb.iss, self.tcb.irs)
        if got is None or wrong:
            self._fail(f"again {show(of, self.tcb.iss, self.tcb.irs)}", got, span, wrong)
        assert got is not None  # _fail raises
        return got

    def _next_new(self, until: float, choices: Sequence[Expectation] = ()) -> Segment | None:
        """Return what is not said again; or said again as an answer that is one of `choices`."""
        while True:
            got = self.hear(until)
            if got is None or not self._repeated:
                return got
            if self._as_ack(got) is not got and not all(self._differences(choice, got) for choice in choices):
                return got
            if self._is_early(got):
                self._early = got

    def _differences(self, choice: Expectation, got: Segment) -> tuple[str, ...]:
        return choice.differences(self._as_ack(got), self.tcb.iss, self.tcb.irs)

    def _as_ack(self, got: Segment) -> Segment:
        """Read a FIN that is said again, at once upon what we said, as the ACK that goes with it.

        TCPs of 4.4BSD's family say it with each ACK until we have acknowledged it, which leaves everything as it is:
        the FIN is old, and an ACK may go with whatever is sent again. What came before we spoke is no answer, nor is
        what comes later than an ACK may.
        """
        after = got.at - self.spoke
        if not self._is_fin_again(got) or not 0.0 <= after <= self.timing.reply:
            return got
        if after > min(self.timing.silence, self.timing.ack_delay):
            self.behind = max(self.behind, after)  # a timer's, or an answer that was held up: the case may be run again
            return got
        return replace(got, ctl=Ctl.ACK, seq=self.rcv_nxt)


def _mod(number: int | None) -> int | None:
    return None if number is None else number % sequence.MODULUS
