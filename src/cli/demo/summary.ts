/** Demo: what is shown at the end: the table, the strongest alert with its lineage, and whether everything arrived. */
import { renderLineage } from '../lineage.js';
import { formatCount, formatMillis, formatPlural, formatRate } from '../numbers.js';
import { toPlainText } from '../plain-text.js';
import type { Paint } from '../screen.js';
import { type Column, renderTable } from '../table.js';
import type { Latencies } from './latencies.js';
import type { Pipeline } from './pipeline.js';
import type { Report } from './report.js';
import type { Stage } from './stage.js';

const COLUMNS: readonly Column[] = [
  { title: 'service', align: 'left' },
  { title: 'in', align: 'right' },
  { title: 'out', align: 'right' },
  { title: 'rate', align: 'right' },
  { title: 'latency p50', align: 'right' },
  { title: 'p95', align: 'right' },
  { title: 'max', align: 'right' },
];

export interface SummaryInput {
  readonly pipeline: Pick<Pipeline, 'ingest' | 'ranker' | 'reporter' | 'report' | 'ledger' | 'startedMs'>;
  /** Events that were read from the input. */
  readonly entries: number;
  readonly badLines: number;
}

export function renderSummary({ pipeline, entries, badLines }: SummaryInput, paint: Paint): string[] {
  const { ingest, ranker, reporter, report } = pipeline;
  const rate = (stage: Stage, count: number): string => formatRate(count, stage.lastMs - pipeline.startedMs);
  const rows = [
    [ingest.svc, formatCount(entries), formatCount(ingest.written), rate(ingest, ingest.written)],
    [ranker.svc, formatCount(ranker.received), formatCount(ranker.written), rate(ranker, ranker.written), ...spread(report, ranker.svc)],
    [reporter.svc, formatCount(reporter.received), '-', rate(reporter, reporter.received), ...spread(report, reporter.svc)],
    ['end to end', formatCount(entries), formatCount(pipeline.ledger.arrived), '', ...toCells(report.totals)],
  ];
  const [head = '', ...body] = renderTable(COLUMNS, rows);
  return [paint('bold', head), ...body, '', ...renderReport(report, paint), '', renderVerdict(pipeline, entries, badLines, paint)];
}

function renderReport({ severities, strongest }: Report, paint: Paint): string[] {
  if (strongest === undefined) return [];
  const { severity, title } = strongest.payload;
  const kinds = [...severities].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${formatCount(count)} ${toPlainText(kind)}`);
  return [
    `Alerts: ${kinds.join(', ')}`,
    `One of them (${toPlainText(severity)}): ${toPlainText(title ?? strongest.id)}`,
    paint('dim', 'and where it came from, as topic:partition:offset  key  service  time:'),
    ...renderLineage(strongest.refs[0]),
  ];
}

function renderVerdict({ ledger }: SummaryInput['pipeline'], entries: number, badLines: number, paint: Paint): string {
  const skipped = badLines === 0 ? '' : `; ${formatPlural(badLines, 'bad line')} skipped`;
  const again = ledger.repeated === 0 ? '' : `; ${formatCount(ledger.repeated)} came more than once`;
  const isComplete = ledger.missing === 0 && ledger.arrived === entries;
  const verdict = isComplete ? paint('green', 'Nothing lost') : paint('red', `${formatCount(entries - ledger.arrived)} lost`);
  return `${verdict}: ${formatCount(entries)} in, ${formatCount(ledger.arrived)} out${again}${skipped}`;
}

function spread({ latencies }: Report, svc: string): string[] {
  const known = latencies.get(svc);
  return known === undefined ? [] : toCells(known);
}

function toCells(latencies: Latencies): string[] {
  return [0.5, 0.95, 1].map((share) => {
    const ms = latencies.quantile(share);
    return ms === null ? '-' : formatMillis(ms);
  });
}
