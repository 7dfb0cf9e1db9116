import { hostname } from 'node:os';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { SettingsError } from '../../../src/errors.js';
import { type ConsumerOptions, resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { unchecked } from '../../../src/settings/schemas.js';
import { consumerOptions, faultsOf } from './options.js';

function resolve(options: object = {}): ReturnType<typeof resolveConsumerOptions> {
  return resolveConsumerOptions({ ...consumerOptions, ...options } as ConsumerOptions);
}

const faults = (options: object): string[] => faultsOf(() => resolve(options));
const configOf = (options: object = {}): Record<string, string> => Object.fromEntries(resolve(options).config);

test('three options are enough; the rest has defaults', () => {
  expect(resolve()).toMatchObject({
    bootstrapServers: 'localhost:9092',
    groupId: 'rank',
    inputTopics: ['quakes'],
    svc: 'rank',
    batchSize: 500,
    consumerTimeoutMs: 100,
    latestOnly: false,
    inputFormat: 'envelope',
    commit: 'afterBatch',
    maxUncommittedBatches: 4,
    tombstones: 'skip',
    onInvalid: 'stop',
    drainTimeoutMs: 60_000,
    closeTimeoutMs: 30_000,
    startTimeoutMs: 30_000,
    protocol: 'classic',
    maxPollIntervalMs: 300_000,
    warnings: [],
  });
});

test('librdkafka is given the defaults, who and where', () => {
  expect(configOf({ svc: 'ranker' })).toMatchObject({
    'bootstrap.servers': 'localhost:9092',
    'group.id': 'rank',
    'client.id': `ranker-${hostname()}`,
    'auto.offset.reset': 'latest',
    'enable.auto.commit': 'false',
    'enable.auto.offset.store': 'false',
    'session.timeout.ms': '45000',
    'partition.assignment.strategy': 'range,roundrobin',
    'queued.min.messages': '100000',
    'queued.max.messages.kbytes': '49152',
    'fetch.queue.backoff.ms': '10',
    'fetch.wait.max.ms': '50',
  });
});

test("the user's keys override the defaults, and kafkaConsumerConfig overrides kafkaConfig", () => {
  const config = configOf({
    kafkaConfig: { 'client.id': 'shared', 'socket.timeout.ms': 1000 },
    kafkaConsumerConfig: { 'client.id': 'own', 'auto.offset.reset': 'earliest' },
  });
  expect(config).toMatchObject({ 'client.id': 'own', 'socket.timeout.ms': '1000', 'auto.offset.reset': 'earliest' });
});

test('numbers and booleans become the text librdkafka wants', () => {
  expect(configOf({ kafkaConsumerConfig: { 'fetch.min.bytes': 1, 'check.crcs': true } })).toMatchObject({
    'fetch.min.bytes': '1',
    'check.crcs': 'true',
  });
});

test('an alias replaces the default under its other name, so each setting is told once', () => {
  const { config } = resolve({ kafkaConsumerConfig: { 'fetch.message.max.bytes': 1000, 'max.partition.fetch.bytes': '1000' } });
  expect(config.filter(([key]) => /fetch/.test(key) && /message.max|partition/.test(key))).toHaveLength(1);
  expect(faults({ kafkaConsumerConfig: { 'fetch.message.max.bytes': 1000, 'max.partition.fetch.bytes': 2000 } })).toEqual([
    'kafkaConsumerConfig["max.partition.fetch.bytes"]: is another name of "fetch.message.max.bytes", which is set to something else: keep one of the two',
  ]);
});

test('a certificate given as text takes the place of the search for one', () => {
  const config = configOf({ kafkaConfig: { 'ssl.ca.pem': 'PEM', 'https.ca.pem': 'PEM' } });
  expect(config).not.toHaveProperty(['ssl.ca.location']);
  expect(config).not.toHaveProperty(['https.ca.location']);
});

test.runIf(process.platform === 'linux')('on Linux the certificates of the distribution are searched for', () => {
  expect(configOf()).toMatchObject({ 'ssl.ca.location': 'probe', 'https.ca.location': 'probe' });
});

test('the new group protocol drops what the broker decides there, and refuses it from the user', () => {
  const config = configOf({ kafkaConsumerConfig: { 'group.protocol': 'consumer' } });
  expect(config).toMatchObject({ 'group.protocol': 'consumer' });
  expect(config).not.toHaveProperty(['session.timeout.ms']);
  expect(config).not.toHaveProperty(['partition.assignment.strategy']);
  const named = {
    'group.protocol': 'consumer',
    'session.timeout.ms': 45000,
    'heartbeat.interval.ms': 3000,
    'partition.assignment.strategy': 'range',
  };
  expect(faults({ kafkaConsumerConfig: named })).toHaveLength(3);
});

test('a short max.poll.interval.ms shortens the default session timeout, which may not be longer, and the drain', () => {
  expect(configOf({ kafkaConsumerConfig: { 'max.poll.interval.ms': 8000 } })).toMatchObject({ 'session.timeout.ms': '8000' });
  expect(resolve({ kafkaConsumerConfig: { 'max.poll.interval.ms': '8000' } })).toMatchObject({
    drainTimeoutMs: 1600,
    maxPollIntervalMs: 8000,
  });
  expect(resolve({ kafkaConsumerConfig: { 'max.poll.interval.ms': '8000' }, drainTimeoutMs: 5 }).drainTimeoutMs).toBe(5);
});

test('servers and topics may be lists, and servers may be separated by commas', () => {
  expect(resolve({ bootstrapServers: ['a:1, b:2', '[::1]:9092', 'SASL_SSL://c:3', 'd'] }).bootstrapServers).toBe(
    'a:1,b:2,[::1]:9092,SASL_SSL://c:3,d',
  );
  expect(resolve({ inputTopics: ['a', '^b.*', 'a'] }).inputTopics).toEqual(['a', '^b.*']);
});

test.each([
  ['bootstrapServers', '', 'names no server, e.g. "localhost:9092"'],
  ['bootstrapServers', undefined, 'is missing, e.g. "localhost:9092"'],
  ['bootstrapServers', 'a:1,b:port', '"b:port" is not host:port'],
  ['bootstrapServers', 'a:70000', '"a:70000" is not host:port'],
  ['bootstrapServers', 5, 'names no server, e.g. "localhost:9092"'],
  ['groupId', ' ', 'must be a text that is not empty, got another text'],
  ['groupId', undefined, 'is missing'],
  ['inputTopics', undefined, 'is missing'],
  ['inputTopics', [], 'must be a topic, a list of topics or a map from topic to schema'],
  ['inputTopics', ['a', 5], 'must be a topic, a list of topics or a map from topic to schema'],
  ['inputTopics', 'a b', '"a b" is no topic name (1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-")'],
  ['inputTopics', '..', '".." is no topic name (1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-")'],
  [
    'inputTopics',
    { quakes: {} },
    '"quakes" has no Standard Schema (zod from 3.24, valibot from 1, arktype from 2 are such; unchecked<T>() checks nothing)',
  ],
  ['inputTopics', { 'a b': unchecked() }, '"a b" is no topic name (1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-")'],
  ['inputTopics', {}, 'must be a topic, a list of topics or a map from topic to schema'],
  ['svc', 5, 'must be a text that is not empty, got 5'],
  ['batchSize', 0, 'must be an integer from 1 to 100000, got 0'],
  ['batchSize', '500', 'must be an integer from 1 to 100000, got another text'],
  ['consumerTimeoutMs', -1, 'must be an integer from 0 to 2147483647, got -1'],
  ['consumerTimeoutMs', Number.POSITIVE_INFINITY, 'must be an integer from 0 to 2147483647, got Infinity'],
  ['latestOnly', 'yes', 'must be true or false, got another text'],
  ['inputFormat', 'avro', 'must be "envelope" or "json", got another text'],
  ['commit', 'never', 'must be "afterBatch" or "manual", got another text'],
  ['tombstones', 'keep', 'must be "skip" or "deliver", got another text'],
  ['onInvalid', 'dead-letter', '"dead-letter" needs deadLetter, e.g. deadLetter: true'],
  ['onInvalid', null, 'must be "stop" or "dead-letter" or "skip", got null'],
  ['retry', 3, 'must be an object, e.g. { attempts: 5 }'],
  ['deadLetter', 'dlq', 'must be an object, e.g. true'],
  ['concurrency', 0, 'must be an integer from 1 to 10000, got 0'],
  ['concurrency', 'many', 'must be an integer from 1 to 10000, got another text'],
  ['concurrency', [4], 'must be an object, e.g. { max: 10, order: "key" }'],
  ['batchsize', 4, 'is not an option; did you mean batchSize?'],
  ['whatever', 4, 'is not an option'],
  ['logger', console.log, 'must have the methods debug, info, warn and error (fields, message), or be false'],
])('%s = %j is refused', (name, value, message) => {
  expect(faults({ [name]: value })).toEqual([`${name}: ${message}`]);
});

test('a pattern that cannot be compiled is refused', () => {
  expect(faults({ inputTopics: '^quakes(' })[0]).toContain('"^quakes(" is no regular expression');
});

test('undefined is the same as absent', () => {
  expect(
    resolve({
      batchSize: undefined,
      retry: undefined,
      deadLetter: undefined,
      concurrency: undefined,
      logger: undefined,
      kafkaConfig: undefined,
    }).batchSize,
  ).toBe(500);
});

test('all faults of options and keys come in one error', () => {
  let thrown: unknown;
  try {
    resolve({ batchSize: 0, groupId: undefined, kafkaConfig: { 'sasl.pasword': 'hunter2' }, kafkaConsumerConfig: { acks: 1 } });
  } catch (error) {
    thrown = error;
  }
  const error = thrown as SettingsError;
  expect(error).toMatchObject({ name: 'SettingsError', code: 'SETTINGS_INVALID' });
  expect(error.faults.map(({ key }) => key)).toEqual([
    'groupId',
    'kafkaConfig["sasl.pasword"]',
    'kafkaConsumerConfig["acks"]',
    'batchSize',
  ]);
  expect(error.message).toContain('4 settings of the consumer are wrong:\n  groupId: is missing\n');
  expect(error.message).toContain('did you mean "sasl.password"?');
  expect(error.message).not.toContain('hunter2');
});

test.each([[undefined], [null], ['x']])('%j is no options', (options) => {
  expect(faultsOf(() => resolveConsumerOptions(options as unknown as ConsumerOptions))[0]).toContain('options: must be an object');
});

test('the caller keeps its objects unchanged, and the result is frozen and a copy', () => {
  const kafkaConsumerConfig = Object.freeze({ 'fetch.min.bytes': 1 });
  const inputTopics = ['a'];
  const resolved = resolve({ kafkaConsumerConfig, inputTopics });
  inputTopics.push('b');
  expect(resolved.inputTopics).toEqual(['a']);
  for (const part of [resolved, resolved.config, resolved.config[0], resolved.inputTopics, resolved.warnings])
    expect(Object.isFrozen(part)).toBe(true);
});

test('a deprecated key is taken with a warning', () => {
  expect(resolve({ kafkaConfig: { 'socket.blocking.max.ms': 5 } }).warnings).toEqual([
    'kafkaConfig["socket.blocking.max.ms"] is deprecated in librdkafka',
  ]);
});

test('a logger of the user is used, false is silent', () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  expect(resolve({ logger }).logger).toBe(logger);
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  resolve({ logger: false }).logger.error({}, 'x');
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});

test('a map names the topics and gives their schemas, as it was when it was given', () => {
  const map: Record<string, unknown> = { quakes: z.number(), '^storms': unchecked() };
  const { inputTopics, inputSchemas } = resolve({ inputTopics: map });
  const schema = map.quakes;
  map.quakes = undefined;
  expect(inputTopics).toEqual(['quakes', '^storms']);
  expect([inputSchemas?.of('quakes'), inputSchemas?.of('storms.eu')]).toEqual([schema, undefined]);
  expect(resolve().inputSchemas).toBeUndefined();
});
