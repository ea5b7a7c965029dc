// Writes lines of key|value, or reads records as key|value|client; nothing stands for null.
const fs = require('fs');
const { Kafka, CompressionTypes, logLevel } = require('kafkajs');

const [mode, bootstrap, topic, ...rest] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'exchange', brokers: [bootstrap], logLevel: logLevel.ERROR });

async function write(codec, client) {
  const producer = kafka.producer();
  await producer.connect();
  const lines = fs.readFileSync(0, 'utf8').trimEnd().split('\n');
  const messages = lines.map((line) => {
    const [key, value] = line.split('|');
    return { partition: 0, key: key || null, value: value || null, headers: { client } };
  });
  const compression = codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
  await producer.send({ topic, compression, acks: -1, messages });
  await producer.disconnect();
}

async function read(count) {
  const consumer = kafka.consumer({ groupId: `exchange-${topic}-${process.pid}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const read = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      eachMessage: async ({ message }) => {
        read.push([message.key, message.value, message.headers.client].map((b) => (b ? b.toString() : '')).join('|'));
        if (read.length === Number(count)) resolve();
      },
    });
  });
  console.log(read.join('\n'));
  await consumer.disconnect();
}

const run = mode === 'write' ? write(...rest) : read(...rest);
run.then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
