from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from story import A, R, S, Story
from test_document import verdict

from conformance.errors import UsageProblem
from conformance.report.document import Results, document, pack
from conformance.report.verdict import Verdict
from conformance.site import __main__ as command
from conformance.site.build import Site, case_page, findings
from conformance.site.cells import cells_of
from conformance.site.facts import how_run, measured
from conformance.site.results import ENOUGH, Result, changed, decisive, keep, load, worth_keeping
from conformance.site.source import Sources
from conformance.transcript.plain import dump
from conformance.transcript.plain import load as read

ROOT = Path(__file__).parents[1]
CASE = "rfc9293/test_time_wait.py::test_retransmitted_fin_is_acknowledged_again"
PLACE = "evidence/rfc9293/test_time_wait/test_retransmitted_fin_is_acknowledged_again/{}/exchange.json"

FACTS = {"addresses": {"ipv4": "198.18.0.1"}, "rtt": 0.1, "description": "A kernel.", "version": "Linux 6.18.5"}


def judged(word: str = "conforms", family: str = "ipv4", **more) -> Verdict:
    place = PLACE.format(f"{family}-{word}")
    return verdict(
        case=CASE,
        verdict=word,
        family=family,
        target="linux",
        evidence=(place,),
        parameters={"walk": "TIME-WAIT"},
        **more,
    )


def folder(path: Path, *verdicts: Verdict) -> Path:
    """What a run leaves behind."""
    results = Results()
    for at, one in enumerate(verdicts):
        results.add(f"cases/{one.case}[{at}]", pack(one), {"initial_window": 10})
    path.mkdir(parents=True, exist_ok=True)
    told = document(verdicts[0].target, results, FACTS)
    (path / "verdicts.json").write_text(json.dumps(told), encoding="utf-8")
    story = Story()
    story.peer(S)
    story.target(S | A)
    story.target(R)
    for one in verdicts:
        for place in one.evidence:
            (path / place).parent.mkdir(parents=True, exist_ok=True)
            (path / place).write_bytes(dump(story.transcript))
    return path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    violates = judged("violates", reason="expected <a>; got nothing", known="It does so on purpose.")
    return folder(tmp_path / "out" / "linux", judged("conforms", "ipv6"), judged(), violates)


# -- results --


def test_an_archive_has_what_a_reader_may_want_to_see(run: Path, tmp_path: Path) -> None:
    path = keep(load(run), tmp_path / "kept")
    assert path.name == "linux.tar.xz"
    again, before = load(path), load(run)
    assert [one.verdict for one in again.verdicts] == [one.verdict for one in before.verdicts]
    assert sorted(place.split("/")[-2] for place in again.exchanges) == ["ipv4-conforms", "ipv4-violates"]
    named = [(one.family, one.verdict) for one in again.verdicts if one.evidence]
    assert sorted(named) == [("ipv4", "conforms"), ("ipv4", "violates")]  # and none that is not in the archive
    times = [entry.at for octets in again.exchanges.values() for entry in read(octets).entries]
    assert times == [round(at, 6) for at in times]


def test_of_what_is_known_some_runs_tell_it() -> None:
    known = [judged("violates", reason="x", known="It does so on purpose.") for _ in range(20)]
    assert len(list(worth_keeping(known))) == ENOUGH
    assert len(list(worth_keeping([judged("violates", reason="x") for _ in range(20)]))) == 20


