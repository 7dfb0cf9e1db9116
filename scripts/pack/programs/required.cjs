/** A user's program in CommonJS: the same as esm.mjs, through require(). */
const { Consumer, Producer } = require('@predicthq/kafka');
const { EmbeddedBroker } = require('@predicthq/kafka/testing');

async function main() {
  const broker = await EmbeddedBroker.start({ topics: { quakes: 1 } });
  const { bootstrapServers } = broker;
  const producer = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers });
  await producer.produceBatch([1, 2, 3].map((payload) => ({ id: `m${payload}`, payload })));
  await producer.close();

  const kafkaConsumerConfig = /** @type {const} */ ({ 'auto.offset.reset': 'earliest' });
  const consumer = new Consumer({ bootstrapServers, groupId: 'g', inputTopics: 'quakes', kafkaConsumerConfig });
  let count = 0;
  await consumer.process((messages) => {
    count += messages.length;
    if (count === 3) void consumer.close();
  });
  await broker.close();
  console.log(`${count} messages`);
}

void main();
