"""What the Python library does, on confluent-kafka: consume(500), json.loads of the whole value and a ref of it, the handler, a commit that is waited
for; json.dumps, produce, flush. With `queued.min.messages` 100000 instead of its 100, which would cost it two thirds of the rate."""

import json
import re
import resource
import sys
import threading
import time
from datetime import datetime, timezone

from confluent_kafka import Consumer, KafkaException, Producer


class Meter:
    """As bench/meter.mjs."""

    started = None

    def start(self):
        if self.started is None:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
            self.cpu, self.main, self.started = cpu_us(), main_us(), time.perf_counter()

    def stop(self, messages, rank_sum, notes):
        seconds = time.perf_counter() - self.started
        return {
            "rate": round(messages / seconds),
            "cpuUs": (cpu_us() - self.cpu) / messages,
            "mainUs": (main_us() - self.main) / messages,
            "peakMb": peak_mb(),
            "rankSum": rank_sum,
            "notes": notes,
        }


def cpu_us():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1e6


def main_us():
    with open(f"/proc/self/task/{threading.main_thread().native_id}/schedstat") as file:
        return int(file.read().split()[0]) / 1000


def peak_mb():
    with open("/proc/self/status") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) * 1024 / 1e6


def consume(task):
    consumer = Consumer(
        {
            "bootstrap.servers": task["bootstrapServers"],
            "group.id": task["groupId"],
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "queued.min.messages": 100000,
            "fetch.queue.backoff.ms": 10,
        }
    )
    consumer.subscribe([task["topic"]])
    meter, seen, rank_sum, batches = Meter(), 0, 0, 0
    while seen < task["messages"]:
        records = consumer.consume(task["batchSize"], 0.5)
        if not records:
            continue
        meter.start()
        batches += 1
        messages = [unpack(record) for record in records]
        rank_sum += sum(item["rank"] for item, _ in messages)
        consumer.commit(asynchronous=False)
        seen += len(records)
    sample = meter.stop(seen, rank_sum, {"batches": batches, "commits confirmed": batches})
    consumer.close()
    return sample


def unpack(record):
    if record.error():
        raise KafkaException(record.error())
    envelope = json.loads(record.value())
    ref = {
        "topic": record.topic(),
        "partition": record.partition(),
        "offset": record.offset(),
        "key": record.key().decode(),
        "hist": envelope["hist"],
    }
    return envelope["item"], ref


def produce(task):
    with open(task["eventsFile"]) as file:
        pool = [json.loads(line) for line in file]
    producer = Producer({"bootstrap.servers": task["bootstrapServers"], "acks": "all", "compression.type": "snappy"})

    def send(items):
        dt = datetime.now(timezone.utc).isoformat()
        for item in items:
            value = json.dumps({"item": item, "hist": {"svc": "bench", "dt": dt, "refs": []}})
            producer.produce(task["topic"], key=item["id"], value=value, on_delivery=check)
        producer.flush()

    size, total = task["batchSize"], task["messages"]
    batches = [[pool[n % len(pool)] for n in range(at, min(total, at + size))] for at in range(0, total, size)]
    send(batches[0])
    meter = Meter()
    meter.start()
    for batch in batches:
        send(batch)
    return meter.stop(total, 0, {})


def check(error, _):
    if error is not None:
        raise KafkaException(error)


print(json.dumps({"consume": consume, "produce": produce}[sys.argv[1]](json.loads(sys.argv[2]))))