def test_the_same_result_makes_the_same_octets(run: Path, tmp_path: Path) -> None:
    first, second = keep(load(run), tmp_path / "a"), keep(load(run), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_an_archive_tells_what_changed_since_the_one_before(run: Path, tmp_path: Path) -> None:
    keep(load(run), tmp_path)
    after = folder(tmp_path / "later", judged("inconclusive"), judged("violates", "ipv6"))
    result = load(keep(load(after), tmp_path))
    assert [(one["family"], one["before"], one["after"]) for one in result.changes] == [
        ("ipv4", "violates", "inconclusive"),
        ("ipv6", "conforms", "violates"),
    ]


def test_the_first_result_has_none_before_it_and_one_kept_again_stays(run: Path, tmp_path: Path) -> None:
    assert load(keep(load(run), tmp_path)).changes is None
    keep(load(folder(tmp_path / "later", judged("inconclusive"))), tmp_path)
    before = (tmp_path / "linux.tar.xz").read_bytes()
    keep(load(tmp_path / "later"), tmp_path)
    assert (tmp_path / "linux.tar.xz").read_bytes() == before


def test_what_is_new_or_gone_has_not_changed(run: Path, tmp_path: Path) -> None:
    other = folder(tmp_path / "other", verdict(case="rfc9293/test_a.py::test_b", target="linux", evidence=()))
    assert list(changed(load(run), load(other))) == []


@pytest.mark.parametrize("content", [None, b"", b"not an archive", b'{"schema": 1}'])
def test_what_has_no_results_is_told_in_a_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.tar.xz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageProblem, match="has no results") as caught:
        load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("schema", {"name": "other", "version": 1}, "expected"),
        ("verdicts", [{"case": "x"}], "has no results: no 'requirements'"),
        ("verdicts", 3, "has no results"),
    ],
)
def test_a_document_of_another_form_is_told_in_a_line(run: Path, part: str, value: object, said: str) -> None:
    document = json.loads((run / "verdicts.json").read_text())
    (run / "verdicts.json").write_text(json.dumps(document | {part: value}))
    with pytest.raises(UsageProblem, match=said) as caught:
        load(run)
    assert str(caught.value).startswith(str(run))


def test_a_result_with_a_requirement_that_nobody_knows_is_told(run: Path) -> None:
    text = (run / "verdicts.json").read_text()
    (run / "verdicts.json").write_text(text.replace("RFC9293:MUST-13", "RFC9293:MUST-1300"))
    with pytest.raises(UsageProblem, match=f"{run} is of another catalogue: no requirement RFC9293:MUST-1300"):
        load(run)


# -- facts --


def test_facts_are_told_in_words_and_units() -> None:
    facts = {
        "date": "2026-11-21",
        "rtt": 1.84e-05,
        "addresses": {"ipv4": "198.18.0.1"},
        "mac": "020000000100",
        "agent_version": None,
    }
    path = {"probes": 200, "lost": 2, "doubled": 0, "reordered": 1, "slowest": 0.1}
    assert dict(how_run(facts | {"path": path, "notes": [], "syn_ack_rto": 1.0256218})) == {
        "date (UTC)": "2026-11-21",
        "addresses": "ipv4 198.18.0.1",
        "MAC, ours": "02:00:00:00:01:00",
        "round trip": "0.02 ms",
        "a SYN,ACK is sent again after": "1.026 s",
        "path": "of 200 probes 2 lost, 0 doubled, 1 reordered",
    }
    assert "path" not in dict(how_run({"path": path | {"probes": 0}}))


def test_what_was_measured_begins_with_what_a_reader_asks_for() -> None:
    facts = [{"a_choice": True, "run_again": "late", "tries": 2}, {"MSS over IPv4 and IPv6": [1460, 1440]}]
    facts += [{"options": "MSS"}] * 2 + [{"ACK delay in ms": value} for value in (3, 1, 9, 4, 5)]
    assert list(measured({str(at): one for at, one in enumerate(facts)}).items()) == [
        ("options", "MSS"),
        ("MSS over IPv4 and IPv6", "1460, 1440"),
        ("ACK delay in ms", "1 to 9 (5 values)"),
        ("a choice", "yes"),
    ]


def test_many_values_in_a_row_are_told_by_where_they_lie() -> None:
    assert measured({"x": {"delays": list(range(40))}}) == {"delays": "0 to 39 (40 in a row)"}
    assert measured({str(at): {"words": f"w{at}"} for at in range(6)})["words"].endswith("w3; and 2 other values")


# -- cells --


