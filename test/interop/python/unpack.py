"""Reads records as JSON lines and says of each what the Python library makes of it."""

from command import lines_in, say
from envelope import unpack

for record in lines_in():
    try:
        item, ref = unpack(record["topic"], record["partition"], record["offset"], record["key"], record["value"])
        say({"item": item, "ref": ref})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        say({"error": type(error).__name__})
