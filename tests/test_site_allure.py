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


def test_without_node_the_way_to_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1-result.json").write_text("{}")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageProblem, match="apt-get install nodejs npm"):
        render(tmp_path, tmp_path / "out", tmp_path / "build")
    assert not (tmp_path / "out").exists()
