/** Kafka's own tools, each run to its end; only what it prints on stdout counts. */
import { inject } from 'vitest';
import { JAVA_FLAGS } from '../../../scripts/kafka/java.mjs';
import '../../setup/interop.js';
import { Program } from './program.js';

/** @param main a class of Kafka's tools, e.g. org.apache.kafka.tools.ConsoleProducer */
export function javaTool(main: string, args: readonly string[], input = ''): Promise<readonly string[]> {
  return new Program('java', [...JAVA_FLAGS, '-cp', inject('kafkaClassPath'), main, ...args], { input }).lines();
}
