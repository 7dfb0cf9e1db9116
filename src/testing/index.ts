/** The entry `@predicthq/kafka/testing`: what a service's own tests need. Importing it loads no native code; only the embedded broker does. */

export type { ApiName } from '../engine/api-keys.js';
export { type ConsumedOptions, consumed } from './consumed.js';
export { type BrokerError, EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded-broker.js';
export { type AnyHandler, type HandlerRun, type RunHandlerOptions, runHandler } from './run-handler.js';
