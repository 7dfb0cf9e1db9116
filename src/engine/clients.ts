/** The engine's native clients, made by function: what the rooms above take instead of the addon itself. The first one made loads it. */

import { openEngine } from './faults.js';
import { engine } from './load.js';
import type { NativeAdmin, NativeConsumer, NativeConsumerOptions, NativeMock, NativeProducer, NativeReader } from './native.js';

/** librdkafka's keys and values, complete. */
export type EngineConfig = readonly (readonly [key: string, value: string])[];

/** @throws UsageError ENGINE_MISSING or ENGINE_UNFIT; a fault as text when librdkafka refuses the configuration: call it inside `openEngine` */
export function newProducer(config: EngineConfig, wake: () => void): NativeProducer {
  return new (engine().NativeProducer)(config, wake);
}

/** @throws as `newProducer` */
export function newConsumer(config: EngineConfig, options: NativeConsumerOptions, wake: () => void): NativeConsumer {
  return new (engine().NativeConsumer)(config, options, wake);
}

/** @throws as `newProducer` */
export function newReader(config: EngineConfig, wake: () => void): NativeReader {
  return new (engine().NativeReader)(config, wake);
}

/** @throws as `newProducer` */
export function newAdmin(config: EngineConfig, wake: () => void): NativeAdmin {
  return new (engine().NativeAdmin)(config, wake);
}

/** librdkafka's mock cluster with brokers 1 … `brokers`. */
export function newMock(brokers: number): NativeMock {
  return openEngine('Starting the embedded broker', () => new (engine().NativeMock)(brokers));
}
