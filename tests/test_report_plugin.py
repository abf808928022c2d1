from __future__ import annotations

import pytest
from bed import Bed

from conformance.report.evidence import FILES

EVERYTHING = """
@requirement("RFC9293:MUST-13")
def test_conforms(opened):
    opened.facts["isn"] = 7

@requirement("RFC9293:MUST-13", "RFC9293:SHLD-1")
def test_violates(opened):
    raise Nonconformance("<SEQ=ISS+1><CTL=RST>", "nothing", ("not in 1 s",))

@requirement("RFC9293:SHLD-1")
def test_deviates(opened):
    assert 1 + 1 == 3, "two and two"

@requirement("RFC9293:MAY-1")
def test_not_offered(opened):
    assert opened.family == "ipv6"

@requirement("RFC9293:MUST-13")
def test_not_applicable(opened):
    raise NotApplicable("needs an agent on the target")

@requirement("RFC9293:MUST-13")
def test_inconclusive(opened):
    raise Inconclusive("the walk to TIME-WAIT ended in CLOSED")
"""

WORDS = {
    "test_conforms": "conforms",
    "test_violates": "violates",
    "test_deviates": "deviates",
    "test_not_offered": "not offered",
    "test_not_applicable": "not applicable",
    "test_inconclusive": "inconclusive",
}

VIOLATES = """
_______________________________________ test_violates[ipv4] ________________________________________
violates RFC9293:MUST-13 (MUST)

expected  <SEQ=ISS+1><CTL=RST>
got       nothing
differs   not in 1 s

requirement  RFC9293:MUST-13  MUST, section 3.6.1
             After an active close stay in TIME-WAIT for twice the MSL.
             https://www.rfc-editor.org/rfc/rfc9293#section-3.6.1
also shows   RFC9293:SHLD-1  SHOULD, section 3.4.1
run as       lab:linux, ipv4
case         cases/rfc9293/test_close.py:14  raise Nonconformance("<SEQ=ISS+1><CTL=RST>", "nothing", ("not in 1 s",))

exchange
peer 192.0.2.1:40001 ISS 1000, target 192.0.2.2:80 IRS 5000

        ms  peer                                                              target
            CLOSED                                                            LISTEN
     0.000  SYN-SENT     --> <SEQ=ISS><CTL=SYN><WND=65535>                --> SYN-RECEIVED
     0.100  ESTABLISHED  <-- <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240> <--
     0.200               --> <SEQ=ISS+1><ACK=IRS+1><CTL=ACK><WND=65535>   --> ESTABLISHED

evidence     reports/out/lab-linux/evidence/rfc9293/test_close/test_violates/ipv4/
"""


@pytest.fixture
def bed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Bed:
    return Bed(pytester, monkeypatch)


def test_every_verdict_everywhere(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    result = bed.run("--junitxml=junit.xml", "--alluredir=allure")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "cases/rfc9293/test_close.py .VdonE *",
            "* ERROR at setup of test_inconclusive[[]ipv4] *",
            "* test_violates[[]ipv4] *",
            "VIOLATES *test_violates[[]ipv4] - violates RFC9293:MUST-13 (MUST): *",
            "=* verdicts on lab:linux *=",
            "=* 1 violates, 1 inconclusive, 1 deviates, 1 not offered, 1 not applicable, 1 conforms in *",
        ]
    )
    assert VIOLATES in result.stdout.str()
    assert {name: one["verdict"] for name, one in bed.verdicts().items()} == WORDS

    allure = bed.allure()
    assert {name: one["status"] for name, one in allure.items()} == {
        "test_conforms": "passed",
        "test_violates": "failed",
        "test_deviates": "failed",
        "test_not_offered": "skipped",
        "test_not_applicable": "skipped",
        "test_inconclusive": "broken",
    }
    elements = {name: [child.tag for child in one if child.tag != "properties"] for name, one in bed.junit().items()}
    assert elements == {
        "test_conforms": [],
        "test_violates": ["failure"],
        "test_deviates": ["skipped"],
        "test_not_offered": ["skipped"],
        "test_not_applicable": ["skipped"],
        "test_inconclusive": ["error"],
    }


