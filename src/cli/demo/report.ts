/** Demo, service 3 of 3: reads the alerts and sums them up: how many of each kind, the strongest, and how long each took to get here. */
import { type ConsumedMessage, Consumer, calcRefLatencies } from '../../index.js';
import { Latencies } from './latencies.js';
import type { Alert, ServiceOptions, Severity } from './rank.js';

export interface ReporterOptions extends ServiceOptions {
  readonly report: Report;
  /** Told about each alert once it is in the report. */
  onReported(alert: ConsumedMessage<Alert>): void;
}

/** Reads `alerts` and adds each to the report. */
export async function runReporter({ place, stage, signal, report, onReported }: ReporterOptions): Promise<void> {
  await using consumer = new Consumer<Alert>({
    svc: 'reporter',
    groupId: place.groups.reporter,
    inputTopics: place.topics.alerts,
    bootstrapServers: place.bootstrapServers,
    drainTimeoutMs: 5_000,
    kafkaConsumerConfig: { ...place.consumerConfig, 'auto.offset.reset': 'earliest' },
    logger: place.logger,
  });
  stage.watch({ consumer });

  await consumer.process(
    (messages) => {
      const now = new Date().toISOString();
      for (const message of messages) {
        report.add(message, now);
        onReported(message);
      }
    },
    { signal },
  );
}

export class Report {
  readonly severities = new Map<Severity, number>();
  /** By service, as the alerts' own histories tell. */
  readonly latencies = new Map<string, Latencies>();
  readonly totals = new Latencies();
  /** The first one of the greatest magnitude. */
  strongest: ConsumedMessage<Alert> | undefined;

  /** now: RFC 3339, when the reporter got it. */
  add(alert: ConsumedMessage<Alert>, now: string): void {
    const { severity, magnitude } = alert.payload;
    this.severities.set(severity, (this.severities.get(severity) ?? 0) + 1);
    if (this.strongest === undefined || (magnitude ?? -Infinity) > (this.strongest.payload.magnitude ?? -Infinity)) this.strongest = alert;

    const { stages, total } = calcRefLatencies('reporter', alert.refs[0], undefined, { now });
    for (const { svc, seconds } of stages) this.#latenciesOf(svc).add(seconds * 1000);
    this.totals.add(total * 1000);
  }

  #latenciesOf(svc: string): Latencies {
    const known = this.latencies.get(svc) ?? new Latencies();
    this.latencies.set(svc, known);
    return known;
  }
}
