/** Chaos: the peers, from bench/, which installs them in exact versions: they are no dependency of the library. */
import { createRequire } from 'node:module';

const load = createRequire(new URL('../../../bench/package.json', import.meta.url));

/** @returns {import('./api.js').Peer} */
export const kafkajs = () => load('kafkajs');

/** @returns {import('./api.js').Peer} */
export const confluent = () => load('@confluentinc/kafka-javascript').KafkaJS;
