"""Two members of a group share the work, then one takes over all of it."""
import sys
import threading
import time

from kafka import KafkaConsumer, KafkaProducer

bootstrap, topic = sys.argv[1:]


class Member(threading.Thread):
    """Polls in a thread of its own, because a poll lasts as long as a rebalance."""

    def __init__(self):
        super().__init__(daemon=True)
        self.consumer = KafkaConsumer(
            topic, bootstrap_servers=bootstrap, group_id=topic, auto_offset_reset="earliest",
            heartbeat_interval_ms=200)
        self.partitions = 0
        self.seen = set()
        self.leaving = threading.Event()
        self.start()

    def run(self):
        while not self.leaving.is_set():
            for partition in self.consumer.poll(timeout_ms=50):
                self.seen.add(partition.partition)
            self.partitions = len(self.consumer.assignment())
        self.consumer.close()

    def leave(self):
        self.leaving.set()
        self.join(60)


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, [first.partitions, first.seen]
        time.sleep(0.02)


first = Member()
wait_until(lambda: first.partitions == 2)
second = Member()
wait_until(lambda: first.partitions == second.partitions == 1)
second.leave()
wait_until(lambda: first.partitions == 2)
producer = KafkaProducer(bootstrap_servers=bootstrap)
for number in (0, 1):
    producer.send(topic, partition=number, value=b"x").get(timeout=60)
wait_until(lambda: first.seen == {0, 1})
first.leave()
print("done")
