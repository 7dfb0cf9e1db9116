import { expect, test } from 'vitest';
import { resolveToolConfig, type ToolOptions } from '../../../src/settings/tool-config.js';
import { faultsOf } from './options.js';

test('each client gets its own keys, and all get the connection', () => {
  const kafkaConfig = { 'security.protocol': 'ssl', 'client.id': 'ops' } as const;
  const config = resolveToolConfig({ bootstrapServers: ['a:1', 'b:2'], kafkaConfig, logger: false });
  const common = { 'bootstrap.servers': 'a:1,b:2', 'security.protocol': 'ssl', 'client.id': 'ops' };
  expect(Object.fromEntries(config.reader)).toMatchObject({ ...common, 'enable.partition.eof': 'true', 'auto.offset.reset': 'error' });
  expect(Object.fromEntries(config.reader)).not.toHaveProperty(['group.id']);
  expect(Object.fromEntries(config.admin)).toMatchObject(common);
  expect(Object.fromEntries(config.admin)).not.toHaveProperty(['transactional.id']);
  expect(Object.fromEntries(config.transactional('one'))).toMatchObject({
    ...common,
    'transactional.id': 'one',
    'transaction.timeout.ms': '15000',
    'enable.idempotence': 'true',
  });
});

test('the reader reads from leaders, whatever rack it is in: a follower may not have what a leader has told', () => {
  const config = resolveToolConfig({ bootstrapServers: 'a:1', kafkaConfig: { 'client.rack': 'eu-1a' }, logger: false });
  expect(Object.fromEntries(config.reader)).not.toHaveProperty(['client.rack']);
});

test('faults are told all at once, and only shared keys can be set', () => {
  const options = {
    bootstrapServers: 'a:b',
    kafkaConfig: { 'group.id': 'g', acks: 1, 'sasl.pasword': 'hunter2' },
  } as unknown as ToolOptions;
  const faults = faultsOf(() => resolveToolConfig(options));
  expect(faults.map((fault) => fault.split(':')[0])).toEqual([
    'bootstrapServers',
    'kafkaConfig["group.id"]',
    'kafkaConfig["acks"]',
    'kafkaConfig["sasl.pasword"]',
  ]);
  expect(faults.join()).not.toContain('hunter2');
});
