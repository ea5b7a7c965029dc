"""Commits and aborts by turns, and reads what was committed: BOOTSTRAP TOPIC."""
import sys
from confluent_kafka import Consumer, Producer

bootstrap, topic = sys.argv[1:3]
source = topic + "-source"

plain = Producer({"bootstrap.servers": bootstrap})
for number in range(20):
    plain.produce(source, str(number), partition=0)
assert plain.flush(30) == 0

producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": topic})
producer.init_transactions(30)
consumer = Consumer({
    "bootstrap.servers": bootstrap,
    "group.id": topic,
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
})
consumer.subscribe([source])
copied = 0
turn = 0
while copied < 20:
    messages = consumer.consume(5, 1.0)
    if not messages:
        continue
    turn += 1
    producer.begin_transaction()
    for message in messages:
        assert message.error() is None, message.error()
        producer.produce(topic, message.value(), partition=0)
    producer.send_offsets_to_transaction(
        consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
    if turn % 2:
        producer.abort_transaction(30)
        for partition in consumer.committed(consumer.assignment(), 30):
            partition.offset = max(partition.offset, 0)
            consumer.seek(partition)
    else:
        producer.commit_transaction(30)
        copied += len(messages)
consumer.close()

reader = Consumer({
    "bootstrap.servers": bootstrap,
    "group.id": topic + "-reader",
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
})
reader.subscribe([topic])
values = []
while len(values) < 20:
    message = reader.poll(1.0)
    if message is not None:
        assert message.error() is None, message.error()
        values.append(int(message.value()))
reader.close()
assert values == list(range(20)), values
print("done")
