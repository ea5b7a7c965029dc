"""Writes lines of key|value, or reads records as key|value|client; nothing stands for null."""
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition


def write(bootstrap, topic, codec, client):
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=20,
        compression_type=None if codec == "none" else codec)
    sent = []
    for line in sys.stdin:
        key, value = line.rstrip("\n").split("|")
        sent.append(producer.send(
            topic, partition=0, key=key.encode() or None, value=value.encode() or None,
            headers=[("client", client.encode())]))
    for future in sent:
        future.get(timeout=60)


def read(bootstrap, topic, count):
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, consumer_timeout_ms=60000)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    for _ in range(int(count)):
        record = next(consumer)
        print("|".join([
            (record.key or b"").decode(), (record.value or b"").decode(),
            dict(record.headers)["client"].decode()]))
    consumer.close()


{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
