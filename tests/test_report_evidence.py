"""Tests of `conformance.report.evidence`: where the files of a case are kept."""

from __future__ import annotations

from pathlib import Path

from conformance.report.evidence import keep


def test_files_are_those_of_the_last_run_whole_and_no_longer(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "case"
    for content in (b"longer than what follows", b"", b"short"):
        keep(folder, {"transcript.txt": content})
        assert (folder / "transcript.txt").read_bytes() == content
