/** The engine's clients, opened: what the rooms above take instead of the addon itself. The first one opened loads it. */

import { openEngine } from './faults.js';
import { engine } from './load.js';
import { Mailbox, type MailboxOptions, type NativeHandle } from './mailbox.js';
import type { NativeAdmin, NativeConsumer, NativeConsumerOptions, NativeMock, NativeProducer } from './native.js';

export interface ClientOptions<H extends NativeHandle> extends Omit<MailboxOptions<H>, 'open'> {
  /** librdkafka's keys and values, complete */
  readonly config: readonly (readonly [key: string, value: string])[];
}

/** @throws SettingsError when librdkafka refuses the configuration; UsageError ENGINE_MISSING or ENGINE_UNFIT */
export function openProducer(options: ClientOptions<NativeProducer>): Mailbox<NativeProducer> {
  const { NativeProducer: Native } = engine();
  return new Mailbox({ ...options, open: (wake) => new Native(options.config, wake) });
}

/** @throws as `openProducer` */
export function openConsumer(options: ClientOptions<NativeConsumer>, native: NativeConsumerOptions): Mailbox<NativeConsumer> {
  const { NativeConsumer: Native } = engine();
  return new Mailbox({ ...options, open: (wake) => new Native(options.config, native, wake) });
}

/** @throws as `openProducer` */
export function openAdmin(options: ClientOptions<NativeAdmin>): Mailbox<NativeAdmin> {
  const { NativeAdmin: Native } = engine();
  return new Mailbox({ ...options, open: (wake) => new Native(options.config, wake) });
}

/** librdkafka's mock cluster with brokers 1 … `brokers`. */
export function openMock(brokers: number): NativeMock {
  const { NativeMock: Native } = engine();
  return openEngine('Starting the embedded broker', () => new Native(brokers));
}
