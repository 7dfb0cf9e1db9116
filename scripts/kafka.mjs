/** `npm run kafka -- --brokers 1|3` or `-- --secure`: a real Kafka for as long as this runs; prints what to connect with when the brokers answer. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startKafka } from './kafka/cluster.mjs';
import { describeDoors } from './kafka/doors.mjs';
import { startSecureKafka } from './kafka/secure.mjs';
import { runMain, SetupError } from './setup/report.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { brokers: { type: 'string', default: '1' }, secure: { type: 'boolean', default: false } } });
  const brokers = Number(values.brokers);
  if (![1, 3].includes(brokers)) throw new SetupError(`--brokers is 1 or 3, got ${values.brokers}`);
  if (values.secure && brokers !== 1) throw new SetupError('--secure is one broker');
  const signalled = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stderr.write(
    `starting ${brokers} broker${brokers === 1 ? '' : 's'} (about ${values.secure ? 12 : brokers === 1 ? 5 : 11} s) ...\n`,
  );
  /** @type {Promise<import('./kafka/cluster.mjs').RunningKafka & Partial<import('./kafka/secure.mjs').SecureKafka>>} */
  const starting = values.secure ? startSecureKafka() : startKafka({ brokers });
  // A signal during the start waits for it to end: a half-started cluster cannot be stopped in order.
  const kafka = await starting;
  process.stdout.write(`bootstrap.servers=${kafka.bootstrapServers}\n`);
  if (kafka.security !== undefined) process.stdout.write(`\n${describeDoors(kafka.security)}`);
  process.stderr.write(`data and logs: ${kafka.folder}; Ctrl-C stops and removes them\n`);
  await signalled;
  process.stderr.write('stopping ...\n');
  await kafka.stop();
});