def test_what_junit_is_told(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    bed.run("--junitxml=junit.xml")
    cases = bed.junit()
    properties = [(one.attrib["name"], one.attrib["value"]) for one in cases["test_violates"].iter("property")]
    assert properties == [
        ("requirement", "RFC9293:MUST-13"),
        ("requirement", "RFC9293:SHLD-1"),
        ("level", "MUST"),
        ("verdict", "violates"),
        ("target", "lab:linux"),
    ]
    messages = {
        name: child.attrib["message"] for name, one in cases.items() for child in one if "message" in child.attrib
    }
    assert messages == {
        "test_violates": ("violates RFC9293:MUST-13 (MUST): expected <SEQ=ISS+1><CTL=RST>; got nothing; not in 1 s"),
        "test_deviates": "deviates from RFC9293:SHLD-1 (SHOULD): two and two assert (1 + 1) == 3",
        "test_not_offered": "not offered: RFC9293:MAY-1 (MAY): assert opened.family == \"ipv6\": 'ipv4' == 'ipv6'",
        "test_not_applicable": "needs an agent on the target",
        "test_inconclusive": 'failed on setup with "inconclusive: the walk to TIME-WAIT ended in CLOSED"',
    }


def test_what_allure_is_told(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    bed.run("--alluredir=allure")
    one = bed.allure()["test_violates"]
    labels = [(label["name"], label["value"]) for label in one["labels"]]
    for pair in [
        ("epic", "RFC 9293"),
        ("feature", "3.6.1 timewait"),
        ("story", "RFC9293:MUST-13"),
        ("severity", "critical"),
        ("level", "MUST"),
        ("target", "lab:linux"),
        ("family", "ipv4"),
        ("requirement", "RFC9293:MUST-13"),
        ("requirement", "RFC9293:SHLD-1"),
    ]:
        assert pair in labels
    assert [link["url"].partition("#")[2] for link in one["links"]] == ["section-3.6.1", "section-3.4.1"]
    assert [(file["name"], file["type"]) for file in one["attachments"]] == [
        ("transcript.txt", "text/plain"),
        ("ladder.svg", "image/svg+xml"),
        ("exchange.pcapng", "application/x-pcapng"),
    ]
    assert one["statusDetails"]["message"].startswith("violates RFC9293:MUST-13 (MUST): expected")
    assert one["statusDetails"]["trace"].startswith("violates RFC9293:MUST-13 (MUST)\n\nexpected")
    assert "targets=lab:linux\nlab\\:linux.ipv4=10.0.0.2\n" in (bed.path / "allure/environment.properties").read_text()
    assert (bed.path / "allure" / "executor.json").exists()
    assert (bed.path / "allure" / "categories.json").exists()


def test_a_plain_assertion_is_explained_by_pytest(bed: Bed) -> None:
    bed.cases(
        '@requirement("RFC9293:MUST-13")\ndef test_state(case):\n    assert "CLOSED" == "TIME-WAIT", "the agent says"\n'
    )
    result = bed.run()
    result.stdout.fnmatch_lines(
        [
            "violates RFC9293:MUST-13 (MUST)",
            "",
            "the agent says",
            "assert 'CLOSED' == 'TIME-WAIT'",
            "*",
            "  - TIME-WAIT",
            "  + CLOSED",
            "",
            "requirement  RFC9293:MUST-13  MUST, section 3.6.1",
        ],
        consecutive=True,
    )


def test_an_error_in_a_case_shows_where_it_came_from(bed: Bed) -> None:
    bed.cases('@requirement("RFC9293:MUST-13")\ndef test_it(case):\n    os.stat("/nowhere")\n')
    result = bed.run()
    result.stdout.fnmatch_lines(
        [
            "inconclusive: FileNotFoundError: [[]Errno 2] No such file or directory: '/nowhere'",
            "",
            "*test_close.py:9: in test_it",
            '    os.stat("/nowhere")',
            "E   FileNotFoundError: *",
        ]
    )
    assert bed.verdicts()["test_it"]["verdict"] == "inconclusive"


def test_a_setup_that_fails_early_has_a_verdict_too(bed: Bed) -> None:
    bed.cases(
        "@pytest.fixture\n"
        "def broken(subject):\n"
        "    raise Inconclusive('the link is gone')\n"
        "@requirement('RFC9293:MUST-13')\n"
        "@pytest.mark.parametrize('state', ['CLOSING'])\n"
        "def test_it(broken, case, state): ...\n"
    )
    bed.run("-p", "no:randomly").stdout.fnmatch_lines(["inconclusive: the link is gone"])
    one = bed.verdicts()["test_it"]
    assert (one["target"], one["family"], one["parameters"]) == ("lab:linux", "ipv4", {"state": "CLOSING"})
    assert (one["verdict"], one["evidence"]) == ("inconclusive", [])


def test_deviations_fail_the_run_only_when_strict(bed: Bed) -> None:
    bed.cases('@requirement("RFC9293:SHLD-1")\ndef test_it(case):\n    assert 0\n')
    relaxed = bed.run()
    assert relaxed.ret == pytest.ExitCode.OK
    assert "= FAILURES =" not in relaxed.stdout.str()
    strict = bed.run("--strict")
    assert strict.ret == pytest.ExitCode.TESTS_FAILED
    strict.stdout.fnmatch_lines(["*= FAILURES =*", "deviates from RFC9293:SHLD-1 (SHOULD)"])


KNOWN = """
[[known]]
case = "test_it"
parameters = { state = ["CLOSING", "LAST-ACK"] }
reason = "This kernel accepts such a RST."
link = "https://example.org/7"
"""

STATES = """
@requirement("RFC9293:MUST-13")
@pytest.mark.parametrize("state", ["CLOSING", "ESTABLISHED"])
def test_it(opened, state):
    assert state == %s
"""


def test_a_known_deviation_fails_nothing_and_stays_red_in_the_evidence(bed: Bed) -> None:
    bed.profile(KNOWN)
    bed.cases(STATES % "'ESTABLISHED'")
    result = bed.run("--alluredir=allure", "--junitxml=junit.xml", "-v", "-rx")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "*test_it[[]ipv4-CLOSING] KNOWN (known: *)*",
            "*test_it[[]ipv4-ESTABLISHED] CONFORMS *",
            "KNOWN *test_it[[]ipv4-CLOSING] - known: This kernel accepts such a RST.",
            "violates               1       .       .       1   1 known",
            "known deviations",
            "  RFC9293:MUST-13  test_it[[]ipv4, CLOSING]",
            "      This kernel accepts such a RST.",
            "=* 1 known, 1 conforms in *",
        ]
    )
    known, conforms = bed.document()["verdicts"]
    assert (known["verdict"], known["known"]) == ("violates", "This kernel accepts such a RST.")
    assert (conforms["verdict"], conforms["known"]) == ("conforms", None)
    red = next(one for one in bed.pytester.path.glob("allure/*-result.json") if "CLOSING" in one.read_text())
    assert '"status": "failed"' in red.read_text()
    assert "known: This kernel accepts such a RST." in red.read_text()
    assert "https://example.org/7" in red.read_text()


