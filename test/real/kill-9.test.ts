// A consumer process is killed in the middle of a batch, again and again: what was not committed comes again, what was committed does not.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { type ConsumerConfig, type Position, Producer } from '../../src/index.js';

const SERVICE = fileURLToPath(new URL('support/slow-service.mjs', import.meta.url));
const PARTITIONS = 3;
const N = 1_500;
const KILLS = 5;
/** (maxUncommittedBatches + 1) x batchSize, with the defaults of the one and 20 of the other. */
const MOST_REPEATED_A_KILL = 100;

// The broker notices a dead member after its session timeout: short here, so that the next one need not wait.
const PROTOCOLS: Readonly<Record<string, ConsumerConfig>> = {
  classic: { 'session.timeout.ms': 1_500, 'heartbeat.interval.ms': 300 },
  'KIP-848': { 'group.protocol': 'consumer' },
};
const PROPERTIES = {
  'num.partitions': String(PARTITIONS),
  'group.min.session.timeout.ms': '1000',
  'group.consumer.session.timeout.ms': '1500',
  'group.consumer.min.session.timeout.ms': '1000',
  'group.consumer.heartbeat.interval.ms': '300',
  'group.consumer.min.heartbeat.interval.ms': '300',
};

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startKafka({ properties: PROPERTIES });
});
afterAll(() => kafka?.stop());

/** What is known of a run's positions: how often each was begun and handled, and up to where each partition is committed. */
interface Ledger {
  readonly begun: Map<string, number>;
  readonly handled: Map<string, number>;
  readonly committed: Map<number, number>;
  /** positions that were begun although an earlier process had heard them committed */
  readonly wronglyRepeated: string[];
}

test.for(Object.entries(PROTOCOLS))('%s', async ([name, config], { annotate }) => {
  const { bootstrapServers } = kafka;
  const topic = `kill-${name}`;
  await using producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers });
  await producer.produceBatch(Array.from({ length: N }, (_, i) => ({ id: null, payload: i, record: { partition: i % PARTITIONS } })));

  const ledger: Ledger = { begun: new Map(), handled: new Map(), committed: new Map(), wronglyRepeated: [] };
  const runService = (endAt: (begunBatches: number) => boolean): Promise<void> =>
    runUntilKilled([bootstrapServers, topic, topic, JSON.stringify(config)], ledger, endAt);
  for (let kill = 0; kill < KILLS; kill++) await runService((batches) => batches > 4 + 2 * kill);
  const handledBefore = ledger.handled.size;
  await runService(() => ledger.handled.size === N);

  const repeated = [...ledger.begun.values()].reduce((sum, times) => sum + times - 1, 0);
  await annotate(JSON.stringify({ name, kills: KILLS, handledBefore, repeated, wronglyRepeated: ledger.wronglyRepeated.length }));
  expect(handledBefore).toBeLessThan(N);
  expect(ledger.handled.size).toBe(N);
  expect(ledger.wronglyRepeated).toEqual([]);
  // Every kill met a batch that had begun and not ended, so something came again each time, and never more than the promise.
  expect(repeated).toBeGreaterThanOrEqual(KILLS);
  expect(repeated).toBeLessThanOrEqual(KILLS * MOST_REPEATED_A_KILL);
});

/** Runs the service and kills it as soon as `endAt` holds, which is asked at the beginning of each batch and after each one. */
async function runUntilKilled(args: readonly string[], ledger: Ledger, endAt: (begunBatches: number) => boolean): Promise<void> {
  const committedBefore = new Map(ledger.committed);
  const service = spawn(process.execPath, [SERVICE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    service.once('close', (code, signal) => resolve({ code, signal })),
  );
  let batches = 0;
  // What the process said before it died counts, also what is read after the kill.
  for await (const line of createInterface({ input: service.stdout })) {
    const [what, detail] = JSON.parse(line) as ['begun' | 'handled', readonly string[]] | ['committed', readonly Position[]];
    if (what === 'committed') {
      for (const { partition, offset } of detail) ledger.committed.set(partition, offset);
      continue;
    }
    for (const at of detail) ledger[what].set(at, (ledger[what].get(at) ?? 0) + 1);
    if (what === 'begun') {
      batches++;
      ledger.wronglyRepeated.push(...detail.filter((at) => isBefore(at, committedBefore)));
    }
    if (endAt(batches)) service.kill('SIGKILL');
  }
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
}

function isBefore(at: string, committed: ReadonlyMap<number, number>): boolean {
  const [partition = 0, offset = 0] = at.split(':').map(Number);
  return offset < (committed.get(partition) ?? 0);
}
