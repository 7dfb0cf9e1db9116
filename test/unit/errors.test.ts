import { inspect } from 'node:util';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import {
  DeadLetterError,
  DeliveryError,
  HandlerError,
  InvariantError,
  isPhqKafkaError,
  KafkaException,
  PayloadError,
  type PhqKafkaError,
  SettingsError,
  TimeoutError,
  UsageError,
} from '../../src/errors.js';

const kafka = new KafkaException('KAFKA', 'Broker refused', { kafkaCode: 10, kafkaName: 'MSG_SIZE_TOO_LARGE' });
const all: readonly [string, PhqKafkaError][] = [
  ['SettingsError', new SettingsError('SETTINGS_INVALID', 'm', { faults: [{ key: 'k', message: 'x' }] })],
  ['UsageError', new UsageError('USAGE_CLOSED', 'm')],
  ['PayloadError', new PayloadError('PAYLOAD_NOT_JSON', 'm', { byte: 7, position: { topic: 't', partition: 1, offset: 2 } })],
  ['HandlerError', new HandlerError('HANDLER_THREW', 'm', { cause: 'thrown' })],
  ['DeliveryError', new DeliveryError('DELIVERY_FAILED', 'm', { delivered: [], failed: [] })],
  ['KafkaException', kafka],
  ['TimeoutError', new TimeoutError('TIMEOUT_CONNECT', 'm', { timeoutMs: 5 })],
  ['DeadLetterError', new DeadLetterError('DEAD_LETTER_FAILED', 'm')],
  ['InvariantError', new InvariantError('INVARIANT', 'm', { state: { a: 1 } })],
];

test.each(all)('%s has its name, is an Error and is recognised', (name, error) => {
  expect(error.name).toBe(name);
  expect(error.stack).toMatch(new RegExp(`^${name}: `));
  expect(error).toBeInstanceOf(Error);
  expect(isPhqKafkaError(error)).toBe(true);
});

test('an error of another copy of the package is recognised by its brand', () => {
  const foreign: unknown = vm.runInNewContext("({ [Symbol.for('@predicthq/kafka.error')]: true })");
  expect(isPhqKafkaError(foreign)).toBe(true);
});

test.each([[new Error('x')], [null], [undefined], ['text'], [{ code: 'KAFKA' }]])('%s is not one of ours', (value) => {
  expect(isPhqKafkaError(value)).toBe(false);
});

test('unknown is not retriable, and position and cause are absent unless given', () => {
  const bare = new UsageError('USAGE_CLOSED', 'm');
  expect(bare.retriable).toBe(false);
  expect('position' in bare).toBe(false);
  expect('cause' in bare).toBe(false);
  expect(new UsageError('USAGE_CLOSED', 'm', { retriable: true }).retriable).toBe(true);
  expect(new HandlerError('HANDLER_THREW', 'm', { cause: undefined })).toHaveProperty('cause', undefined);
});

test('own facts are kept', () => {
  expect(all[2]?.[1]).toMatchObject({ byte: 7, position: { topic: 't', partition: 1, offset: 2 } });
  expect(kafka).toMatchObject({ kafkaCode: 10, kafkaName: 'MSG_SIZE_TOO_LARGE', fatal: false, abortable: false });
  expect(all[0]?.[1]).toMatchObject({ faults: [{ key: 'k', message: 'x' }] });
  expect(all[8]?.[1].message).toContain('please report');
});

test('printing a DeliveryError does not print the payloads it carries', () => {
  const failed = [{ index: 0, message: { payload: 'private' }, error: kafka, persisted: 'no' as const }];
  const error = new DeliveryError('DELIVERY_FAILED', '1 of 1 records failed', { delivered: [], failed });
  expect(error.failed).toBe(failed);
  expect(inspect(error, { depth: 9 })).not.toContain('private');
  expect(JSON.stringify(error)).not.toContain('private');
});
