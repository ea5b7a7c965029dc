"""What a beginner copies from a tutorial of kafka-python."""
import json
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata

bootstrap, topic = sys.argv[1:]

admin = KafkaAdminClient(bootstrap_servers=bootstrap, client_id="tutorial")
admin.create_topics([NewTopic(name=topic, num_partitions=2, replication_factor=1)])
assert topic in admin.list_topics()

producer = KafkaProducer(
    bootstrap_servers=[bootstrap], value_serializer=lambda value: json.dumps(value).encode("utf-8"))
for number in range(20):
    producer.send(topic, partition=number % 2, value={"number": number, "text": "안녕"})
producer.flush()


def consumer(**settings):
    return KafkaConsumer(
        topic, bootstrap_servers=[bootstrap], auto_offset_reset="earliest", group_id=topic,
        value_deserializer=lambda value: json.loads(value.decode("utf-8")), **settings)


first = consumer(enable_auto_commit=True, consumer_timeout_ms=60000)
numbers = [next(first).value["number"] for _ in range(20)]
assert sorted(numbers) == list(range(20)), numbers
first.close()

producer.send(topic, {"number": 20, "text": "after"})
producer.flush()
second = consumer(enable_auto_commit=False, consumer_timeout_ms=60000)
record = next(second)
assert record.value == {"number": 20, "text": "after"}, record
second.commit({TopicPartition(topic, record.partition): OffsetAndMetadata(record.offset + 1, "")})
assert second.committed(TopicPartition(topic, record.partition)) == record.offset + 1
second.close()

assert topic in [group for group, _ in admin.list_consumer_groups()]
admin.delete_topics([topic])
print("done")
