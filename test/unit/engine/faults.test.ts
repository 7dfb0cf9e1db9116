import { expect, test } from 'vitest';
import { callEngine, openEngine, toKafkaException } from '../../../src/engine/faults.js';
import { KafkaException, SettingsError } from '../../../src/errors.js';
import { fault } from './fakes.js';

const thrown = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};
const nativeThrow = (own: object) => () => {
  throw new Error(`phq-kafka-engine:${JSON.stringify(own)}`);
};

test('a fault says what was done, where, what the engine answered, and what to try', () => {
  const position = { topic: 'quakes', partition: 2, offset: 7 };
  const error = toKafkaException(fault(10, 'MSG_SIZE_TOO_LARGE'), { what: 'Producing', position });
  expect(error.message).toBe(
    'Producing at quakes:2:7: MSG_SIZE_TOO_LARGE happened (MSG_SIZE_TOO_LARGE, 10); ' +
      'raise message.max.bytes here and max.message.bytes of the topic, or set ignoreLargeMessageErrors',
  );
  expect(error).toMatchObject({ code: 'KAFKA', kafkaCode: 10, kafkaName: 'MSG_SIZE_TOO_LARGE', fatal: false, retriable: false, position });
});

test('retriable follows the number, and a fatal fault is never retriable', () => {
  expect(toKafkaException(fault(-195, '_TRANSPORT'), { what: 'x' }).retriable).toBe(true);
  expect(toKafkaException(fault(9999, 'UNKNOWN(9999)'), { what: 'x' }).retriable).toBe(false);
  expect(toKafkaException(fault(-195, '_TRANSPORT', { fatal: true }), { what: 'x' })).toMatchObject({ fatal: true, retriable: false });
  expect(toKafkaException(fault(-150, '_FATAL'), { what: 'x' }).fatal).toBe(true);
  expect(toKafkaException(fault(120, 'TRANSACTION_ABORTABLE', { abortable: true }), { what: 'x' }).abortable).toBe(true);
});

test('the earlier error that explains a fault is its cause', () => {
  const cause = toKafkaException(fault(-195, '_TRANSPORT'), { what: 'Connecting' });
  expect(toKafkaException(fault(-192, '_MSG_TIMED_OUT'), { what: 'Producing', cause }).cause).toBe(cause);
  expect('cause' in toKafkaException(fault(-192, '_MSG_TIMED_OUT'), { what: 'Producing' })).toBe(false);
});

test('a fault thrown by a call leaves as a KafkaException, anything else untouched', () => {
  const error = thrown(() => callEngine('Subscribing', nativeThrow(fault(-172, '_STATE'))));
  expect(error).toBeInstanceOf(KafkaException);
  expect(error).toMatchObject({ kafkaCode: -172 });
  const other = new Error('other');
  expect(
    thrown(() =>
      callEngine('x', () => {
        throw other;
      }),
    ),
  ).toBe(other);
});

test('a configuration that librdkafka refuses at opening is a SettingsError that names the key', () => {
  const refused = fault(-186, '_INVALID_ARG', { message: 'acks: Configuration property "acks" cannot be set to value -2' });
  const error = thrown(() => openEngine('Opening the producer', nativeThrow(refused)));
  expect(error).toBeInstanceOf(SettingsError);
  expect((error as SettingsError).faults).toEqual([{ key: 'acks', message: refused.message }]);
  expect(thrown(() => openEngine('Opening', nativeThrow(fault(-194, '_CRIT_SYS_RESOURCE'))))).toBeInstanceOf(KafkaException);
});
