// Writes one record over TLS, having logged in by SCRAM, and tells its offset.
const fs = require('fs');
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap, authority, username, password, topic] = process.argv.slice(2);
const kafka = new Kafka({
  clientId: 'secure',
  brokers: [bootstrap],
  ssl: { ca: [fs.readFileSync(authority, 'utf8')] },
  sasl: { mechanism: 'scram-sha-512', username, password },
  logLevel: logLevel.ERROR,
});

async function run() {
  const producer = kafka.producer();
  await producer.connect();
  const sent = await producer.send({ topic, acks: -1, messages: [{ partition: 0, value: 'from node' }] });
  console.log(sent[0].baseOffset);
  await producer.disconnect();
}

run().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
