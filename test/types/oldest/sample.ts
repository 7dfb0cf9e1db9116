/** A program that names every public export. Nobody runs it: the oldest and the newest TypeScript compile it against the declarations in dist/, with
 *  every strictness a user may have switched on (scripts/test/types-suite.mjs). */
import {
  type Batch,
  type BatchRef,
  CONSUMER_EVENTS,
  type ConsumedMessage,
  Consumer,
  type ConsumerConfig,
  type ConsumerEvents,
  type ConsumerOptions,
  calcRefLatencies,
  DeadLetterError,
  type Delivery,
  DeliveryError,
  type DeliveryFailure,
  type DerivedMessage,
  defaultConsumerConfig,
  defaultProducerConfig,
  derive,
  type EachMessageOptions,
  type ErrorCode,
  eachMessage,
  formatBatchRef,
  formatKafkaRef,
  type GroupProtocol,
  getKafkaConsumer,
  getKafkaProducer,
  type Handler,
  type HandlerContext,
  HandlerError,
  type Headers,
  type Health,
  type HealthCode,
  type HealthReason,
  type History,
  InvariantError,
  isPhqKafkaError,
  KafkaException,
  type KafkaRecord,
  type Logger,
  Message,
  type OutgoingMessage,
  type OutputsOf,
  type OutputTopics,
  PayloadError,
  type PhqKafkaError,
  type Position,
  PRODUCER_EVENTS,
  type ProduceOptions,
  Producer,
  type ProducerConfig,
  type ProducerEvents,
  type ProducerOptions,
  packKafkaPayload,
  produce,
  produceBatch,
  type RawConsumer,
  type RawOutgoingRecord,
  type RawProduceOptions,
  type RawProducer,
  type RawRecord,
  type Ref,
  type RefLatencies,
  SettingsError,
  type SettingsFault,
  type SharedConfig,
  type ShutdownSignalOptions,
  shutdownSignal,
  TimeoutError,
  type TopicPartition,
  type UnpackedPayload,
  UsageError,
  unpackKafkaPayload,
} from '@predicthq/kafka';
import {
  type AnyHandler,
  type ApiName,
  type BrokerError,
  type ConsumedOptions,
  consumed,
  EmbeddedBroker,
  type EmbeddedBrokerOptions,
  type HandlerRun,
  type RunHandlerOptions,
  runHandler,
} from '@predicthq/kafka/testing';

interface Quake {
  readonly mag: number;
  readonly place?: string;
}

const ignore = (): void => undefined;
const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const security: SharedConfig = { 'security.protocol': 'SASL_SSL', 'sasl.username': 'me' };
const reading: ConsumerConfig = { 'auto.offset.reset': 'earliest', 'fetch.min.bytes': '1' };
const writing: ProducerConfig = { 'linger.ms': 5, 'enable.idempotence': 'true' };
const protocol: GroupProtocol = 'classic';

const consumerOptions: ConsumerOptions = {
  bootstrapServers: ['a:9092', 'b:9092'],
  groupId: 'ranker',
  inputTopics: 'quakes',
  kafkaConfig: security,
  kafkaConsumerConfig: { ...defaultConsumerConfig(protocol), ...reading },
  logger,
};
const outputTopics = ['alerts', 'reports'] as const satisfies OutputTopics;
const producerOptions: ProducerOptions<typeof outputTopics> = {
  svc: 'ranker',
  outputTopics,
  bootstrapServers: 'a:9092',
  kafkaProducerConfig: { ...defaultProducerConfig(), ...writing },
  logger: false,
};

const consumer = new Consumer<Quake>(consumerOptions);
const producer = new Producer(producerOptions);

/** The main job: read, handle, write. */
export async function serve(signal: AbortSignal): Promise<void> {
  const options = { to: 'alerts' } satisfies ProduceOptions<'alerts'>;
  const handler: Handler<ConsumedMessage<Quake>> = async (messages, context: HandlerContext) => {
    const derived: DerivedMessage<number, 'alerts'>[] = messages.map((m) => m.derive(m.id, m.payload.mag, 'alerts'));
    const deliveries: Delivery[] = await producer.produceBatch(derived);
    const one: OutputsOf<typeof outputTopics, string> = { id: null, payload: `${deliveries.length}, ${context.attempt}`, to: 'reports' };
    const plain: OutgoingMessage<Quake> = new Message('id', { mag: 1 });
    const headers: Headers = [['trace', Buffer.from('1')]];
    await producer.produce({ ...plain, to: 'reports', record: { headers } });
    await producer.produce(one);
    await producer.produceBatch([{ id: 'a', payload: null }], options);
  };
  await consumer.connect({ timeoutMs: 1_000 });
  await consumer.process(handler, { signal });
}

/** A service's whole life: until it is asked to end, with an answer to probes. */
export async function live(): Promise<readonly HealthCode[]> {
  const options: ShutdownSignalOptions = { signals: ['SIGTERM'] };
  await serve(shutdownSignal(options));
  const health: Health = consumer.health();
  const reasons: HealthReason[] = [...health.reasons, ...producer.health().reasons];
  return health.live && health.ready ? [] : reasons.map(({ code }) => code);
}

