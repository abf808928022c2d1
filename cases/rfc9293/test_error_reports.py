"""What the user is told of a connection that goes on: RFC 9293, section 3.9.1.8."""

import pytest

from conformance import ACK, ESTABLISHED, URG, requirement, slow, target_in
from conformance.agent.primitives import Parameter, Report
from conformance.icmp import HOST_UNREACHABLE, about

NEARLY = 0.9
"""The share of R2 within which R1 has to come."""


@pytest.fixture
def complaint(peer, target):
    """A soft ICMP error about a segment that is in flight."""
    target.send(b"in flight")
    segment = peer.expect_data(b"in flight")
    return about(segment, HOST_UNREACHABLE)


def deliver(peer, complaint):
    """Send the error, and make sure that the target has it."""
    peer.inject(complaint)
    peer.expect_alive()


@requirement("RFC9293:MUST-47")
@target_in(ESTABLISHED)
def test_icmp_error_is_told(peer, target, complaint):
    target.configure(Parameter.ERROR_REPORTS, 1)
    deliver(peer, complaint)
    assert Report.ICMP in target.reported_errors()


@requirement("RFC9293:3.9.1.8-error-report", "RFC9293:MUST-47")
@target_in(ESTABLISHED)
def test_icmp_error_is_reported_unasked(peer, target, complaint):
    target.configure(Parameter.ERROR_REPORTS, 1)
    deliver(peer, complaint)
    assert Report.ICMP in target.reported_errors(unasked=True)


@requirement("RFC9293:3.9.1.8-error-report", "RFC9293:MUST-47")
@target_in(ESTABLISHED)
def test_advance_of_the_urgent_pointer_is_reported_unasked(peer, target):
    target.configure(Parameter.ERROR_REPORTS, 1)
    peer.send(ACK | URG, urgent=4, data=b"urgent data")
    peer.expect(ACK, ack=peer.snd_nxt)
    assert Report.URGENT in target.reported_errors(unasked=True)


@slow(100)
@requirement("RFC9293:MUST-47")
@target_in(ESTABLISHED)
def test_excessive_retransmission_is_told(peer, target, timing):
    target.send(b"lost")
    peer.expect_data(b"lost")
    peer.hear_for(NEARLY * timing.r2)
    assert Report.RETRANSMISSIONS in target.reported_errors()


@slow(100)
@requirement("RFC9293:3.9.1.8-error-report", "RFC9293:MUST-47")
@target_in(ESTABLISHED)
def test_excessive_retransmission_is_reported_unasked(peer, target, timing):
    target.configure(Parameter.ERROR_REPORTS, 1)
    target.send(b"lost")
    peer.expect_data(b"lost")
    peer.hear_for(NEARLY * timing.r2)
    assert Report.RETRANSMISSIONS in target.reported_errors(unasked=True)


@requirement("RFC9293:SHLD-20")
@target_in(ESTABLISHED)
def test_user_may_have_no_reports(peer, target, complaint):
    target.configure(Parameter.ERROR_REPORTS, 1)
    deliver(peer, complaint)
    assert Report.ICMP in target.reported_errors(unasked=True)  # there are reports to be rid of
    target.configure(Parameter.ERROR_REPORTS, 0)
    deliver(peer, complaint)
    assert Report.ICMP not in target.reported_errors(unasked=True)


@requirement("RFC9293:MUST-47", "RFC9293:MUST-56")
@target_in(ESTABLISHED)
def test_connection_goes_on_after_a_report(peer, target, complaint):
    target.configure(Parameter.ERROR_REPORTS, 1)
    deliver(peer, complaint)
    peer.send(ACK, data=b"still here")
    assert target.receive(10) == b"still here"
