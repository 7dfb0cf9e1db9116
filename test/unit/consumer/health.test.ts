import { expect, test } from 'vitest';
import { ConsumerHealth, type ConsumerState } from '../../../src/consumer/health.js';
import { codeOf } from '../../../src/engine/codes.js';
import { DeadLetterError, HandlerError, KafkaException } from '../../../src/errors.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter } from '../../../src/events.js';

const LIMIT_MS = 1_000;
const p0 = { topic: 't', partition: 0 };

function setUp() {
  const emitter = new Emitter<ConsumerEvents>(CONSUMER_EVENTS, (_, error) => {
    throw error;
  });
  const clock = { nowMs: 0 };
  const health = new ConsumerHealth(emitter, LIMIT_MS, () => clock.nowMs);
  const report = (run: Partial<NonNullable<ConsumerState['run']>> | null = {}, isClosed = false) => {
    const state = run === null ? undefined : { isStopping: false, partitions: 0, polledAgoMs: 0, isMember: false, ...run };
    const { live, ready, reasons } = health.report({ run: state, isClosed, nowMs: clock.nowMs });
    return { live, ready, codes: reasons.map(({ code }) => code), texts: reasons.map(({ text }) => text) };
  };
  const assigned = (...partitions: (typeof p0)[]) => emitter.emit('consumer.assigned', { partitions, protocol: 'EAGER' });
  const revoked = () => emitter.emit('consumer.revoked', { partitions: [p0], lost: false, drained: true, waitedMs: 0 });
  return { emitter, clock, health, report, assigned, revoked };
}

const well = { live: true, ready: true, codes: [] };
const unready = (code: string) => ({ live: true, ready: false, codes: [code] });
const dead = (code: string) => ({ live: false, ready: false, codes: [code] });
const error = (kafkaName: string, fatal = false) =>
  new KafkaException('KAFKA', `${kafkaName} happened`, { kafkaCode: codeOf(kafkaName) as number, kafkaName, fatal });

const threw = (text: string) => new HandlerError('HANDLER_THREW', text, { cause: undefined });

test('before, while joining, assigned, stopping, closed', () => {
  const { health, report, assigned } = setUp();
  expect(report(null)).toMatchObject(unready('not-started'));
  health.began(0);
  expect(report()).toMatchObject(unready('starting'));
  assigned(p0);
  expect(report({ partitions: 1 })).toMatchObject(well);
  expect(report({ partitions: 1, isStopping: true })).toMatchObject(unready('stopping'));
  expect(report(null, true)).toMatchObject(unready('closed'));
});

test('steady without partitions is ready: there are more members than partitions', () => {
  const { health, report, assigned } = setUp();
  health.began(0);
  assigned();
  expect(report({ partitions: 0 })).toMatchObject(well);
  health.began(0);
  expect(report({ partitions: 0, isMember: true })).toMatchObject(well);
});

test('a group that does not settle for twice max.poll.interval.ms is dead, and alive again when it does', () => {
  const { clock, health, report, assigned, revoked } = setUp();
  health.began(0);
  assigned(p0);
  clock.nowMs = 5_000;
  revoked();
  expect(report()).toMatchObject(unready('rebalancing'));
  clock.nowMs = 5_000 + 2 * LIMIT_MS;
  expect(report()).toMatchObject(unready('rebalancing'));
  clock.nowMs++;
  expect(report()).toMatchObject({ ...dead('unsteady'), texts: [expect.stringContaining('2001 ms')] });
  assigned();
  expect(report()).toMatchObject(well);
});

test('a cooperative member that gave away some of its partitions goes on with the others', () => {
  const { clock, health, report, assigned, revoked } = setUp();
  health.began(0);
  assigned(p0, { topic: 't', partition: 1 });
  revoked();
  clock.nowMs = 10 * LIMIT_MS;
  expect(report({ partitions: 1 })).toMatchObject(well);
});

test('a handler that is stuck, until it ends', () => {
  const { emitter, health, report, assigned, revoked } = setUp();
  health.began(0);
  assigned(p0);
  emitter.emit('handler.stuck', { heldMs: 1_200 });
  revoked();
  expect(report()).toMatchObject({ live: false, codes: ['rebalancing', 'handler-stuck'] });
  emitter.emit('handler.recovered', {});
  assigned(p0);
  expect(report({ partitions: 1 })).toMatchObject(well);
});

