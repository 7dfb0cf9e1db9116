/** Demo, service 2 of 3: says how strong each quake was; an alert carries the history of its quake. */
import { Consumer, Producer } from '../../index.js';
import type { Place } from './place.js';
import type { Stage } from './stage.js';

/** What is read of an event: GeoJSON as the USGS publishes it. Data of your own may have none of it. */
interface Quake {
  readonly properties?: { readonly mag?: unknown; readonly title?: unknown } | null;
}

export interface Alert {
  readonly severity: Severity;
  readonly magnitude: number | null;
  readonly title: string | null;
}

/** The USGS's words for magnitudes. */
export type Severity = 'unknown' | 'minor' | 'light' | 'moderate' | 'strong' | 'major' | 'great';

const FROM_MAGNITUDE: readonly (readonly [number, Severity])[] = [
  [8, 'great'],
  [7, 'major'],
  [6, 'strong'],
  [5, 'moderate'],
  [4, 'light'],
];
const MAX_TITLE_LENGTH = 200;

export interface ServiceOptions {
  readonly place: Place;
  readonly stage: Stage;
  /** Ends the service: the running batch is finished and committed first. */
  readonly signal: AbortSignal;
}

/** Reads `quakes`, writes an alert for each into `alerts`. A batch is committed only after its alerts are acknowledged, so none is ever lost. */
export async function runRanker({ place, stage, signal }: ServiceOptions): Promise<void> {
  await using producer = new Producer({
    svc: 'ranker',
    outputTopics: place.topics.alerts,
    bootstrapServers: place.bootstrapServers,
    closeTimeoutMs: 5_000,
    logger: place.logger,
  });
  await using consumer = new Consumer<Quake | null>({
    svc: 'ranker',
    groupId: place.groups.ranker,
    inputTopics: place.topics.quakes,
    bootstrapServers: place.bootstrapServers,
    drainTimeoutMs: 5_000,
    kafkaConsumerConfig: { ...place.consumerConfig, 'auto.offset.reset': 'earliest' },
    logger: place.logger,
  });
  stage.watch({ consumer, producer });

  // Before the first message comes, so that it finds everything ready.
  await producer.connect();
  await consumer.process(
    async (messages) => {
      await producer.produceBatch(messages.map((message) => message.derive(message.id, rank(message.payload))));
    },
    { signal },
  );
}

/** Anything is ranked; what is no quake is `unknown`. */
export function rank(event: Quake | null): Alert {
  const { mag, title } = event?.properties ?? {};
  const magnitude = typeof mag === 'number' ? mag : null;
  return { severity: severityOf(magnitude), magnitude, title: typeof title === 'string' ? title.slice(0, MAX_TITLE_LENGTH) : null };
}

function severityOf(magnitude: number | null): Severity {
  if (magnitude === null) return 'unknown';
  return FROM_MAGNITUDE.find(([from]) => magnitude >= from)?.[1] ?? 'minor';
}