def test_a_requirement_is_judged_by_the_cases_it_is_the_first_of() -> None:
    first = judged("conforms", requirements=("RFC9293:MUST-13", "RFC9293:MUST-2"))
    other = judged("violates", requirements=("RFC9293:MUST-3", "RFC9293:MUST-13", "RFC9293:MUST-4"))
    cells = cells_of([first, other])
    assert {name: one.verdict for name, one in cells.items()} == {
        "RFC9293:MUST-13": "conforms",
        "RFC9293:MUST-2": "conforms",
        "RFC9293:MUST-3": "violates",
        "RFC9293:MUST-4": "inconclusive",  # the case may fail for MUST-3 alone
    }


def test_what_was_judged_outweighs_what_was_not() -> None:
    cells = cells_of([judged("inconclusive"), judged("conforms"), judged("not applicable")])
    assert cells["RFC9293:MUST-13"].verdict == "conforms"


def test_a_cell_is_decided_by_what_was_judged() -> None:
    found = decisive([judged("not applicable"), judged("conforms"), judged("inconclusive")])
    assert found is not None
    assert found.verdict == "conforms"
    assert decisive([judged("not applicable")]) == judged("not applicable")
    assert decisive([]) is None


def test_findings_come_gravest_first_and_each_once() -> None:
    known = judged("violates", known="why")
    result = Result(
        {
            "target": "linux",
            "verdicts": [
                pack(judged("deviates", requirements=("RFC9293:SHLD-1",), level="SHOULD")),
                pack(known),
                pack(judged("violates", "ipv6")),
                pack(judged("violates")),
                pack(judged("conforms")),
            ],
        },
        {},
    )
    found = list(findings(result))
    assert [(one["verdict"], one["known"], len(one["runs"])) for one in found] == [
        ("violates", None, 2),  # what nobody knew of is not hidden behind what somebody does
        ("violates", "why", 1),
        ("deviates", None, 1),
    ]
    assert found[0]["link"] == f"{case_page(CASE)}#linux"


def test_the_source_of_a_case_has_its_decorators() -> None:
    source = Sources(ROOT / "cases").of(CASE)
    assert source.startswith("@requirement(")
    assert "def test_retransmitted_fin_is_acknowledged_again(peer" in source
    assert Sources(ROOT / "cases").of("rfc9293/test_gone.py::test_gone") == ""


# -- pages --


