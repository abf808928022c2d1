"""Tests of the transcript's text: the exact lines."""

from __future__ import annotations

from conformance import options
from conformance.transcript import Transcript
from conformance.transcript.text import WIDTH, render
from tests.story import A, F, P, R, S, Story


def shows(story: Story, expected: str) -> None:
    assert render(story.transcript) == expected.strip("\n")


def test_nothing() -> None:
    assert render(Transcript()) == "nothing was exchanged"


def test_handshake_data_and_close() -> None:
    story = Story()
    story.handshake()
    story.peer(A | P, data=b"x" * 5)
    story.target(A)
    story.call("CLOSE")
    story.target(F | A)
    story.peer(F | A)
    story.target(A)
    shows(
        story,
        """
peer 192.0.2.1:40001 ISS 1000, target 192.0.2.2:80 IRS 5000

        ms  peer                                                                        target
            CLOSED                                                                      LISTEN
     0.000  SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535>                          --> SYN-RECEIVED
     0.100  ESTABLISHED  <-- <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240>           <--
     0.200               --> <SEQ=ISS+1><ACK=IRS+1><CTL=ACK><WND=65535>             --> ESTABLISHED
     0.300               --> <SEQ=ISS+1><ACK=IRS+1><CTL=PSH,ACK><DATA=5><WND=65535> -->
     0.400               <-- <SEQ=IRS+1><ACK=ISS+6><CTL=ACK><WND=64240>             <--
     0.500                                                                    CLOSE ==> FIN-WAIT-1
     0.600  CLOSE-WAIT   <-- <SEQ=IRS+1><ACK=ISS+6><CTL=FIN,ACK><WND=64240>         <--
     0.700  LAST-ACK     --> <SEQ=ISS+6><ACK=IRS+2><CTL=FIN,ACK><WND=65535>         --> TIME-WAIT
     0.800  CLOSED       <-- <SEQ=IRS+2><ACK=ISS+7><CTL=ACK><WND=64240>             <--
""",
    )


def test_a_failing_expectation_stands_out() -> None:
    story = Story()
    story.peer(S)
    story.wait(1.0)
    story.peer(S, seq=1000)
    story.note("expected <SEQ=0><ACK=ISS+1><CTL=RST,ACK>, got nothing within 1 s")
    shows(
        story,
        """
peer 192.0.2.1:40001 ISS 1000, target 192.0.2.2:80 IRS 5000

        ms  peer                                                       target
            CLOSED                                                     CLOSED
     0.000  SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535>         -->
  1000.100               --> <SEQ=ISS><CTL=SYN><WND=65535> (again) -->
  1000.200  ** expected  <SEQ=0><ACK=ISS+1><CTL=RST,ACK>
            ** got       nothing within 1 s
""",
    )


def test_connections_bear_numbers_and_seconds_suit_long_transcripts() -> None:
    story = Story()
    story.peer(S)
    story.target(S | A)
    other = story.again(40002, 7000, 8000)
    other.wait(60)
    other.peer(S)
    other.note("both wait for the accept")
    shows(
        story,
        """
#1 peer 192.0.2.1:40001 ISS 1000, target 192.0.2.2:80 IRS 5000
#2 peer 192.0.2.1:40002 ISS 7000, target 192.0.2.2:80 IRS 8000

         s     peer                                                              target
               CLOSED                                                            LISTEN
  0.000000  #1 SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535>                --> SYN-RECEIVED
  0.000100  #1 ESTABLISHED  <-- <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240> <--
 60.000200  #2 SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535>                --> SYN-RECEIVED
 60.000300     -- both wait for the accept
""",
    )


def test_what_is_malformed_and_what_is_no_segment() -> None:
    story = Story()
    story.handshake()
    story.target(A, reserved=3, defects=("reserved bits are 3", "option MSS has length 5, legal is 4"))
    story.transcript.packet("target", story.now + 0.001, b"E", "not a TCP segment")
    shows(
        story,
        """
peer 192.0.2.1:40001 ISS 1000, target 192.0.2.2:80 IRS 5000

        ms  peer                                                                     target
            CLOSED                                                                   LISTEN
     0.000  SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535>                       --> SYN-RECEIVED
     0.100  ESTABLISHED  <-- <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240>        <--
     0.200               --> <SEQ=ISS+1><ACK=IRS+1><CTL=ACK><WND=65535>          --> ESTABLISHED
     0.300               <-- <SEQ=IRS+1><ACK=ISS+1><CTL=ACK><WND=64240><RSRVD=3> <--
                             ! reserved bits are 3
                             ! option MSS has length 5, legal is 4
     1.300               <-- not a TCP segment: no whole IP packet, of length 1  <--
""",
    )


def test_long_options_are_folded_between_brackets() -> None:
    story = Story(peer_address="2001:db8:1234:5678:9abc:def0:1234:5678", target_address="2001:db8::2:0:0:5678")
    everything = (
        options.mss(1460),
        options.SACK_PERMITTED,
        options.timestamps(4_000_000_000, 4_000_000_001),
        options.NOP,
        options.window_scale(14),
    )
    story.peer(S, options=everything)
    story.target(S | A, options=everything)
    shows(
        story,
        """
peer [2001:db8:1234:5678:9abc:def0:1234:5678]:40001 ISS 1000, target [2001:db8::2:0:0:5678]:80 IRS 5000

        ms  peer                                                                                        target
            CLOSED                                                                                      LISTEN
     0.000  SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535><MSS 1460><SACK-permitted>                --> SYN-RECEIVED
                               <TS 4000000000 4000000001><NOP><WS 14>
     0.100  ESTABLISHED  <-- <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240><MSS 1460><SACK-permitted> <--
                               <TS 4000000000 4000000001><NOP><WS 14>
""",
    )


def test_no_line_is_too_long() -> None:
    address = "2001:db8:1234:5678:9abc:def0:1234:5678"
    story = Story(peer_address=address, target_address=address.replace("5678", "5679"))
    story.peer(S, options=tuple(options.Option(250 + i % 4, bytes(range(16, 26))) for i in range(3)))
    story.target(R | A, seq=0)
    story.call("SEND " + "very " * 60)
    story.note("a remark that is long " * 20)
    story.transcript.packet("peer", story.now, b"E", "junk " * 50)
    story.transcript.packet("peer", story.now, b"E", "x" * 300)
    assert max(map(len, render(story.transcript).splitlines())) <= WIDTH


def test_unknown_numbers_are_said_to_be_unknown() -> None:
    story = Story()
    story.peer(R, iss=None, irs=None)
    assert render(story.transcript).startswith("peer 192.0.2.1:40001 ISS unknown, target 192.0.2.2:80 IRS unknown\n")
    assert "<SEQ=1000><CTL=RST>" in render(story.transcript)
