/** The shortest options that are valid, and a way to see what is wrong with others. */
import type { SettingsError } from '../../../src/errors.js';
import type { ConsumerOptions } from '../../../src/settings/consumer-options.js';
import type { ProducerOptions } from '../../../src/settings/producer-options.js';

export const consumerOptions: ConsumerOptions = { bootstrapServers: 'localhost:9092', groupId: 'rank', inputTopics: 'quakes' };
export const producerOptions: ProducerOptions = { bootstrapServers: 'localhost:9092', svc: 'rank', outputTopics: 'alerts' };

/** `key: message` of every fault. */
export function faultsOf(resolve: () => unknown): string[] {
  try {
    resolve();
  } catch (error) {
    return (error as SettingsError).faults.map(({ key, message }) => `${key}: ${message}`);
  }
  return [];
}
