// A Python and a TypeScript member share one classic group under load: each joins, leaves and takes over, and every message is handled once.
import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { within } from '../support/consuming.js';
import { javaTool } from './support/java.js';
import { at, bootstrapServers, freshTopic } from './support/kafka.js';
import { startPythonService } from './support/python-service.js';

const PARTITIONS = 6;
const WITHIN_MS = 60_000;
/** What a call of our handler takes, so that the other's joining and leaving meet one that runs. */
const HANDLER_MS = 10;
/** How far the load may run ahead of the handlers. */
const AHEAD = 1_000;
/** Messages that a phase lasts: each member that is to be at work handles some of them. */
const A_PHASE = 600;

type Name = 'python' | 'ours';

/** Who has what and who handled what, and a way to wait for it to change. */
class Ledger {
  readonly handledBy = new Map<string, Name[]>();
  readonly counts: Record<Name, number> = { python: 0, ours: 0 };
  readonly owned: Record<Name, readonly number[]> = { python: [], ours: [] };
  readonly #waiting = new Set<() => void>();

  assign(name: Name, partitions: readonly number[]): void {
    this.owned[name] = partitions;
    this.#notify();
  }

  handle(name: Name, positions: readonly { readonly partition: number; readonly offset: number }[]): void {
    for (const position of positions) this.handledBy.set(at(position), [...(this.handledBy.get(at(position)) ?? []), name]);
    this.counts[name] += positions.length;
    this.#notify();
  }

  async until(holds: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + WITHIN_MS;
    const late = setTimeout(() => this.#notify(), WITHIN_MS + 1);
    try {
      while (!holds()) {
        if (performance.now() >= deadlineMs) throw new Error(`Not so in time: ${holds}; ${JSON.stringify([this.counts, this.owned])}`);
        await new Promise<void>((resolve) => void this.#waiting.add(resolve));
      }
    } finally {
      clearTimeout(late);
    }
  }

  /** Until this member has handled as many messages again as a phase lasts. */
  async goesOn(name: Name): Promise<void> {
    const goal = this.counts[name] + A_PHASE;
    await this.until(() => this.counts[name] >= goal);
  }

  #notify(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function joinPython(topic: string, ledger: Ledger): { leave(): Promise<void> } {
  const service = startPythonService(
    { svc: 'python', group: topic, input: topic },
    {
      onAssigned: (partitions) => ledger.assign('python', partitions),
      onHandled: (messages) =>
        ledger.handle(
          'python',
          messages.map(({ from }) => from),
        ),
    },
  );
  cleanUps.push(async () => service[Symbol.asyncDispose]());
  return { leave: () => within(WITHIN_MS, service.leave()) };
}

function joinOurs(topic: string, ledger: Ledger): { leave(): Promise<void> } {
  const consumer = new Consumer({
    bootstrapServers,
    groupId: topic,
    inputTopics: topic,
    batchSize: 50,
    consumerTimeoutMs: 20,
    logger: false,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  consumer.on('consumer.assigned', ({ partitions }) =>
    ledger.assign(
      'ours',
      partitions.map(({ partition }) => partition),
    ),
  );
  consumer.on('consumer.revoked', () => ledger.assign('ours', []));
  const processed = consumer.process(async (messages) => {
    await pass(HANDLER_MS);
    ledger.handle('ours', messages);
  });
  cleanUps.push(() => consumer.close());
  return {
    leave: async () => {
      await within(WITHIN_MS, consumer.close());
      await processed;
    },
  };
}

/** Writes until told to stop, never far ahead of the handlers; resolves with how many. */
function startLoad(topic: string, ledger: Ledger): { stop(): Promise<number> } {
  const producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers, logger: false });
  let produced = 0;
  let isOn = true;
  const done = (async () => {
    while (isOn) {
      await producer.produceBatch(
        Array.from({ length: 60 }, (_, i) => ({ id: null, payload: produced + i, record: { partition: i % PARTITIONS } })),
      );
      produced += 60;
      await ledger.until(() => !isOn || produced - ledger.handledBy.size < AHEAD);
    }
    return produced;
  })();
  done.catch(() => undefined); // told by stop(), or by the test that no longer moves
  const stop = (): Promise<number> => {
    isOn = false;
    ledger.handle('ours', []); // wakes the load
    return done;
  };
  cleanUps.push(async () => {
    await stop().catch(() => undefined);
    await producer.close();
  });
  return { stop };
}

test('both work side by side, each leaves and the other takes over: nothing lost, nothing twice', async () => {
  const topic = await freshTopic('shared', PARTITIONS);
  const ledger = new Ledger();
  const { owned } = ledger;
  const load = startLoad(topic, ledger);
  const isShared = (): boolean => owned.python.length === 3 && owned.ours.length === 3;
  const bothWork = async (): Promise<void> => {
    await ledger.until(isShared);
    expect([...owned.python, ...owned.ours].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    await Promise.all([ledger.goesOn('python'), ledger.goesOn('ours')]);
  };

  const python = joinPython(topic, ledger);
  await ledger.goesOn('python');
  const ours = joinOurs(topic, ledger);
  await bothWork();

  await python.leave();
  await ledger.until(() => owned.ours.length === PARTITIONS);
  await ledger.goesOn('ours');

  const pythonAgain = joinPython(topic, ledger);
  await bothWork();

  await ours.leave();
  await ledger.until(() => owned.python.length === PARTITIONS);
  await ledger.goesOn('python');

  const oursAgain = joinOurs(topic, ledger);
  await bothWork();

  const produced = await load.stop();
  await ledger.until(() => ledger.handledBy.size === produced);
  await pythonAgain.leave();
  await oursAgain.leave();
  const twice = [...ledger.handledBy].filter(([, by]) => by.length > 1).map(([position, by]) => `${position} by ${by}`);
  expect(twice.slice(0, 10)).toEqual([]);
  expect(ledger.handledBy.size).toBe(produced);
  expect(await lagOf(topic)).toEqual(Array(PARTITIONS).fill('0'));
});

/** What is left of each partition by the group's committed positions, as Kafka's own tool says. */
async function lagOf(group: string): Promise<readonly (string | undefined)[]> {
  const lines = await javaTool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    ...['--bootstrap-server', bootstrapServers, '--describe', '--group', group],
  ]);
  const rows = lines.map((line) => line.trim().split(/\s+/));
  const column = rows.find((row) => row.includes('LAG'))?.indexOf('LAG') ?? -1;
  return rows.filter(([name]) => name === group).map((row) => row[column]);
}
