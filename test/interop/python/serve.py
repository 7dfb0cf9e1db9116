"""A Python service in a consumer group: takes batches, passes each message on with its history (unless OUTPUT is "-"), commits, and leaves in good
order when its input ends.

Says {"assigned": [partition, ...]} and {"revoked": [...]}, then per batch {"handled": [{"from": {partition, offset, key}, "to": ...}, ...]} once its
positions are committed, and at last {"left": true}."""

import sys
import threading

from command import config, options, say
from confluent_kafka import Consumer, KafkaException, Producer
from envelope import pack, unpack

BATCH_SIZE = 50
TIMEOUT_SECONDS = 0.1

args = options("svc", "group", "input", "output")
leaving = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), leaving.set()), daemon=True).start()

producer = Producer(config(args))
consumer = Consumer(
    config(
        args,
        group_id=args.group,
        auto_offset_reset="earliest",
        enable_auto_commit="false",
        partition_assignment_strategy="range,roundrobin",
    )
)


def say_partitions(word):
    return lambda _, partitions: say({word: sorted(each.partition for each in partitions)})


def position(message):
    key = message.key()
    return {"partition": message.partition(), "offset": message.offset(), "key": None if key is None else key.decode()}


def pass_on(message):
    here = position(message)
    outcome = {"from": here, "to": None}
    if args.output == "-":
        return outcome
    item, ref = unpack(message.topic(), here["partition"], here["offset"], here["key"], message.value())

    def on_delivery(error, delivered):
        if error is not None:
            sys.exit(f"{here} was not passed on: {error}")
        outcome["to"] = {"partition": delivered.partition(), "offset": delivered.offset()}

    producer.produce(args.output, value=pack(args.svc, item, [ref]), key=message.key(), on_delivery=on_delivery)
    return outcome


consumer.subscribe([args.input], on_assign=say_partitions("assigned"), on_revoke=say_partitions("revoked"))
while not leaving.is_set():
    messages = consumer.consume(BATCH_SIZE, TIMEOUT_SECONDS)
    for message in messages:
        if message.error():
            raise KafkaException(message.error())
    if not messages:
        continue
    outcomes = [pass_on(message) for message in messages]
    producer.flush()
    consumer.commit(asynchronous=False)
    say({"handled": outcomes})
consumer.close()
say({"left": True})
