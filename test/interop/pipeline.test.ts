// A message that passes six services, Python and TypeScript in turn, tells the same whole history in both worlds.
import { expect, test } from 'vitest';
import { Consumer, calcRefLatencies, Producer, type Ref } from '../../src/index.js';
import { gate, within } from '../support/consuming.js';
import { bootstrapServers, DEADLINE_MS, freshTopic, readerOf, takeAll } from './support/kafka.js';
import { type Landed, pythonReads } from './support/python.js';
import { startPythonService } from './support/python-service.js';

const COUNT = 40;
const SERVICES = ['ingest', 'géocode.py', 'rank', 'dedupe.py', 'enrich', 'publish.py', 'archive'] as const;

interface Payload {
  readonly i: number;
  readonly place: string;
}
type Route = Map<string, string>;
interface Hop {
  readonly svc: string;
  readonly input: string;
  readonly output: string;
}

test('every hop is there, in order, with the positions at which the message lay', async () => {
  const topics: string[] = [];
  for (const svc of SERVICES) topics.push(await freshTopic(`hop-${svc.replaceAll(/\W/g, '')}`, 3));
  await ingest(topics[0] as string);
  // From where a message was taken to where it was put.
  const route: Route = new Map();
  for (const [index, svc] of SERVICES.entries()) {
    const hop = { svc, input: topics[index - 1], output: topics[index] } as Hop;
    if (index > 0) await (svc.endsWith('.py') ? passThroughPython(hop, route) : passThroughOurs(hop, route));
  }
  const last = topics.at(-1) as string;
  const [python, ours] = [await pythonReads(last, COUNT), await takeAll<Payload>(readerOf(last), COUNT)];
  expect(python.map(({ item }) => (item as Payload).i).toSorted((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  for (const { item, key, ref } of python) {
    const { i, place } = item as Payload;
    expect({ key, place }).toEqual({ key: idOf(i), place: `Wānaka ${i} 🎟` });
    const positions = positionsOf(ref as Ref);
    expect(positions.map(({ svc }) => svc)).toEqual(SERVICES.toReversed());
    expect(positions.map(({ topic }) => topic)).toEqual(topics.toReversed());
    for (const [index, { where }] of positions.slice(1).entries()) expect(route.get(where)).toBe(positions[index]?.where);
    const here = ours.find(({ payload }) => payload.i === i);
    expect(JSON.parse(JSON.stringify(here?.refs[0]))).toEqual(ref);
    expect(here?.payload).toEqual(item);
  }
  const { stages, total } = calcRefLatencies('reader', ours[0]?.refs[0] as Ref);
  expect(stages.map(({ svc }) => svc)).toHaveLength(SERVICES.length);
  expect(total).toBeGreaterThan(0);
});

const idOf = (i: number): string | null => (i % 5 === 0 ? null : `clé-${i}`);
const place = (topic: string, { partition, offset }: Landed): string => `${topic}:${partition}:${offset}`;

async function ingest(topic: string): Promise<void> {
  await using producer = new Producer({ svc: SERVICES[0], outputTopics: topic, bootstrapServers });
  await producer.produceBatch(Array.from({ length: COUNT }, (_, i) => ({ id: idOf(i), payload: { i, place: `Wānaka ${i} 🎟` } })));
}

async function passThroughOurs({ svc, input, output }: Hop, route: Route): Promise<void> {
  await using producer = new Producer({ svc, outputTopics: output, bootstrapServers });
  const consumer = new Consumer({ ...readerOf(input), svc });
  let passed = 0;
  const processed = consumer.process(async (messages) => {
    const deliveries = await producer.produceBatch(messages.map((message) => message.derive(message.id, message.payload)));
    for (const [index, message] of messages.entries()) route.set(place(input, message), place(output, deliveries[index] as Landed));
    passed += messages.length;
    if (passed >= COUNT) void consumer.close();
  });
  await within(DEADLINE_MS, processed);
}

async function passThroughPython({ svc, input, output }: Hop, route: Route): Promise<void> {
  const { opened: done, open } = gate();
  let passed = 0;
  await using service = startPythonService(
    { svc, group: `pass-${input}`, input, output },
    {
      onHandled: (messages) => {
        for (const { from, to } of messages) route.set(place(input, from), place(output, to as Landed));
        passed += messages.length;
        if (passed >= COUNT) open();
      },
    },
  );
  await within(DEADLINE_MS, done);
  await service.leave();
}

function positionsOf(newest: Ref): readonly { readonly svc: string; readonly topic: string; readonly where: string }[] {
  const found: { svc: string; topic: string; where: string }[] = [];
  for (let ref: Ref | undefined = newest; ref?.hist; ref = ref.hist.refs?.[0]) {
    expect(ref.hist.refs?.length).toBeLessThanOrEqual(1);
    found.push({ svc: ref.hist.svc, topic: ref.topic, where: place(ref.topic, ref) });
  }
  return found;
}
