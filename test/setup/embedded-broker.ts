/** One embedded broker for the whole conformance suite, in vitest's main process. Topics come into being as on the real one. */
import type { TestProject } from 'vitest/node';
import { EmbeddedBroker } from '../../src/testing/index.js';
import './provided.js';

let broker: EmbeddedBroker | undefined;

export async function setup(project: TestProject): Promise<void> {
  broker = await EmbeddedBroker.start();
  project.provide('bootstrapServers', broker.bootstrapServers);
  project.provide('brokerKind', 'embedded');
}

export async function teardown(): Promise<void> {
  await broker?.close();
}
