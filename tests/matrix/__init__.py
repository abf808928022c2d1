"""The state x segment matrix: which case sends which kind of segment to a target in which state.

Nobody writes it down: each case is played on the reference endpoint, and what its peer sends is looked at where it
arrives, with the state and the variables that the target has at that moment. `python -m matrix` prints it.
"""
