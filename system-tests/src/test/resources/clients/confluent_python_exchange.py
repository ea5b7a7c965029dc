"""Writes lines of key|value, or reads records as key|value|client; nothing stands for null."""
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition


def delivered(error, record):
    if error is not None:
        raise RuntimeError(error)


def write(bootstrap, topic, codec, client):
    producer = Producer({
        "bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 20,
        "compression.type": codec})
    for line in sys.stdin:
        key, value = line.rstrip("\n").split("|")
        producer.produce(
            topic, partition=0, key=key or None, value=value or None,
            headers={"client": client}, on_delivery=delivered)
    left = producer.flush(60)
    assert left == 0, f"{left} records were not acknowledged"


def read(bootstrap, topic, count):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "exchange"})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    for _ in range(int(count)):
        record = consumer.poll(60)
        assert record is not None and record.error() is None, record and record.error()
        print("|".join([
            (record.key() or b"").decode(), (record.value() or b"").decode(),
            dict(record.headers())["client"].decode()]))
    consumer.close()


{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
