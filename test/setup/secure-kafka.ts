/** One real Apache Kafka with every kind of lock for the whole security suite. */
import type { TestProject } from 'vitest/node';
import { type SecureKafka, type Security, startSecureKafka } from '../../scripts/kafka/secure.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Doors, keys and users of the broker. */
    readonly security: Security;
  }
}

let kafka: SecureKafka | undefined;

export async function setup(project: TestProject): Promise<void> {
  kafka = await startSecureKafka();
  project.provide('security', kafka.security);
}

export async function teardown(): Promise<void> {
  await kafka?.stop();
}
