"""What a beginner copies from a tutorial of confluent-kafka."""
import json
import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

bootstrap, topic = sys.argv[1:]

admin = AdminClient({"bootstrap.servers": bootstrap})
for future in admin.create_topics([NewTopic(topic, 2, 1)]).values():
    future.result(60)
assert topic in admin.list_topics(timeout=60).topics
for future in admin.create_partitions([NewPartitions(topic, 3)]).values():
    future.result(60)
for future in admin.describe_configs([ConfigResource("topic", topic)]).values():
    assert future.result(60)["retention.ms"].value == "604800000"

acknowledged = []
producer = Producer({"bootstrap.servers": bootstrap})
for number in range(20):
    producer.poll(0)
    producer.produce(
        topic, json.dumps({"number": number}).encode("utf-8"), partition=number % 2,
        callback=lambda error, record: acknowledged.append(error))
producer.flush(60)
assert acknowledged == [None] * 20, acknowledged


def consume(count, settings):
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest", **settings})
    consumer.subscribe([topic])
    numbers = []
    for _ in range(600):
        record = consumer.poll(0.1)
        if record is not None:
            assert record.error() is None, record.error()
            numbers.append(json.loads(record.value())["number"])
        if len(numbers) == count:
            break
    if settings.get("enable.auto.commit") is False:
        consumer.commit(asynchronous=False)
    consumer.close()
    return sorted(numbers)


assert consume(20, {}) == list(range(20))
producer.produce(topic, json.dumps({"number": 20}))
producer.flush(60)
cooperative = {"enable.auto.commit": False, "partition.assignment.strategy": "cooperative-sticky"}
assert consume(1, cooperative) == [20]

assert topic in [group.id for group in admin.list_groups(timeout=60)]
for future in admin.delete_topics([topic]).values():
    future.result(60)
print("done")
