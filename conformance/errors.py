"""The ways in which a case, or the run, can end other than by conforming."""

from __future__ import annotations


class Nonconformance(AssertionError):
    """The target did something else than its requirement asks for.

    `expected` and `got` are segments (or silence) in RFC notation; `differs` names each field that is not as it
    should be, one line each.
    """

    def __init__(self, expected: str, got: str, differs: tuple[str, ...] = ()) -> None:
        self.expected = expected
        self.got = got
        self.differs = differs
        lines = [f"expected  {expected}", f"got       {got}", *(f"differs   {line}" for line in differs)]
        super().__init__("\n".join(lines))


class Inconclusive(Exception):
    """The case could not be judged: the walk failed, the link or the agent was lost, the tester was late."""


class LateTester(Inconclusive):
    """The case depends on being prompt, and was not: it is run again."""


class WalkFailed(Inconclusive):
    """The target was not brought into the state where the case begins, which may have stood still: it is run again."""


class NotApplicable(Exception):
    """The target does not offer what the case needs; the text says what is missing."""


class UsageProblem(Exception):
    """What the user asked for cannot be done; the text is one line that says what to do. Exit status 4."""
