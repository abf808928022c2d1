from __future__ import annotations

from collections import Counter

from test_document import verdict

from conformance.report.summary import Line, summary
from conformance.requirements import catalogue, of_rfc

ALL = Counter(one.level for one in of_rfc("9293").values())


def lines(*verdicts, width: int = 100) -> list[str]:
    return [line.text for line in summary("lab:linux", verdicts, "reports/out/lab-linux/", width)]


def test_the_whole_of_it() -> None:
    rst = {
        "requirements": ("RFC9293:3.10.7.4-rst-oow",),
        "case": "rfc9293/test_reset.py::test_rst",
        "verdict": "violates",
    }
    dead = {
        "verdict": "inconclusive",
        "reason": "lab:linux does not answer any more",
        "case": "rfc9293/test_a.py::test_a",
    }
    found = lines(
        verdict(),
        verdict(family="ipv6"),
        verdict(**rst, reason="expected nothing; got <SEQ=IRS+1>"),
        verdict(**rst, reason="expected nothing; got <SEQ=IRS+1>", family="ipv6"),
        verdict(**rst, reason="seen", known="This kernel takes it.", parameters={"state": "LAST-ACK"}),
        verdict(requirements=("RFC9293:SHLD-1",), level="SHOULD", verdict="deviates", reason="no delay", parameters={}),
        verdict(requirements=("RFC9293:MAY-1",), level="MAY", verdict="not offered", reason="no urgent data"),
        verdict(verdict="not applicable", reason="needs an agent on the target"),
        *[verdict(**dead, parameters={"n": str(n)}) for n in range(12)],
        verdict(verdict="inconclusive", reason="the walk failed"),
    )
    assert found == [
        "verdicts on lab:linux",
        "                    MUST  SHOULD     MAY     all",
        "violates               3       .       .       3   1 known",
        "deviates               .       1       .       1",
        "not offered            .       .       1       1",
        "inconclusive          13       .       .      13",
        "not applicable         1       .       .       1",
        "conforms               2       .       .       2",
        "",
        f"requirements judged: 4 of the catalogue's {len(catalogue())}",
        f"  RFC 9293 4/{len(of_rfc('9293'))}",
        "of RFC 9293, by level and topic",
        f"  MUST 2/{ALL['MUST']} | SHOULD 1/{ALL['SHOULD']} | MAY 1/{ALL['MAY']}",
        "  close 1/47 | isn 1/6 | reset 1/54 | timewait 1/11",
        "",
        "violates",
        "  RFC9293:3.10.7.4-rst-oow  test_rst  x 2",
        "      expected nothing; got <SEQ=IRS+1>",
        "",
        "deviates",
        "  RFC9293:SHLD-1  test_fin[ipv4]",
        "      no delay",
        "",
        "not offered",
        "  RFC9293:MAY-1  test_fin[ipv4, CLOSING]",
        "      no urgent data",
        "",
        "known deviations",
        "  RFC9293:3.10.7.4-rst-oow  test_rst[ipv4, LAST-ACK]",
        "      This kernel takes it.",
        "",
        "inconclusive",
        "    12 x  lab:linux does not answer any more",
        "     1 x  the walk failed",
        "",
        "evidence  reports/out/lab-linux/",
    ]


def test_a_run_in_which_all_conforms_is_short() -> None:
    assert lines(verdict())[8:] == [
        "",
        f"requirements judged: 1 of the catalogue's {len(catalogue())}",
        f"  RFC 9293 1/{len(of_rfc('9293'))}",
        "of RFC 9293, by level and topic",
        f"  MUST 1/{ALL['MUST']}",
        "  timewait 1/11",
        "",
        "evidence  reports/out/lab-linux/",
    ]


def test_a_known_deviation_that_is_gone() -> None:
    found = lines(verdict(reason="conforms, but the profile lists it as a known deviation: old; remove it"))
    at = found.index("no longer deviates")
    assert found[at + 1 : at + 3] == [
        "  RFC9293:MUST-13  test_fin[ipv4, CLOSING]",
        "      conforms, but the profile lists it as a known deviation: old; remove it",
    ]


def test_one_reason_for_many_known_deviations_is_said_once() -> None:
    cases = [verdict(verdict="violates", known="old", case=f"rfc9293/test_a.py::test_{name}") for name in "ab"]
    found = lines(*cases, verdict(verdict="violates", known="new", case=cases[0].case))
    at = found.index("known deviations")
    assert found[at + 1 : at + 6] == [
        "  RFC9293:MUST-13  test_a[ipv4, CLOSING]",
        "  RFC9293:MUST-13  test_b[ipv4, CLOSING]",
        "      old",
        "  RFC9293:MUST-13  test_a[ipv4, CLOSING]",
        "      new",
    ]


def test_rfcs_stand_by_how_many_of_their_requirements_were_judged() -> None:
    names = ["RFC1122:3.2.2-icmp-demux", "RFC5961:3.2-rst-oow", "RFC5961:3.2-rst-exact", "RFC9293:MUST-13"]
    found = lines(*[verdict(requirements=(name,)) for name in names])
    assert found[found.index("requirements judged: 4 of the catalogue's 888") + 1] == (
        "  RFC 5961 2/20 | RFC 1122 1/25 | RFC 9293 1/391"
    )


def test_no_line_is_too_long() -> None:
    names = ("RFC1122:3.2.2-icmp-demux", "RFC5961:3.2-rst-oow", "RFC9293:MUST-13", "RFC7323:A-layout")
    long = "expected " + "<SEQ=ISS+1>" * 30
    for word in ("violates", "inconclusive"):
        for line in lines(verdict(verdict=word, reason=long, requirements=names), width=80):
            assert len(line) <= 80
        assert any(line.endswith("...") for line in lines(verdict(verdict=word, reason=long), width=80))


def test_colours_point_at_what_matters() -> None:
    found = summary("lab:linux", [verdict(), verdict(verdict="violates", reason="x")], "out/")
    coloured = {line.text.split()[0]: line.colour for line in found if line.colour}
    assert coloured == {"violates": "red", "conforms": "green"}
    assert found[0] == Line("verdicts on lab:linux", title=True)


def test_doubts_stand_beside_what_they_may_explain() -> None:
    told = "the target's segments come with unfinished checksums"
    for word, beside in (("violates", True), ("conforms", False)):
        found = summary("linux", [verdict(verdict=word, reason="x" if beside else "")], "out/", notes=[told])
        assert (f"note      {told}" in [line.text for line in found]) is beside
