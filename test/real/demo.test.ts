// The demo on a real Kafka makes topics of its own, loses nothing, and leaves no topic behind, whether it ends or is interrupted.
import { expect, test } from 'vitest';
import { startKafka } from '../../scripts/kafka/cluster.mjs';
import { Admin } from '../../src/engine/admin.js';
import { runPhqKafka } from '../scenarios/support/demo.js';

test('the demo cleans up after itself', async () => {
  const kafka = await startKafka();
  try {
    const { bootstrapServers } = kafka;
    const complete = await runPhqKafka(['demo', '--repeat', '3', '--bootstrap', bootstrapServers]);
    expect(complete).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing lost: 5,121 in, 5,121 out') });
    expect(complete.stdout).toMatch(/^phq-demo-\d{14}-[0-9a-f]{6}\.alerts:\d:\d+ {2}us1000chhc/m);

    let isSent = false;
    const interrupted = await runPhqKafka(['demo', '--repeat', '10000', '--bootstrap', bootstrapServers], {
      onStderr: (stderr, kill) => {
        if (isSent || !/ 0% {2}ingest [1-9]/.test(stderr)) return;
        isSent = true;
        kill('SIGINT');
      },
    });
    expect(interrupted.exitCode).toBe(130);
    expect(await topicsOf(bootstrapServers)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^phq-demo/)]));
  } finally {
    await kafka.stop();
  }
});

async function topicsOf(bootstrapServers: string): Promise<string[]> {
  await using admin = new Admin({ config: [['bootstrap.servers', bootstrapServers]] });
  return (await admin.metadata()).topics.map(({ name }) => name);
}
