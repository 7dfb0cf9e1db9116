/** One real Apache Kafka and one Python for the whole interop suite. The broker compresses nothing anew: records lie as their producer sent them. */
import type { TestProject } from 'vitest/node';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { kafkaClassPath } from '../../scripts/kafka/jars.mjs';
import { pythonInterpreter } from '../interop/support/python-home.js';
import './provided.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Settings, logs and data of the broker. */
    readonly kafkaFolder: string;
    readonly kafkaClassPath: string;
    /** Path of an interpreter that has confluent-kafka. */
    readonly python: string;
  }
}

let kafka: RunningKafka | undefined;

export async function setup(project: TestProject): Promise<void> {
  project.provide('python', await pythonInterpreter());
  project.provide('kafkaClassPath', await kafkaClassPath());
  kafka = await startKafka();
  project.provide('bootstrapServers', kafka.bootstrapServers);
  project.provide('brokerKind', 'kafka');
  project.provide('kafkaFolder', kafka.folder);
}

export async function teardown(): Promise<void> {
  await kafka?.stop();
}
