// The demo takes every earthquake through three services, shows what happened as a table and one alert's lineage, and loses nothing.
import { expect, test } from 'vitest';
import { runPhqKafka } from './support/demo.js';

test('the demo ends with the table, a lineage and the proof that nothing is lost', async () => {
  const { exitCode, stdout, stderr } = await runPhqKafka(['demo', '--repeat', '2']);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: expect.stringMatching(/^2 x 1,707 earthquakes \(USGS\): ingest → quakes → ranker → alerts → reporter, on the embedded broker/),
  });
  expect(stdout).toMatch(/^service +in +out +rate +latency p50 +p95 +max$/m);
  expect(stdout).toMatch(/^ingest +3,414 +3,414 +[\d,]+\/s$/m);
  expect(stdout).toMatch(/^ranker +3,414 +3,414 +[\d,]+\/s( +[\d.]+ m?s){3}$/m);
  expect(stdout).toMatch(/^reporter +3,414 +- +[\d,]+\/s( +[\d.]+ m?s){3}$/m);
  expect(stdout).toMatch(/^end to end +3,414 +3,414( +[\d.]+ m?s){3}$/m);
  expect(stdout).toContain('One of them (strong): M 6.4 - 22km NNE of Hualian, Taiwan');
  expect(stdout).toMatch(/^alerts:\d:\d+ {2}us1000chhc(#2)? {2}ranker {2}2\S+Z\n└─ quakes:\d:\d+ {2}us1000chhc(#2)? {2}ingest {2}2\S+Z$/m);
  expect(stdout).toMatch(/\n\nNothing lost: 3,414 in, 3,414 out\n$/);
});
