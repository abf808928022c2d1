"""The vocabulary of a conformance case."""
