import json

from items import SUBJECT

from conformance.target.subject import Route, Subject


def test_subject_comes_back_from_plain_values_as_it_was():
    route = Route("192.0.2.2", ("192.0.2.1",), "192.0.2.254", second="192.0.2.3", broadcast="192.0.2.255")
    subject = Subject("ecu", "eth0", {"ipv4": route}, 80, 81, SUBJECT.timing, agent=("192.0.2.2", 10000))
    assert Subject.from_plain(json.loads(json.dumps(subject.plain()))) == subject
