"""The matrix of proof: which case fails on which fault of the reference endpoint.

A verdict is worth what its case can tell apart. Without a fault every case has to conform; every fault has to be found
by a case that cites what it breaks; every case has to fail on some fault. What cannot be so is in `exceptions.toml`,
with the reason. `python -m proof` (with `tests` on the path) plays, prints and checks.
"""
