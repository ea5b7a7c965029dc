"""Writes and reads one record with the settings of a file that is made for librdkafka."""
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

path, topic = sys.argv[1:]
with open(path, encoding="utf-8") as lines:
    settings = dict(line.strip().split("=", 1) for line in lines if "=" in line and line[0] != "#")
producer = Producer(settings)
producer.produce(topic, partition=0, value="from python")
assert producer.flush(60) == 0, "the record was not acknowledged"
consumer = Consumer({**settings, "group.id": "secure"})
consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
record = consumer.poll(60)
assert record is not None and record.error() is None, record and record.error()
print(record.value().decode())
consumer.close()
