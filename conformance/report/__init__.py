"""Verdicts, and what becomes of them: the terminal, the document, JUnit, Allure, the evidence of each case."""
