"""The wire format as the Python library reads and writes it. test/vectors/python-golden.json, recorded from that library, holds this file to it."""

import json
from datetime import datetime, timezone

MAX_HOPS = 100


def pack(svc, item, refs, dt=None):
    """A record's value: json.dumps as it comes, so ASCII escapes and ", " and ": " between the parts."""
    return json.dumps({"item": item, "hist": {"svc": svc, "dt": dt or now(), "refs": refs}})


def unpack(topic, partition, offset, key, value):
    """The item, and a ref to the record that carries its history. Raises what json and dict raise."""
    envelope = json.loads(value)
    hist = envelope.get("hist") if isinstance(envelope, dict) else None
    ref = {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "key": key,
        "hist": None if is_forgotten(hist) else hist,
    }
    return envelope["item"], ref


def is_forgotten(hist):
    """The library forgets a whole history with 100 hops in a line, or with a single ref where a list belongs."""
    still_open = [(hist, 1)] if hist else []
    while still_open:
        hist, hops = still_open.pop()
        refs = hist.get("refs")
        if hops >= MAX_HOPS or isinstance(refs, dict):
            return True
        still_open += [(ref["hist"], hops + 1) for ref in refs or [] if ref.get("hist")]
    return False


def now():
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
