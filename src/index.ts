/** The front door: everything public, in the order of a message's life. */

export type { Batch } from './consumer/batch.js';
export { Consumer } from './consumer/consumer.js';
export { getKafkaConsumer, type RawConsumer, type RawRecord } from './consumer/raw-consumer.js';
export {
  DeadLetterError,
  type Delivery,
  DeliveryError,
  type DeliveryFailure,
  type ErrorCode,
  HandlerError,
  InvariantError,
  isPhqKafkaError,
  KafkaException,
  PayloadError,
  PhqKafkaError,
  type Position,
  SettingsError,
  type SettingsFault,
  TimeoutError,
  UsageError,
} from './errors.js';
export { CONSUMER_EVENTS, type ConsumerEvents, PRODUCER_EVENTS, type ProducerEvents, type TopicPartition } from './events.js';
export { type EachMessageOptions, eachMessage } from './handling/each-message.js';
export type { Handler, HandlerContext } from './handling/handler.js';
export type { Health, HealthCode, HealthReason } from './health.js';
export type { ConsumedMessage, DerivedMessage } from './message/consumed-message.js';
export { derive } from './message/derive.js';
export { packKafkaPayload } from './message/envelope.js';
export { type BatchRef, formatBatchRef, formatKafkaRef } from './message/format.js';
export type { History, Ref } from './message/history.js';
export { calcRefLatencies, type RefLatencies } from './message/latency.js';
export { type Headers, Message, type OutgoingMessage } from './message/message.js';
export { type KafkaRecord, type UnpackedPayload, unpackKafkaPayload } from './message/unpack.js';
export type { OutputsOf, OutputTopics, ProduceOptions } from './producer/outputs.js';
export { Producer } from './producer/producer.js';
export {
  getKafkaProducer,
  produce,
  produceBatch,
  type RawOutgoingRecord,
  type RawProduceOptions,
  type RawProducer,
} from './producer/raw-producer.js';
export { type ShutdownSignalOptions, shutdownSignal } from './service/shutdown-signal.js';
export { defaultConsumerConfig, type GroupProtocol } from './settings/consumer-defaults.js';
export type { ConsumerOptions } from './settings/consumer-options.js';
export type { ConsumerConfig, ProducerConfig, SharedConfig } from './settings/librdkafka-config.js';
export type { Logger } from './settings/logger.js';
export { defaultProducerConfig } from './settings/producer-defaults.js';
export type { ProducerOptions } from './settings/producer-options.js';