class Links(HTMLParser):
    """The addresses that a page refers to, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            if name == "id" and value:
                self.ids.append(value)


@pytest.fixture
def site(run: Path, tmp_path: Path) -> Path:
    other = folder(tmp_path / "out" / "lwip", judged("deviates", "ipv4"))
    document = json.loads((other / "verdicts.json").read_text())
    document["target"] = "lab:lwip <&>"
    (other / "verdicts.json").write_text(json.dumps(document))
    place = tmp_path / "site"
    Site([load(run), load(other)], place, ROOT / "cases").build()
    return place


def test_every_link_leads_somewhere_and_none_to_another_host(site: Path) -> None:
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) == 3 + 1 + 2  # front, states and coverage, a case, two stacks
    for path, page in pages.items():
        for link in page.links:
            if link.startswith("https://www.rfc-editor.org/"):
                continue  # a reader may go there, the page does not
            place, _, anchor = link.partition("#")
            there = (path.parent / place).resolve() if place else path
            assert there.is_file(), f"{path.name}: {link}"
            if anchor and there.suffix == ".html":
                assert anchor in pages[there].ids, f"{path.name}: {link}"


def test_a_page_asks_no_other_host_for_anything(site: Path) -> None:
    for path in [*site.rglob("*.html"), *site.glob("*.css"), *site.glob("*.js")]:
        text = re.sub(r'<a [^>]*href="https://www.rfc-editor.org/[^"]*"', "<a", path.read_text(encoding="utf-8"))
        assert "http" not in text.replace("http-equiv", ""), path


def test_a_name_cannot_break_out_of_its_page(site: Path) -> None:
    assert "lab:lwip <&>" not in (site / "index.html").read_text()
    assert "lab:lwip &lt;&amp;&gt;" in (site / "index.html").read_text()


def test_a_known_violation_stays_red_and_says_why(site: Path) -> None:
    text = (site / case_page(CASE)).read_text()
    assert "It does so on purpose." in text
    assert 'class="v violates"' in text
    assert 'class="violates"><a href="case/' in (site / "index.html").read_text()


def test_a_case_shows_what_is_sent_what_came_and_what_it_catches(site: Path) -> None:
    text = (site / case_page(CASE)).read_text()
    assert "def test_retransmitted_fin_is_acknowledged_again(peer" in text
    assert "&lt;CTL=SYN&gt;" in text or "&lt;SEQ=ISS&gt;&lt;CTL=SYN&gt;" in text
    assert "time wait" in text
    assert len(list(site.rglob("*.pcapng"))) == 3


def test_a_stack_tells_what_it_is_and_which_release(site: Path) -> None:
    text = (site / "stack/linux.html").read_text(encoding="utf-8")
    assert '<p class="lead">A kernel.</p>' in text
    assert "<p>Version: Linux 6.18.5</p>" in text
    assert "<dt>version</dt>" not in text


def test_findings_are_a_feed_for_programs(site: Path) -> None:
    found = json.loads((site / "findings.json").read_text())
    assert {(one["stack"], one["verdict"]) for one in found} == {("linux", "violates"), ("lab:lwip <&>", "deviates")}


def test_a_target_that_tells_no_version_has_a_page_too(run: Path, tmp_path: Path) -> None:
    document = json.loads((run / "verdicts.json").read_text())
    document["facts"]["target"] = {"addresses": {"ipv4": "192.0.2.1"}}
    (run / "verdicts.json").write_text(json.dumps(document))
    Site([load(run)], tmp_path / "site", ROOT / "cases").build()
    assert "192.0.2.1" in (tmp_path / "site/stack/linux.html").read_text()


def test_the_evidence_that_decides_is_open(site: Path) -> None:
    text = (site / case_page(CASE)).read_text()
    assert re.findall(r'<details open><summary><span class="v (\w+)"', text) == ["deviates", "violates"]


def test_a_cell_of_states_and_segments_tells_on_how_many_stacks(site: Path) -> None:
    text = (site / "states.html").read_text(encoding="utf-8")
    assert "TIME-WAIT, FIN: violates on 1 of 2 stacks that could be judged" in text
    assert f'<a href="{case_page(CASE)}#linux">linux</a>' in text


def test_what_is_no_site_is_not_swept_away(run: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageProblem, match="name an empty folder with --out"):
        Site([load(run)], tmp_path / "home", ROOT / "cases")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["thesis.txt"]
    with pytest.raises(UsageProblem, match="is no folder"):
        Site([load(run)], tmp_path / "home" / "thesis.txt", ROOT / "cases")


def test_nothing_of_an_earlier_site_stays(site: Path, run: Path) -> None:
    (site / "stack" / "old.html").write_text("old")
    Site([load(run)], site, ROOT / "cases").build()
    assert [path.name for path in (site / "stack").iterdir()] == ["linux.html"]


# -- the command --


def test_the_command_builds_and_keeps(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["keep", str(run), "--to", str(tmp_path / "kept")]) == 0
    assert command.main(["build", str(tmp_path / "kept" / "linux.tar.xz"), "--out", str(tmp_path / "site")]) == 0
    assert (tmp_path / "site" / "index.html").is_file()
    assert "1 stacks (linux)" in capsys.readouterr().out


def test_the_command_says_in_a_line_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["build", str(tmp_path / "none")]) == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_a_run_of_a_stack_that_is_there_already_stands_beside_it(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = keep(load(run), tmp_path / "kept")
    place = tmp_path / "site"
    assert command.main(["build", str(kept), str(run), "--out", str(place)]) == 0
    assert [path.name for path in (place / "stack").iterdir()] == ["linux.html"]  # it is the same one
    folder(run, judged("conforms"), judged("conforms", "ipv6"))
    assert command.main(["build", str(kept), str(run), "--out", str(place)]) == 0
    assert f"linux (own run): {run}, beside linux" in capsys.readouterr().out
    assert "There is no result before." in (place / "stack" / "linux.html").read_text()
    assert "&rarr;" in (place / "stack" / "linux-own-run.html").read_text()
