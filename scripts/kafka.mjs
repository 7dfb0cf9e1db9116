/** `npm run kafka -- --brokers 1|3`: a real Kafka for as long as this runs; prints its bootstrap servers when the brokers answer. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startKafka } from './kafka/cluster.mjs';
import { runMain, SetupError } from './setup/report.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { brokers: { type: 'string', default: '1' } } });
  const brokers = Number(values.brokers);
  if (![1, 3].includes(brokers)) throw new SetupError(`--brokers is 1 or 3, got ${values.brokers}`);
  const signalled = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stderr.write(`starting ${brokers} broker${brokers === 1 ? '' : 's'} (about ${brokers === 1 ? 5 : 11} s) ...\n`);
  const starting = startKafka({ brokers });
  // A signal during the start waits for it to end: a half-started cluster cannot be stopped in order.
  const kafka = await starting;
  process.stdout.write(`bootstrap.servers=${kafka.bootstrapServers}\n`);
  process.stderr.write(`data and logs: ${kafka.folder}; Ctrl-C stops and removes them\n`);
  await signalled;
  process.stderr.write('stopping ...\n');
  await kafka.stop();
});
