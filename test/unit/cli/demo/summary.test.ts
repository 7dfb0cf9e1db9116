import { expect, test } from 'vitest';
import { Ledger } from '../../../../src/cli/demo/ledger.js';
import type { Alert } from '../../../../src/cli/demo/rank.js';
import { Report } from '../../../../src/cli/demo/report.js';
import { Stage } from '../../../../src/cli/demo/stage.js';
import { renderSummary } from '../../../../src/cli/demo/summary.js';
import type { ConsumedMessage } from '../../../../src/index.js';

const plain = (_style: string, text: string): string => text;
const time = (ms: number): string => new Date(Date.UTC(2026, 10, 23, 7, 40) + ms).toISOString();

/** An alert that was made `rankMs` after its quake. */
function alert(offset: number, rankMs: number, payload: Alert): ConsumedMessage<Alert> {
  const quake = { topic: 'quakes', partition: 0, offset, key: `q${offset}`, hist: { svc: 'ingest', dt: time(0), refs: [] } };
  const ref = { topic: 'alerts', partition: 1, offset, key: `q${offset}`, hist: { svc: 'ranker', dt: time(rankMs), refs: [quake] } };
  return { id: ref.key, payload, refs: [ref] } as unknown as ConsumedMessage<Alert>;
}

function pipeline(received: number): Parameters<typeof renderSummary>[0]['pipeline'] {
  const stages = ['ingest', 'ranker', 'reporter'].map((svc) =>
    Object.assign(new Stage(svc), { received, written: received, lastMs: 1_500 }),
  );
  const [ingest, ranker, reporter] = stages as [Stage, Stage, Stage];
  const ledger = new Ledger({ maxCost: 1, stallMs: 1, signal: new AbortController().signal });
  const report = new Report();
  report.add(alert(0, 20, { severity: 'minor', magnitude: 2, title: 'M 2.0' }), time(30));
  report.add(alert(1, 40, { severity: 'strong', magnitude: 6.4, title: '\x1b[31mM 6.4' }), time(50));
  return { ingest, ranker, reporter, report, ledger, startedMs: 500 };
}

test('the table shows what went in and out, how fast, and how long each stage took by the alerts’ own histories', () => {
  const input = pipeline(2);
  for (const offset of [0, 1]) {
    input.ledger.wrote({ topic: 'quakes', partition: 0, offset, key: null }, 1);
    input.ledger.arrivedFrom({ topic: 'quakes', partition: 0, offset, key: null });
  }
  expect(renderSummary({ pipeline: input, entries: 2, badLines: 3 }, plain)).toEqual([
    'service      in   out   rate   latency p50     p95     max',
    'ingest        2     2    2/s',
    'ranker        2     2    2/s         20 ms   40 ms   40 ms',
    'reporter      2     -    2/s         10 ms   10 ms   10 ms',
    'end to end    2     2                30 ms   50 ms   50 ms',
    '',
    'Alerts: 1 minor, 1 strong',
    'One of them (strong): \\x1b[31mM 6.4',
    'and where it came from, as topic:partition:offset  key  service  time:',
    'alerts:1:1  q1  ranker  2026-11-23T07:40:00.040Z',
    '└─ quakes:0:1  q1  ingest  2026-11-23T07:40:00.000Z',
    '',
    'Nothing lost: 2 in, 2 out; 3 bad lines skipped',
  ]);
});

test('what is missing is told in the last line', () => {
  const input = pipeline(2);
  input.ledger.arrivedFrom({ topic: 'quakes', partition: 0, offset: 0, key: null });
  expect(renderSummary({ pipeline: input, entries: 2, badLines: 0 }, plain).at(-1)).toBe('2 lost: 2 in, 0 out; 1 came more than once');
});
