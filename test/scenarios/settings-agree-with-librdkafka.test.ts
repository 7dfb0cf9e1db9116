// What our checks of the configuration accept librdkafka accepts, and what they refuse it refuses, for every key at its edges.
import { expect, test } from 'vitest';
import { engine } from '../../src/engine/load.js';
import type { SettingsError } from '../../src/errors.js';
import { KAFKA_KEYS } from '../../src/settings/librdkafka-keys.js';
import { resolveRawConsumerConfig, resolveRawProducerConfig } from '../../src/settings/raw-config.js';

type Role = 'consumer' | 'producer';
type Entries = readonly (readonly [string, string])[];

const NOWHERE = '127.0.0.1:1';
/** Refused by us alone: by design, because the library sets or forbids them. */
const OURS = /is set by the option|not available yet|Leave it out|no use here|on this machine|waiting for ever/;
/** librdkafka asks the machine: a Windows store, a Kerberos keytab. */
const SKIPPED = new Set(['builtin.features', 'ssl.ca.certificate.stores', 'security.protocol']);

const check = {
  consumer: (config: object) => resolveRawConsumerConfig(NOWHERE, 'g', config),
  producer: (config: object) => resolveRawProducerConfig(NOWHERE, config),
};

function edgesOf(name: string): string[] {
  const { min, max, values, type, default: fallback } = KAFKA_KEYS[name] ?? {};
  const edges: string[] = [];
  if (min !== undefined && max !== undefined) edges.push(String(min), String(max), String(min - 1), String(max + 1), 'abc');
  if (values !== undefined) edges.push(...values, 'nonsense');
  if (type === 'boolean') edges.push('true', 'False', 'T', '0', 'yes');
  if (fallback !== undefined && type !== 'api') edges.push(fallback);
  return edges;
}

/** null = accepted */
function askLibrdkafka(role: Role, config: Entries): string | null {
  const addon = engine();
  const wake = (): void => undefined;
  try {
    const mode = { mode: 'raw', prefetchBatches: 1, drainTimeoutMs: 1, stuckAfterMs: 0, decidesStarts: false } as const;
    const client = role === 'consumer' ? new addon.NativeConsumer(config, mode, wake) : new addon.NativeProducer(config, wake);
    client.close(1);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Our entries, or null and why not. */
function askOurs(role: Role, name: string, value: string): { config: Entries | null; faults: string } {
  try {
    return { config: check[role]({ [name]: value }).config, faults: '' };
  } catch (error) {
    return { config: null, faults: (error as SettingsError).message };
  }
}

test('every key, at its default, its edges and beyond', () => {
  const disagreements: string[] = [];
  let compared = 0;
  for (const [name, { role: owner }] of Object.entries(KAFKA_KEYS)) {
    const role = owner === 'producer' ? 'producer' : 'consumer';
    for (const value of SKIPPED.has(name) ? [] : edgesOf(name)) {
      const ours = askOurs(role, name, value);
      if (OURS.test(ours.faults)) continue;
      const defaults = check[role]({}).config.filter(([key]) => key !== name);
      const theirs = askLibrdkafka(role, ours.config ?? [...defaults, [name, value]]);
      compared++;
      if ((theirs === null) !== (ours.config !== null))
        disagreements.push(`${name}=${value}: ours ${ours.faults || 'accept'}, librdkafka ${theirs ?? 'accepts'}`);
    }
  }
  expect(disagreements).toEqual([]);
  expect(compared).toBeGreaterThan(600);
});