def test_a_known_deviation_that_is_gone_fails_the_run(bed: Bed) -> None:
    bed.profile(KNOWN)
    bed.cases(STATES % "state")
    result = bed.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "cases/rfc9293/test_close.py U. *",
            "conforms, but the profile lists it as a known deviation: This kernel accepts such a RST.",
            'remove from profile.toml: [[][[]known]] case = "test_it", parameters = { state = [[]"CLOSING", *',
            "=* 1 no longer deviates, 1 conforms in *",
        ]
    )
    assert [one["verdict"] for one in bed.document()["verdicts"]] == ["conforms", "conforms"]


INVARIANTS = """
@requirement("RFC9293:SHLD-1")
def test_it(opened):
    opened.violations.append(InvariantBroken("RFC9293:SHLD-2", "something slight", "<SEQ=IRS>"))
    opened.violations.append(InvariantBroken("RFC9293:MUST-2", "the checksum is 0", "<SEQ=IRS+1>"))
    assert 0, "own failure"
"""


def test_a_broken_invariant_fails_its_case_under_its_own_requirement(bed: Bed) -> None:
    bed.cases(INVARIANTS.replace('    assert 0, "own failure"\n', ""))
    result = bed.run()
    result.stdout.fnmatch_lines(
        [
            "violates RFC9293:MUST-2 (MUST)",
            "",
            "expected  the invariant to hold for every segment",
            "got       <SEQ=IRS+1>",
            "differs   the checksum is 0",
            "also broken  RFC9293:SHLD-2: expected the invariant *; got <SEQ=IRS>; something slight",
            "",
            "requirement  RFC9293:MUST-2  MUST, section 3.1",
        ]
    )
    one = bed.verdicts()["test_it"]
    assert (one["level"], one["requirements"]) == ("MUST", ["RFC9293:MUST-2", "RFC9293:SHLD-1"])


