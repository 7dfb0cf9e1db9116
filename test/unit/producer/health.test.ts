import { expect, test } from 'vitest';
import { codeOf } from '../../../src/engine/codes.js';
import { KafkaException } from '../../../src/errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../../../src/events.js';
import { ProducerHealth } from '../../../src/producer/health.js';

const error = (kafkaName: string, fatal = false) =>
  new KafkaException('KAFKA', `${kafkaName} happened`, { kafkaCode: codeOf(kafkaName) as number, kafkaName, fatal });

test('ready before its first use, unready while no broker answers or once closed, dead after a fatal error', () => {
  const emitter = new Emitter<ProducerEvents>(PRODUCER_EVENTS, (_, fault) => {
    throw fault;
  });
  let nowMs = 0;
  const health = new ProducerHealth(emitter, () => nowMs);
  const report = (isClosed = false) => {
    const { live, ready, reasons } = health.report({ isClosed, nowMs });
    return { live, ready, codes: reasons.map(({ code }) => code) };
  };
  const well = { live: true, ready: true, codes: [] };
  expect(report()).toEqual(well);
  emitter.emit('producer.error', { error: error('_ALL_BROKERS_DOWN') });
  expect(report()).toEqual({ live: true, ready: false, codes: ['cluster'] });
  emitter.emit('producer.connected', { brokers: 1, durationMs: 1 });
  expect(report()).toEqual(well);
  emitter.emit('producer.error', { error: error('_AUTHENTICATION') });
  nowMs = 30_001;
  expect(report()).toEqual(well);
  expect(report(true)).toEqual({ live: true, ready: false, codes: ['closed'] });
  emitter.emit('producer.error', { error: error('PRODUCER_FENCED', true) });
  expect(report()).toEqual({ live: false, ready: false, codes: ['fatal'] });
});
