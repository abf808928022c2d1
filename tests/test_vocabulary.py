"""Tests of what `from conformance import ...` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import conformance
from conformance import vocabulary


def test_every_word_of_the_vocabulary_is_offered() -> None:
    assert set(vocabulary.__all__) == conformance._WORDS
    for word in vocabulary.__all__:
        assert getattr(conformance, word) is getattr(vocabulary, word)


def test_no_other_word_is() -> None:
    with pytest.raises(AttributeError, match="module 'conformance' has no attribute 'SIN'"):
        _ = conformance.SIN


def test_the_agent_needs_the_standard_library_only() -> None:
    script = "import sys, conformance.agent.server; sys.exit(bool({'pytest', 'scapy', 'greenlet'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
