/** A user's program as an ES module; esbuild bundles it as well. Writes three messages, reads them, prints how many came. */
import { Consumer, Producer } from '@predicthq/kafka';
import { EmbeddedBroker } from '@predicthq/kafka/testing';

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
