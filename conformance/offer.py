"""What our SYN offers, where a case wants something else than an MSS."""

from __future__ import annotations

import pytest

from conformance.options import Option


def offering(*options: Option) -> pytest.MarkDecorator:
    """Have our SYN (or SYN,ACK) carry these options in the walk, and nothing else. Timestamps get our clock."""
    return pytest.mark.offering(options)
