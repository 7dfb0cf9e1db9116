"""Reads a topic from its beginning until COUNT records have come and says what each one holds, as the Python library understands it."""

import time

from command import config, options, say
from confluent_kafka import Consumer, KafkaException, TopicPartition
from envelope import unpack

WITHIN_SECONDS = 80


def text_of(data):
    return None if data is None else data.decode()


def describe(message):
    key, value = text_of(message.key()), message.value()
    item, ref = (None, None) if value is None else unpack(message.topic(), message.partition(), message.offset(), key, value)
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "key": key,
        "timestampMs": message.timestamp()[1],
        "headers": [[name, text_of(data)] for name, data in message.headers() or []],
        "isTombstone": value is None,
        "item": item,
        "ref": ref,
    }


args = options("topic", "count")
consumer = Consumer(config(args, group_id="read.py"))
partitions = consumer.list_topics(args.topic, timeout=WITHIN_SECONDS).topics[args.topic].partitions
consumer.assign([TopicPartition(args.topic, partition, 0) for partition in partitions])
left = int(args.count)
deadline = time.monotonic() + WITHIN_SECONDS
while left > 0:
    if time.monotonic() > deadline:
        raise SystemExit(f"{left} of {args.count} records of {args.topic} did not come within {WITHIN_SECONDS} s")
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        raise KafkaException(message.error())
    say(describe(message))
    left -= 1
consumer.close()
