// What a beginner copies from a tutorial of kafkajs.
const assert = require('assert');
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap, topic] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'tutorial', brokers: [bootstrap], logLevel: logLevel.ERROR });

async function consume(count) {
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const numbers = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      eachMessage: async ({ message }) => {
        numbers.push(JSON.parse(message.value.toString()).number);
        if (numbers.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return numbers.sort((a, b) => a - b);
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] });
  assert((await admin.listTopics()).includes(topic));

  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const messages = [...Array(20).keys()].map((number) => ({ key: `k${number}`, value: JSON.stringify({ number }) }));
  await producer.send({ topic, messages });
  assert.deepStrictEqual(await consume(20), [...Array(20).keys()]);

  await producer.send({ topic, messages: [{ value: JSON.stringify({ number: 20 }) }] });
  assert.deepStrictEqual(await consume(1), [20]);
  await producer.disconnect();

  const offsets = await admin.fetchTopicOffsets(topic);
  assert.strictEqual(offsets.reduce((sum, { high }) => sum + Number(high), 0), 21);
  assert((await admin.listGroups()).groups.some(({ groupId }) => groupId === topic));
  await admin.deleteGroups([topic]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

main().then(() => { console.log('done'); process.exit(0); }, (error) => { console.error(error); process.exit(1); });
