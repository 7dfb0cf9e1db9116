"""Writes records to a topic and says where each one landed, in the order of the input.

A record is a JSON line: key (text or null), and one of
  item (with svc, refs, dt)  packed as the Python library packs it
  text                       the value as it is
  bytes                      the value in base64
  none of them               a null value
and optionally partition and headers ([name, text or null] each)."""

import base64
import sys

from command import config, lines_in, options, say
from confluent_kafka import Producer
from envelope import pack


def value_of(record):
    if "item" in record:
        return pack(record.get("svc", "python"), record["item"], record.get("refs", []), record.get("dt"))
    if "bytes" in record:
        return base64.b64decode(record["bytes"])
    return record.get("text")


args = options("topic")
producer = Producer(config(args))
landed = []


def on_delivery(slot, error, message):
    if error is not None:
        sys.exit(f"record {slot} was not delivered: {error}")
    landed[slot] = {"partition": message.partition(), "offset": message.offset()}


for slot, record in enumerate(lines_in()):
    landed.append(None)
    where = {"partition": record["partition"]} if "partition" in record else {}
    producer.produce(
        args.topic,
        value=value_of(record),
        key=record.get("key"),
        headers=[tuple(header) for header in record.get("headers", [])],
        on_delivery=lambda error, message, slot=slot: on_delivery(slot, error, message),
        **where,
    )
    producer.poll(0)
producer.flush()
for delivery in landed:
    say(delivery)
