"""What a kept result can do without: the names of files that are not kept with it, and times below the microsecond."""

from __future__ import annotations

import json
from collections.abc import Container
from typing import Any


def lean_document(document: dict[str, Any], kept: Container[str]) -> dict[str, Any]:
    """Return the document of a run whose evidence is named only as far as it is among the files that are `kept`."""
    verdicts = [
        {**one, "evidence": [path for path in one["evidence"] if path in kept], "seconds": round(one["seconds"], 3)}
        for one in document["verdicts"]
    ]
    return {**document, "verdicts": verdicts}


def lean_exchange(octets: bytes) -> bytes:
    """Return a plain transcript with its times, seconds, rounded to microseconds: a third of it were their digits."""
    document = json.loads(octets)
    for entry in document["entries"]:
        entry["at"] = round(entry["at"], 6)
    return json.dumps(document, ensure_ascii=False).encode()
