from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import UsageProblem
from conformance.requirements.scan import scan
from conformance.target.profile import Known, Profile, is_case, load

ROOT = Path(__file__).parent.parent
CASES = ("rfc9293/test_close.py::test_fin", "rfc9293/test_reset.py::test_rst", "rfc7323/test_reset.py::test_rst")

WHOLE = """
name = "brake-ecu"
description = "Supplier's stack, build 7."
[addresses]
ipv4 = "10.0.0.2"
ipv6 = "fe80::1%eth1"
second_ipv4 = "10.0.0.3"
second_ipv6 = "fe80::2"
broadcast = "10.0.0.255"
[ports]
open = 80
closed = 81
[agent]
address = "10.0.0.2:30000"
[timers]
msl = 1
tick = 0.25
reaction = 0.05
[limits]
max_connections = 8
[features]
offered = ["ts", "ws"]
absent = ["sack"]
[[known]]
case = "test_fin"
family = "ipv4"
reason = "The supplier says: fixed in build 8."
link = "https://example.org/7"
parameters = { state = ["CLOSING", "LAST-ACK"], gap = 2 }
[[known]]
requirement = "RFC9293:MUST-13"
reason = "2MSL is cut short."
"""


def read(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "p.toml"
    path.write_text(text)
    return load(path, CASES)


def test_a_whole_profile(tmp_path: Path) -> None:
    profile = read(tmp_path, WHOLE)
    assert profile == Profile(
        name="brake-ecu",
        description="Supplier's stack, build 7.",
        ipv4="10.0.0.2",
        ipv6="fe80::1%eth1",
        second_ipv4="10.0.0.3",
        second_ipv6="fe80::2",
        broadcast="10.0.0.255",
        open_port=80,
        closed_port=81,
        agent="10.0.0.2:30000",
        msl=1.0,
        tick=0.25,
        reaction=0.05,
        max_connections=8,
        offered=frozenset({"ts", "ws"}),
        absent=frozenset({"sack"}),
        deviations=(
            Known(
                case="test_fin",
                family="ipv4",
                reason="The supplier says: fixed in build 8.",
                link="https://example.org/7",
                parameters={"state": ("CLOSING", "LAST-ACK"), "gap": ("2",)},
            ),
            Known(requirement="RFC9293:MUST-13", reason="2MSL is cut short."),
        ),
        source=str(tmp_path / "p.toml"),
    )


def test_an_empty_profile_has_the_rfcs_own_figures(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Profile(name="p", source=str(tmp_path / "p.toml"), msl=120.0)


def test_what_the_suite_ships_is_valid() -> None:
    profiles = sorted((ROOT / "conformance" / "lab").glob("*.toml"))
    assert [load(path, scan(ROOT / "cases")).name for path in profiles] == [path.stem for path in profiles]
    assert load(ROOT / "conformance" / "lab" / "linux.toml").msl == 30


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nam = 'x'", "nam: unknown key; did you mean name?"),
        (
            "qqq = 1",
            "qqq: unknown key; valid are addresses, agent, description, extends, features, known, lifted, limits, name,"
            " path, ports, timers",
        ),
        ("[ports]\nopne = 80", "ports.opne: unknown key; did you mean open?"),
        ("[ports]\nopen = 0", "ports.open: must be a port number, not 0"),
        ("[ports]\nopen = '80'", "ports.open: must be a port number, not '80'"),
        ("ports = 80", "ports: must be a table, written [ports]"),
        ("[timers]\nmsl = 0", "timers.msl: must be a number of seconds above 0, up to a day, not 0"),
        ("[timers]\nmsl = true", "timers.msl: must be a number of seconds above 0, up to a day, not True"),
        ("[limits]\nmax_connections = 1.5", "limits.max_connections: must be a number of connections, not 1.5"),
        ("[addresses]\nipv4 = '10.0.0'", "addresses.ipv4: must be an IPv4 address, not '10.0.0'"),
        ("[addresses]\nipv6 = 7", "addresses.ipv6: must be an IPv6 address, not 7"),
        ("[features]\nabsent = 'ts'", "features.absent: must be a list of texts, not 'ts'"),
        (
            "[features]\nabsent = ['sackk']",
            "features.absent: unknown feature sackk; did you mean sack or dsack or rack?",
        ),
        ("name = 7", "name: must be text, not 7"),
        ("[known]\ncase = 'test_fin'", "known: must be a list of tables, written [[known]]"),
        ("[[known]]\ncase = 'test_fin'", "known[1]: reason: every known deviation needs a reason"),
        ("[[known]]\nreason = 'x'", "known[1]: name a case or a requirement"),
        (
            "[[known]]\ncase = 'test_fim'\nreason = 'x'",
            "known[1]: case: no case test_fim; did you mean test_fin or test_rst?",
        ),
        (
            "[[known]]\ncase = 'test_close.py::test_rst'\nreason = 'x'",
            "known[1]: case: no case test_close.py::test_rst; did you mean rfc9293/test_reset.py::test_rst or "
            "rfc9293/test_close.py::test_fin or rfc7323/test_reset.py::test_rst?",
        ),
        (
            "[[known]]\nrequirement = 'RFC9293:SHLD-111'\nreason = 'x'",
            "known[1]: requirement: no requirement RFC9293:SHLD-111 in the catalogue; did you mean RFC9293:SHLD-11 or "
            "RFC9293:SHLD-1 or RFC9293:SHLD-31?",
        ),
        ("[[known]]\nraeson = 'x'", "known[1].raeson: unknown key; did you mean reason?"),
        ("[[known]]\ncase = []", "known[1].case: must be text, or a list of texts, not []"),
        (
            "[[known]]\ncase = ['test_fin', 'test_fim']\nreason = 'x'",
            "known[1]: case: no case test_fim; did you mean test_fin or test_rst?",
        ),
        ("[[known]]\nfamily = 'ip4'", 'known[1].family: must be "ipv4" or "ipv6", not \'ip4\''),
        (
            "[[known]]\nparameters = ['CLOSING']",
            "known[1].parameters: must be a table of names with a value or a list of values each, not ['CLOSING']",
        ),
        ("name =", "no valid TOML: Invalid value (at end of document)"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(UsageProblem) as problem:
        read(tmp_path, text)
    assert str(problem.value) == f"{tmp_path / 'p.toml'}: {line}"


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as problem:
        load(tmp_path / "none.toml")
    assert str(problem.value) == f"{tmp_path / 'none.toml'}: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("named", "parameters", "family", "names", "reason"),
    [
        (CASES[0], {"state": "CLOSING", "gap": "2"}, "ipv4", (), "The supplier says: fixed in build 8."),
        (CASES[0], {"state": "LAST-ACK", "gap": "2", "more": "x"}, "ipv4", (), "The supplier says: fixed in build 8."),
        (CASES[0], {"state": "TIME-WAIT", "gap": "2"}, "ipv4", (), None),
        (CASES[0], {"state": "CLOSING"}, "ipv4", (), None),
        (CASES[0], {"state": "CLOSING", "gap": "2"}, "ipv6", (), None),
        (CASES[1], {}, "ipv6", ("RFC9293:MUST-13",), "2MSL is cut short."),
        (CASES[1], {}, "ipv6", ("RFC9293:MUST-12",), None),
    ],
)
def test_an_entry_covers_what_it_names(
    tmp_path: Path, named: str, parameters: dict[str, str], family: str, names: tuple[str, ...], reason: str | None
) -> None:
    known = read(tmp_path, WHOLE).known(named, parameters, family, names)
    assert (known.reason if known else None) == reason


def test_an_entry_for_a_case_does_not_excuse_a_broken_invariant() -> None:
    profile = Profile(
        deviations=(Known("a", case="test_fin"), Known("b", case="test_fin", requirement="RFC9293:MUST-2"))
    )
    assert profile.known(CASES[0], {}, "ipv4", ("RFC9293:MUST-2",), invariant=True) == profile.deviations[1]
    assert profile.known(CASES[0], {}, "ipv4", ("RFC9293:MUST-3",), invariant=True) is None


def test_a_case_is_named_by_its_function_or_with_its_file() -> None:
    assert [case for case in CASES if is_case("test_rst", case)] == list(CASES[1:])
    assert [case for case in CASES if is_case("test_reset.py::test_rst", case)] == list(CASES[1:])
    assert [case for case in CASES if is_case("rfc7323/test_reset.py::test_rst", case)] == [CASES[2]]
    assert [case for case in CASES if is_case("reset.py::test_rst", case)] == []


def test_an_entry_as_it_stands_in_the_profile(tmp_path: Path) -> None:
    first, second = read(tmp_path, WHOLE).deviations
    assert str(first) == (
        'case = "test_fin", family = "ipv4", parameters = { state = ["CLOSING", "LAST-ACK"], gap = "2" }'
    )
    assert str(second) == 'requirement = "RFC9293:MUST-13"'


def test_an_entry_of_several_cases_is_one_for_each(tmp_path: Path) -> None:
    text = '[[known]]\ncase = ["test_fin", "rfc7323/test_reset.py::test_rst"]\nfamily = "ipv6"\nreason = "x"\n'
    assert [str(one) for one in read(tmp_path, text).deviations] == [
        'case = "test_fin", family = "ipv6"',
        'case = "rfc7323/test_reset.py::test_rst", family = "ipv6"',
    ]


def test_a_profile_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        'name = "base"\n[timers]\nmsl = 7\n'
        '[[known]]\nrequirement = "RFC9293:MUST-2"\nreason = "a"\n[[known]]\ncase = "x"\nreason = "b"\n'
    )
    variant = tmp_path / "variant.toml"
    variant.write_text(
        'extends = "base.toml"\nname = "variant"\n[[lifted]]\ncase = "x"\nreason = "d"\n'
        '[[known]]\nrequirement = "RFC9293:MUST-3"\nreason = "c"\n'
    )
    loaded = load(variant)
    assert (loaded.name, loaded.msl) == ("variant", 7.0)
    assert [known.reason for known in loaded.deviations] == ["c", "a"]


def test_a_profile_extends_one_only(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "c"), ("c", "")):
        (tmp_path / f"{name}.toml").write_text(f'extends = "{base}.toml"\n' if base else "")
    with pytest.raises(UsageProblem, match="extends another itself"):
        load(tmp_path / "a.toml")


def test_calls_that_its_user_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("[limits]\nno_abort = true\n")
    assert load(path).no_abort
    path.write_text("[limits]\nno_abort = 1\n")
    with pytest.raises(UsageProblem, match=r"limits\.no_abort: must be true or false"):
        load(path)


def test_walks_that_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('[limits]\nunreachable = ["SYN-RECEIVED-active"]\n')
    assert load(path).unreachable == {"SYN-RECEIVED-active"}
    path.write_text('[limits]\nunreachable = ["SYN-RECIEVED"]\n')
    with pytest.raises(UsageProblem, match=r"limits.unreachable: must be a list of walks: .*SYN-RECEIVED"):
        load(path)
