/** The entry `@predicthq/kafka/testing`: what a service's own tests need. */

export type { ApiName } from '../engine/api-keys.js';
export { type BrokerError, EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded-broker.js';