/** The other ways to read: one message after the other, and as an iteration with commits of one's own. */
export async function readOtherwise(signal: AbortSignal): Promise<void> {
  const options: EachMessageOptions = { concurrency: 4 };
  await consumer.process(
    eachMessage(async (message: ConsumedMessage<Quake>) => {
      await producer.produce({ ...derive([message], message.id, message.payload.mag), to: 'alerts' });
    }, options),
    { signal },
  );
  for await (const batch of consumer.batches({ signal })) {
    const same: Batch<Quake> = batch;
    const [first] = same.messages;
    await same.commit();
    if (first === undefined) continue;
    consumer.pause([first]);
    consumer.seek([first]);
    await consumer.commit([{ topic: first.topic, partition: first.partition, offset: first.offset + 1 }]);
  }
}

/** Everything that can be listened to. */
export function listen(): (() => void)[] {
  const seen: ConsumerEvents['consumer.assigned'][] = [];
  const sent: ProducerEvents['producer.delivered'][] = [];
  const partitions: TopicPartition[] = [];
  return [
    consumer.on('consumer.assigned', (detail) => {
      seen.push(detail);
      partitions.push(...detail.partitions);
    }),
    producer.on('producer.delivered', (detail) => sent.push(detail)),
    ...CONSUMER_EVENTS.map((name) => consumer.on(name, () => undefined)),
    ...PRODUCER_EVENTS.map((name) => producer.on(name, () => undefined)),
  ];
}

/** Who must act? */
export function explain(error: unknown): string {
  if (!isPhqKafkaError(error)) return String(error);
  const known: PhqKafkaError = error;
  const code: ErrorCode = known.code;
  if (known instanceof SettingsError) return known.faults.map((fault: SettingsFault) => `${fault.key}: ${fault.message}`).join('\n');
  if (known instanceof DeliveryError) return known.failed.map((it: DeliveryFailure) => `${it.index} ${it.persisted}`).join('\n');
  if (known instanceof KafkaException) return `${known.kafkaName} ${known.kafkaCode} ${known.fatal}`;
  if (known instanceof PayloadError) return `byte ${known.byte ?? 'unknown'}`;
  if (known instanceof TimeoutError) return `after ${known.timeoutMs} ms`;
  if (known instanceof InvariantError) return JSON.stringify(known.state);
  const others = [HandlerError, DeadLetterError, UsageError];
  return others.some((kind) => known instanceof kind) ? `${code}: ${known.message}` : code;
}

/** Bytes in, bytes out, with the history by hand. */
export async function relay(): Promise<RefLatencies | undefined> {
  const from: RawConsumer = getKafkaConsumer('a:9092', 'relay', reading);
  const to: RawProducer = getKafkaProducer('a:9092', writing);
  from.subscribe('quakes');
  const records: RawRecord[] = await from.consume(10, 100);
  const first: KafkaRecord | undefined = records[0];
  if (first === undefined) return undefined;
  const unpacked: UnpackedPayload | null = unpackKafkaPayload(first);
  if (unpacked === null) return undefined;
  const ref: Ref = unpacked.ref;
  const history: History | null = ref.hist;
  const record: RawOutgoingRecord = { key: history?.svc ?? null, value: packKafkaPayload('relay', unpacked.item, [ref]) };
  const options: RawProduceOptions = { ignoreLargeMessageErrors: true };
  await produce(to, 'copies', record);
  await produceBatch(to, 'copies', [record], options);
  const next: Position = { topic: first.topic, partition: first.partition, offset: first.offset + 1 };
  await from.commit([next]);
  const batchRef: BatchRef = { quakes: { 0: [1, 2] } };
  return calcRefLatencies(`${formatBatchRef(batchRef)} ${formatKafkaRef(ref)}`, ref, null, { now: new Date() });
}

/** A service's own tests. */
export async function testIt(): Promise<void> {
  const options: EmbeddedBrokerOptions = { brokers: 3, topics: { quakes: 3 } };
  const broker = await EmbeddedBroker.start(options);
  const request: ApiName = 'OffsetCommit';
  const errors: BrokerError[] = ['NOT_COORDINATOR', 16];
  broker.failRequests(request, errors);
  await broker[Symbol.asyncDispose]();

  const where: ConsumedOptions = { topic: 'quakes', partition: 2, tombstone: undefined };
  const message = consumed('us7000', { mag: 4.5 }, where);
  const handler: AnyHandler<ConsumedMessage<{ mag: number }>> = (messages) => messages.map((m) => m.derive(m.id, m.payload.mag));
  const how: RunHandlerOptions = { signal: undefined };
  const run: HandlerRun<ConsumedMessage<{ mag: number }>> = await runHandler(handler, [message], how);
  if (run.failed.length + run.deadLettered.length > 0) throw new Error(String(run.outputs.length));
}
