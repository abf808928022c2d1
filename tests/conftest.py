"""What holds for all tests: Ctrl-C reaches what they start, also where they run in the background of a script."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell has it ignored there, and children take that over
    signal.signal(signal.SIGINT, signal.default_int_handler)