def test_a_known_invariant_hides_nothing_else(bed: Bed) -> None:
    bed.profile('[[known]]\nrequirement = "RFC9293:MUST-2"\nreason = "offloading"\n')
    bed.cases(INVARIANTS)
    bed.run()
    one = bed.verdicts()["test_it"]
    assert (one["verdict"], one["requirements"][0], one["known"]) == ("deviates", "RFC9293:SHLD-1", None)


def test_the_case_itself_is_told_when_an_invariant_decides(bed: Bed) -> None:
    bed.cases(INVARIANTS)
    bed.run().stdout.fnmatch_lines(["violates RFC9293:MUST-2 (MUST)", "the case itself: own failure assert 0"])


def test_evidence_is_kept_for_every_case_with_what_came_at_the_end(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    bed.run()
    for name, one in bed.verdicts().items():
        folder = f"evidence/rfc9293/test_close/{name}/ipv4"
        assert one["evidence"] == [f"{folder}/{file}" for file in FILES]
        text = (bed.out / folder / "transcript.txt").read_text()
        assert text.startswith(f"{name} (lab:linux, ipv4)\n{WORDS[name]}")
        assert "<CTL=RST>" in text
        assert (bed.out / folder / "ladder.svg").read_text().startswith("<svg ")
        assert (bed.out / folder / "exchange.pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


def test_trouble_with_the_evidence_changes_no_verdict(bed: Bed) -> None:
    bed.cases('@requirement("RFC9293:MUST-13")\ndef test_it(opened):\n    opened.transcript.entries.append(None)\n')
    result = bed.run()
    assert result.ret == pytest.ExitCode.OK
    assert bed.verdicts()["test_it"]["verdict"] == "conforms"


@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_a_case_without_a_requirement_cannot_be_collected(bed: Bed, workers: str) -> None:
    bed.cases("@pytest.mark.parametrize('n', [1, 2])\ndef test_it(case, n): ...\n")
    result = bed.run_apart(workers) if workers == "-n1" else bed.run()
    assert result.ret in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED)
    result.stdout.fnmatch_lines(
        [
            "*_ ERROR collecting cases/rfc9293/test_close.py _*",
            "cases/rfc9293/test_close.py::test_it: a case names the requirement it shows: @requirement(...)",
            "=* short test summary info =*",
        ],
        consecutive=True,
    )


def test_the_projects_own_tests_are_left_alone(bed: Bed) -> None:
    tests = bed.path / "tests"
    tests.mkdir()
    (tests / "test_own.py").write_text("def test_a(): ...\ndef test_b(): assert 0\n")
    result = bed.pytester.runpytest_inprocess("tests")
    result.assert_outcomes(passed=1, failed=1)
    assert "verdicts on" not in result.stdout.str()
    assert not (bed.path / "reports").exists()


def test_pytests_own_ways_of_showing_results(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    result = bed.run("--tb=line", "-ra")
    result.stdout.fnmatch_lines(
        [
            "*test_close.py:14: violates RFC9293:MUST-13 (MUST): expected *",
            "NOT APPLICABLE [[]1] cases/rfc9293/test_close.py:2*: needs an agent on the target",
            "DEVIATES *test_deviates[[]ipv4] - deviates from RFC9293:SHLD-1 (SHOULD): two and two *",
            "INCONCLUSIVE *test_inconclusive[[]ipv4] - inconclusive: the walk to *",
        ]
    )
    silent = bed.run("--no-summary", "-q")
    assert "verdicts on" not in silent.stdout.str()


def test_one_reason_for_many_is_shown_once(bed: Bed) -> None:
    bed.cases(
        "@requirement('RFC9293:MUST-13')\n"
        "@pytest.mark.parametrize('n', range(40))\n"
        "def test_it(case, n):\n"
        "    raise Inconclusive('the target does not answer any more')\n"
    )
    text = bed.run().stdout.str()
    assert text.count("ERROR at setup of") == 1
    assert "    40 x  the target does not answer any more" in text
    assert "= 40 inconclusive in" in text


def test_stopping_at_the_first_violation(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    result = bed.run("-x")
    assert set(bed.verdicts()) == {"test_conforms", "test_violates"}
    result.stdout.fnmatch_lines(["*stopping after 1 failures*"])


def test_running_what_failed_last(bed: Bed) -> None:
    bed.pytester.makeini(bed.ini.replace("-p no:cacheprovider", ""))
    bed.cases(EVERYTHING)
    bed.run()
    bed.run("--lf")
    assert set(bed.verdicts()) == {"test_violates", "test_inconclusive"}


def test_the_reports_can_lie_elsewhere(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    bed.run("--reports", "elsewhere")
    assert (bed.path / "elsewhere" / "lab-linux" / "verdicts.json").exists()
    assert not (bed.path / "reports").exists()


def test_all_of_it_comes_home_from_workers(bed: Bed) -> None:
    bed.cases(EVERYTHING)
    alone = bed.run("--alluredir=alone", "--junitxml=alone.xml")
    first = bed.document()
    result = bed.run_apart("-n2", "--alluredir=allure", "--junitxml=junit.xml")
    second = bed.document()
    assert alone.ret == result.ret == pytest.ExitCode.TESTS_FAILED
    for one in first["verdicts"] + second["verdicts"]:
        assert one.pop("seconds") > 0
    assert first == second
    assert first["facts"]["cases"] == {"rfc9293/test_close.py::test_conforms[ipv4]": {"isn": 7}}
    assert VIOLATES.split("\n", 2)[2] in result.stdout.str()
    result.stdout.fnmatch_lines(
        ["=* 1 violates, 1 inconclusive, 1 deviates, 1 not offered, 1 not applicable, 1 conforms in *"]
    )
    assert {name: one["status"] for name, one in bed.allure().items()}["test_deviates"] == "failed"
    assert [child.tag for child in bed.junit()["test_inconclusive"]] == ["properties", "error"]
    assert len(list((bed.path / "allure").glob("environment.properties"))) == 1


def test_a_worker_that_dies_leaves_an_inconclusive_case(bed: Bed) -> None:
    bed.cases(EVERYTHING + "\n@requirement('RFC9293:MUST-13')\ndef test_dies(opened):\n    os._exit(1)\n")
    result = bed.run_apart("-n1", "--alluredir=allure")
    result.stdout.fnmatch_lines(["=* 1 violates, 2 inconclusive, 1 deviates, 1 not offered, *"])
    one = bed.verdicts()["test_dies"]
    assert (one["verdict"], one["family"], one["requirements"]) == ("inconclusive", "ipv4", ["RFC9293:MUST-13"])
    assert one["reason"].startswith("worker 'gw0' crashed while running ")
    assert bed.allure()["test_dies"]["status"] == "broken"


INTERRUPTED = """
@requirement("RFC9293:MUST-13")
def test_long(opened):
    import signal, time
    os.kill(os.%s(), signal.SIGINT)
    time.sleep(60)
"""


def test_an_interrupted_run_writes_what_was_judged(bed: Bed) -> None:
    bed.cases(EVERYTHING + INTERRUPTED % "getpid")
    result = bed.run_apart("--alluredir=allure")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["=* verdicts on lab:linux *=", "*KeyboardInterrupt*", "=* 1 violates*"])
    assert {name: one["verdict"] for name, one in bed.verdicts().items()} == WORDS
    assert (bed.path / "allure" / "categories.json").exists()


def test_an_interrupted_run_with_workers_writes_what_came_home(bed: Bed) -> None:
    bed.cases(EVERYTHING + INTERRUPTED % "getppid")
    result = bed.run_apart("-n1")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert {name: one["verdict"] for name, one in bed.verdicts().items()} == WORDS
