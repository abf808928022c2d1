from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import UsageProblem
from conformance.site.allure import render, without_analytics

PAGE = """<body><script>window.allure = {};</script>
    <script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
    <script>
        window.dataLayer = window.dataLayer || [];
        function gtag(){dataLayer.push(arguments);}
        gtag('js', new Date());
    </script>
    <script src="app.js"></script></body>"""


def test_analytics_go_and_all_else_stays() -> None:
    assert "".join(without_analytics(PAGE).split()) == (
        '<body><script>window.allure={};</script><scriptsrc="app.js"></script></body>'
    )


def test_a_script_of_the_report_s_own_is_not_touched() -> None:
    page = '<script src="https://www.googletagmanager.com/x"></script><script>start()</script>'
    assert without_analytics(page) == "<script>start()</script>"


def test_a_folder_without_results_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="run pytest with --alluredir="):
        render(tmp_path, tmp_path / "out", tmp_path / "build")


@pytest.mark.parametrize("installed", [False, True])
def test_without_node_the_way_to_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
    (tmp_path / "1-result.json").write_text("{}")
    program = tmp_path / "build" / "node_modules" / ".bin" / "allure"
    if installed:
        program.parent.mkdir(parents=True)
        program.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageProblem, match="apt-get install nodejs npm"):
        render(tmp_path, tmp_path / "out", tmp_path / "build")
    assert not (tmp_path / "out").exists()


def test_what_is_no_report_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "1-result.json").write_text("{}")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageProblem, match="name an empty folder with --out"):
        render(tmp_path, tmp_path / "out", tmp_path / "build")
    assert (tmp_path / "out" / "thesis.txt").exists()


def test_a_report_stays_when_the_next_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    (tmp_path / "1-result.json").write_text("{}")
    page = tmp_path / "out" / "index.html"
    page.parent.mkdir()
    page.write_text("<title>Allure Report</title>")
    program = tmp_path / "build" / "node_modules" / ".bin" / "allure"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho broken >&2; exit 1\n")
    program.chmod(0o755)
    with pytest.raises(UsageProblem, match="allure generate failed: broken"):
        render(tmp_path, tmp_path / "out", tmp_path / "build")
    program.write_text('#!/bin/sh\nmkdir "$OUTPUT"; echo "<title>Allure Report</title> new" > "$OUTPUT/index.html"\n')
    assert "Allure Report" in page.read_text()
    assert str(page) in render(tmp_path, tmp_path / "out", tmp_path / "build")
    assert "new" in page.read_text()
