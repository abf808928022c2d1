"""What runs on the target, and what drives it: the AUTOSAR Testability Protocol.

The server (`python -m conformance.agent`) needs nothing but Python's standard library, 3.8 or newer; everything it
imports lies in this package. `client.py` is the tester's end and stays at home. `c/` is the same server in C99, for
targets without Python.
"""
