// Confluent's JavaScript client of the registry, with its serializers for all three formats.
const assert = require('assert');
const {
  SchemaRegistryClient, SerdeType, Compatibility,
  AvroSerializer, AvroDeserializer, JsonSerializer, JsonDeserializer,
} = require('@confluentinc/schemaregistry');

const [registry, prefix] = process.argv.slice(2);
const client = new SchemaRegistryClient({ baseURLs: [registry] });
const latest = { useLatestVersion: true, autoRegisterSchemas: false };

const order = (fields) => JSON.stringify({
  type: 'record', name: 'Order', fields: [{ name: 'id', type: 'int' }, ...fields],
});

async function refused(code, call) {
  try {
    await call();
  } catch (error) {
    const found = error.errorCode ?? error.response?.data?.error_code ?? error.status;
    assert.strictEqual(found, code, error.message);
    return;
  }
  assert.fail(`expected ${code}`);
}

async function avro() {
  const topic = `${prefix}-avro`;
  const subject = `${topic}-value`;
  const schema = { schema: order([{ name: 'what', type: 'string' }]), schemaType: 'AVRO' };
  const id = await client.register(subject, schema);
  assert.strictEqual(await client.register(subject, schema), id);
  assert.strictEqual(await client.getId(subject, schema), id);
  assert.strictEqual(await client.getVersion(subject, schema), 1);
  assert((await client.getAllSubjects()).includes(subject));
  assert.deepStrictEqual(await client.getAllVersions(subject), [1]);
  assert(await client.testSubjectCompatibility(subject, schema));
  const incompatible = { schema: order([{ name: 'count', type: 'long' }]), schemaType: 'AVRO' };
  assert(!(await client.testSubjectCompatibility(subject, incompatible)));
  await refused(409, () => client.register(subject, incompatible));

  const bytes = await new AvroSerializer(client, SerdeType.VALUE, latest)
    .serialize(topic, { id: 1, what: 'tea' });
  assert.strictEqual(bytes[0], 0);
  assert.strictEqual(bytes.readInt32BE(1), id);
  const read = await new AvroDeserializer(client, SerdeType.VALUE, {}).deserialize(topic, bytes);
  assert.deepStrictEqual({ ...read }, { id: 1, what: 'tea' });

  assert.strictEqual(
    await client.updateCompatibility(subject, Compatibility.Full), Compatibility.Full);
  assert.strictEqual(await client.getCompatibility(subject), Compatibility.Full);
  return subject;
}

async function json() {
  const topic = `${prefix}-json`;
  const schema = JSON.stringify({
    type: 'object', properties: { a: { type: 'integer' } }, required: ['a'],
  });
  await client.register(`${topic}-value`, { schema, schemaType: 'JSON' });
  const writer = new JsonSerializer(client, SerdeType.VALUE, { ...latest, validate: true });
  const bytes = await writer.serialize(topic, { a: 1 });
  const reader = new JsonDeserializer(client, SerdeType.VALUE, { validate: true });
  assert.deepStrictEqual(await reader.deserialize(topic, bytes), { a: 1 });
  await assert.rejects(() => writer.serialize(topic, { a: 'one' }));
}

async function protobuf() {
  const subject = `${prefix}-proto-value`;
  const common = 'syntax = "proto3"; package common; message Money { int64 cents = 1; }';
  await client.register(`${prefix}-money`, { schema: common, schemaType: 'PROTOBUF' });
  const id = await client.register(subject, {
    schema: 'syntax = "proto3"; import "money.proto"; message Bill { common.Money sum = 1; }',
    schemaType: 'PROTOBUF',
    references: [{ name: 'money.proto', subject: `${prefix}-money`, version: 1 }],
  });
  const found = await client.getBySubjectAndId(subject, id);
  assert.strictEqual(found.schemaType, 'PROTOBUF');
  assert.strictEqual(found.references[0].subject, `${prefix}-money`);
  return subject;
}

async function main() {
  const subject = await avro();
  await json();
  const bill = await protobuf();
  assert.deepStrictEqual(await client.deleteSubject(bill), [1]);
  assert.deepStrictEqual(await client.deleteSubject(bill, true), [1]);
  await refused(40401, () => client.getLatestSchemaMetadata(bill));
  assert.strictEqual(await client.deleteSubjectVersion(subject, 1), 1);
  await refused(40401, () => client.getAllVersions(subject));
  console.log('done');
}

main().catch((error) => {
  console.error('FAILED', error.stack, error.response?.data);
  process.exit(1);
});
