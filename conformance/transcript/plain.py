"""The transcript as plain values: everything that the other forms are made of, for programs.

`dump` and `load` are each other's inverse: text, ladder and capture of what was loaded are the same to the octet.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from conformance.segment import compose, parse
from conformance.transcript import Entry, Transcript, Who

VERSION = 1

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def dump(transcript: Transcript) -> bytes:
    """Return the transcript as JSON, one entry in a line.

    `epoch` and `at` are seconds, `packet` and `segment` the octets of an IP packet in hexadecimal digits: `segment`
    where it was read as one of TCP. `fragments` are what a segment went in, if it did. What an entry has not is left
    out.
    """
    entries = ",\n".join(_ENCODE(_entry(entry)) for entry in transcript.entries)
    head = f'"version":{VERSION},"epoch":{transcript.epoch!r}'
    return f'{{{head},"entries":[\n{entries}\n]}}\n'.encode()


def _entry(entry: Entry) -> dict[str, Any]:
    values = {
        "at": entry.at,
        "who": entry.who,
        "segment": (entry.segment.raw or bytes(compose(entry.segment))).hex() if entry.segment else None,
        "packet": entry.packet.hex() or None,
        "text": entry.text or None,
        "iss": entry.iss,
        "irs": entry.irs,
        "fragments": [fragment.hex() for fragment in entry.fragments] or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def load(octets: bytes) -> Transcript:
    """Take back what `dump` gave. ValueError for anything else."""
    document = json.loads(octets)
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ValueError(f"no transcript of version {VERSION}")
    try:
        return Transcript(float(document["epoch"]), [_load(entry) for entry in document["entries"]])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no transcript: {error!r}") from None


def _load(values: dict[str, Any]) -> Entry:
    if values["who"] not in get_args(Who):
        raise ValueError(f"nobody is called {values['who']}")
    segment = parse(bytes.fromhex(values["segment"]), values["at"]) if "segment" in values else None
    return Entry(
        at=values["at"],
        who=values["who"],
        segment=segment,
        text=values.get("text", ""),
        packet=bytes.fromhex(values.get("packet", "")),
        iss=values.get("iss"),
        irs=values.get("irs"),
        fragments=tuple(bytes.fromhex(fragment) for fragment in values.get("fragments", ())),
    )