test('an engine that does not serve the group', () => {
  const { health, report, assigned } = setUp();
  health.began(0);
  assigned(p0);
  expect(report({ partitions: 1, polledAgoMs: LIMIT_MS })).toMatchObject(well);
  expect(report({ partitions: 1, polledAgoMs: LIMIT_MS + 1 })).toMatchObject(dead('not-polled'));
});

test('held partitions, each with its reason, until they are freed, given away, or the run begins anew', () => {
  const { emitter, health, report, assigned, revoked } = setUp();
  health.began(0);
  assigned(p0);
  emitter.emit('consumer.held', { ...p0, offset: 7, reason: 'circuit', error: threw('the database is down') });
  emitter.emit('consumer.held', { ...p0, partition: 1, offset: 9, reason: 'retry', error: threw('not yet') });
  expect(report({ partitions: 2 })).toMatchObject({
    live: true,
    codes: ['held', 'held'],
    texts: ['t:0 is held at 7: circuit: the database is down', 't:1 is held at 9: retry: not yet'],
  });
  emitter.emit('consumer.freed', { topic: 't', partition: 1 });
  revoked();
  expect(report({ partitions: 1 })).toMatchObject(well);
  emitter.emit('consumer.held', { ...p0, offset: 7, reason: 'retry', error: threw('again') });
  health.began(0);
  assigned(p0);
  expect(report({ partitions: 1 })).toMatchObject(well);
});

test('a dead letter topic that cannot be written, until it can', () => {
  const { emitter, health, report, assigned } = setUp();
  health.began(0);
  assigned(p0);
  const refused = new DeadLetterError('DEAD_LETTER_FAILED', 't.dlq refuses');
  emitter.emit('consumer.deadLetterFailed', { ...p0, offset: 7, delayMs: 100, error: refused });
  expect(report({ partitions: 1 })).toMatchObject({ ...unready('dead-letter'), texts: ['t.dlq refuses'] });
  const to = { topic: 't.dlq', partition: 0, offset: 1 };
  emitter.emit('consumer.deadLettered', { ...p0, offset: 7, to, attempts: 1, error: threw('x') });
  expect(report({ partitions: 1 })).toMatchObject(well);
});

test('a dead letter topic that cannot be written, and the partition that waited for it goes, or is sought on', () => {
  const { emitter, health, report, assigned } = setUp();
  health.began(0);
  assigned(p0);
  const refused = new DeadLetterError('DEAD_LETTER_FAILED', 't.dlq refuses');
  for (const partition of [0, 1])
    emitter.emit('consumer.deadLetterFailed', { topic: 't', partition, offset: 7, delayMs: 100, error: refused });
  emitter.emit('consumer.freed', { topic: 't', partition: 1 });
  expect(report({ partitions: 1 })).toMatchObject(unready('dead-letter'));
  emitter.emit('consumer.revoked', { partitions: [p0], lost: false, drained: true, waitedMs: 1 });
  assigned(p0);
  expect(report({ partitions: 1 })).toMatchObject(well);
});

test('errors: a fatal one is final, an end with an error lasts until the next process(), the cluster may come back', () => {
  const { emitter, clock, health, report, assigned } = setUp();
  health.began(0);
  assigned(p0);
  emitter.emit('consumer.error', { error: error('_ALL_BROKERS_DOWN') });
  expect(report({ partitions: 1 })).toMatchObject({ ...unready('cluster'), texts: ['_ALL_BROKERS_DOWN happened'] });
  clock.nowMs = 31_000;
  expect(report({ partitions: 1 })).toMatchObject(well);
  health.failed(new Error('no'));
  expect(report(null)).toMatchObject({ ...dead('failed'), texts: [expect.stringContaining('no')] });
  health.began(31_000);
  assigned(p0);
  emitter.emit('consumer.error', { error: error('FENCED_INSTANCE_ID', true) });
  expect(report({ partitions: 1 })).toMatchObject(dead('fatal'));
  health.failed(error('FENCED_INSTANCE_ID', true));
  expect(report(null, true)).toMatchObject(dead('fatal'));
});
