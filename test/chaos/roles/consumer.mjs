/** Chaos: a consumer process. What it begins, handles and hears is in the ledger before anything else happens; it ends with SIGTERM. */

import { Handling } from './handling.mjs';
import { Ownership } from './ownership.mjs';
import { beginRole } from './role.mjs';
import { slowSchema } from './slow-schema.mjs';

/** @typedef {{ lib: string, bootstrap: string, topic: string, group: string, protocol: Record<string, string | number>, options: Record<string, unknown>,
 *    handler: import('../types.js').HandlerPlan, schemaMs: number, start: 'earliest' | 'latest' }} Task */

const stop = new AbortController();
const ask = () => stop.abort();
// The service may be asked to end before it has come to its library.
process.once('SIGTERM', ask);
const { task, write } = /** @type {ReturnType<typeof beginRole<Task>>} */ (beginRole());
/** @type {typeof import('../../../dist/index.js')} */
const lib = await import(task.lib);

/** What a supervisor would do after a crash of the service: begin anew, after a moment. */
const AGAIN_MS = 500;

// With a schema the payloads have a type; what is written down of them is the same.
const inputs = /** @type {string} */ (
  /** @type {unknown} */ (task.schemaMs > 0 ? { [task.topic]: slowSchema(task.schemaMs) } : task.topic)
);
const consumer = new lib.Consumer({
  svc: task.m,
  bootstrapServers: task.bootstrap,
  groupId: task.group,
  inputTopics: inputs,
  ...task.options,
  kafkaConsumerConfig: {
    'reconnect.backoff.max.ms': 500,
    'topic.metadata.refresh.interval.ms': 5_000,
    'auto.offset.reset': task.start,
    ...task.protocol,
  },
});
const ownership = new Ownership(write);
ownership.listen(consumer, lib.CONSUMER_EVENTS);
const handling = new Handling({ task, write, ownership, consumer });
// After the ownership has been written down.
consumer.on('consumer.assigned', ({ partitions }) => void handling.seekWhenAssigned(partitions));
process.on('message', (message) => handling.plan(/** @type {never} */ (message)));

// The library's own way to end: it is what services use.
lib.shutdownSignal({ signals: ['SIGTERM'] }).addEventListener('abort', ask, { once: true });
process.off('SIGTERM', ask);

while (!stop.signal.aborted) {
  try {
    await consumer.process(handling.handler, { signal: stop.signal });
  } catch (error) {
    const { code, kafkaName, message } = /** @type {{ code?: string, kafkaName?: string, message: string }} */ (error);
    write('rejected', { code, kafka: kafkaName, message: message.slice(0, 400) });
    ownership.endAll();
    if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
handling.end();
await consumer.close();
// Whatever the library still held would be seen as a process that does not end.
write('ended');
