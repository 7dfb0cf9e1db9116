// A process ends by itself when nobody waits for anything, and not before: forgotten clients do not hold it, awaited records do.
import { expect, test } from 'vitest';
import { runScript } from './support/run-script.js';

const OPEN = `
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  const producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers });
`;

test('a forgotten producer and a forgotten broker let the process end', async () => {
  const ended = await runScript(`${OPEN} await producer.produce({ id: null, payload: 1 }); console.log('produced');`);
  expect(ended).toEqual({ exitCode: 0, stdout: 'produced\n', stderr: '' });
});

test('a record that somebody waits for keeps the process alive until it is acknowledged', async () => {
  const ended = await runScript(`${OPEN}
    await producer.connect();
    broker.latency(1, 500);
    producer.produce({ id: null, payload: 1 }).then(({ offset }) => console.log('offset', offset));`);
  expect(ended).toEqual({ exitCode: 0, stdout: 'offset 0\n', stderr: '' });
});

test('a broker of which nobody has kept more than the address runs on', async () => {
  const ended = await runScript(
    `const start = async () => (await EmbeddedBroker.start({ topics: { t: 1 } })).bootstrapServers;
    const producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: await start() });
    await producer.connect();
    for (let turn = 0; turn < 20; turn++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log('offset', (await producer.produce({ id: null, payload: 1 })).offset);`,
    ['--expose-gc'],
  );
  expect(ended).toEqual({ exitCode: 0, stdout: 'offset 0\n', stderr: '' });
});

test('process.exit with records in flight ends at once and cleanly', async () => {
  const ended = await runScript(`${OPEN}
    await producer.connect();
    broker.brokerDown();
    void producer.produce({ id: null, payload: 1 });
    console.log('leaving');
    process.exit(7);`);
  expect(ended).toMatchObject({ exitCode: 7, stdout: 'leaving\n' });
});

test('importing the library and making a producer loads no addon', async () => {
  const ended = await runScript(`
    new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: 'localhost:1' });
    process.report.excludeNetwork = true;
    console.log(process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node')));`);
  expect(ended).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
});
