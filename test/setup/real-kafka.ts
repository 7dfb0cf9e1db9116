/** One real Apache Kafka broker for the whole conformance suite. Topics come into being with their first message, with four partitions. */
import type { TestProject } from 'vitest/node';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import './provided.js';

let kafka: RunningKafka | undefined;

export async function setup(project: TestProject): Promise<void> {
  kafka = await startKafka();
  project.provide('bootstrapServers', kafka.bootstrapServers);
  project.provide('brokerKind', 'kafka');
}

export async function teardown(): Promise<void> {
  await kafka?.stop();
}
