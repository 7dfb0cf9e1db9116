import { beforeEach, expect, test, vi } from 'vitest';
import { Admin, throwOnFailure } from '../../../src/engine/admin.js';
import { FakeHandle, fault } from './fakes.js';

const EXISTS = fault(36, 'TOPIC_ALREADY_EXISTS');

class FakeAdmin extends FakeHandle {
  static last: FakeAdmin;
  readonly calls: unknown[][] = [];

  constructor(
    readonly config: unknown,
    wake: () => void,
  ) {
    super();
    this.wake = wake;
    FakeAdmin.last = this;
  }

  readonly createTopics = (...call: unknown[]): void => void this.calls.push(call);
  readonly deleteTopics = (...call: unknown[]): void => void this.calls.push(call);
  readonly describeTopics = (...call: unknown[]): void => void this.calls.push(call);
  readonly deleteRecords = (...call: unknown[]): void => void this.calls.push(call);
  readonly topicIds = (...call: unknown[]): void => void this.calls.push(call);
  readonly metadata = (...call: unknown[]): void => void this.calls.push(call);

  answer(json: unknown, error: ReturnType<typeof fault> | null = null): void {
    this.say({ kind: 'result', request: this.calls.at(-1)?.[0] as number, error, json: JSON.stringify(json) });
  }
}

vi.mock('../../../src/engine/load.js', () => ({ engine: () => ({ NativeAdmin: FakeAdmin }) }));

let admin: Admin;
beforeEach(() => {
  admin = new Admin({ config: [['bootstrap.servers', 'x']] });
});

test('topics are created with defaults filled in, and each has its own outcome', async () => {
  const created = admin.createTopics(
    [{ name: 'a' }, { name: 'b', partitions: 3, replicationFactor: 2, config: { 'cleanup.policy': 'compact' } }],
    900,
  );
  expect(FakeAdmin.last.calls).toEqual([
    [
      1,
      [
        { name: 'a', partitions: 1, replicationFactor: 1, config: [] },
        { name: 'b', partitions: 3, replicationFactor: 2, config: [['cleanup.policy', 'compact']] },
      ],
      900,
    ],
  ]);
  FakeAdmin.last.answer([
    { name: 'a', error: null },
    { name: 'b', error: EXISTS },
  ]);
  const outcomes = await created;
  expect(outcomes).toMatchObject([
    { name: 'a', error: null },
    { name: 'b', error: { kafkaCode: 36, message: expect.stringContaining('Creating topic "b"') } },
  ]);
  expect(() => throwOnFailure(outcomes)).toThrow(expect.objectContaining({ kafkaCode: 36 }));
  expect(() => throwOnFailure(outcomes, [36])).not.toThrow();
});

test('deleting, describing and metadata give what the engine answers', async () => {
  const deleted = admin.deleteTopics(['a']);
  FakeAdmin.last.answer([{ name: 'a', error: null }]);
  expect(await deleted).toEqual([{ name: 'a', error: null }]);
  const described = admin.describeTopics(['a']);
  FakeAdmin.last.answer([{ name: 'a', error: null, config: { 'retention.ms': '1' } }]);
  expect(await described).toEqual([{ name: 'a', error: null, config: { 'retention.ms': '1' } }]);
  const metadata = admin.metadata('a', 700);
  expect(FakeAdmin.last.calls.at(-1)?.slice(1)).toEqual(['a', 700]);
  FakeAdmin.last.answer({ brokers: [], topics: [] });
  expect(await metadata).toEqual({ brokers: [], topics: [] });
});

test('cutting records off says what is left of each partition, and looking a topic up which one it is', async () => {
  const before = [{ topic: 'a', partition: 1, offset: 9 }];
  const cut = admin.deleteRecords(before, 700);
  expect(FakeAdmin.last.calls.at(-1)?.slice(1)).toEqual([before, 700]);
  FakeAdmin.last.answer([
    { topic: 'a', partition: 1, offset: 9, error: null },
    { topic: 'a', partition: 2, offset: -1, error: fault(44, 'POLICY_VIOLATION') },
  ]);
  expect(await cut).toMatchObject([
    { topic: 'a', partition: 1, offset: 9, error: null },
    { partition: 2, error: { kafkaCode: 44, message: expect.stringContaining('Deleting records of a:2') } },
  ]);
  const found = admin.topicIds(['a', 'b']);
  FakeAdmin.last.answer([
    { name: 'a', id: 'abc', error: null },
    { name: 'b', id: '', error: fault(3, 'UNKNOWN_TOPIC_OR_PART') },
  ]);
  expect(await found).toMatchObject([
    { name: 'a', id: 'abc', error: null },
    { name: 'b', error: { kafkaCode: 3 } },
  ]);
});

test('a request that fails as a whole rejects with its code', async () => {
  const created = admin.createTopics([{ name: 'a' }]);
  FakeAdmin.last.answer(null, fault(41, 'NOT_CONTROLLER'));
  await expect(created).rejects.toMatchObject({ kafkaCode: 41, retriable: true });
});
