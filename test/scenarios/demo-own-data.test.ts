// The demo takes a file of one's own: bad lines are named with their numbers, skipped and counted, and no text from it steers the terminal.
import { expect, test } from 'vitest';
import { inputFile, runPhqKafka } from './support/demo.js';

const evil = JSON.stringify({ id: '\x1b[2Jevil', properties: { mag: 9, title: '\x1b]0;pwned\x07' } });

test('good lines become alerts, bad ones are told', async () => {
  const bad = ['{"id":', 'nope', '[1,', "{'a':1}", '\x1b[31m'];
  const file = inputFile(['{"id":1}', '', ...bad, '5', evil, 'last'].join('\n'));
  const { exitCode, stdout, stderr } = await runPhqKafka(['demo', '--input', file]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining(`3 lines of ${file}: ingest`) });
  for (const line of [3, 4, 5, 6, 7]) expect(stderr).toContain(`${file}:${line}: skipped: not JSON: `);
  expect(stderr).toContain(`${file}: 1 more bad line skipped`);
  expect(stdout).toContain('One of them (great): \\x1b]0;pwned\\x07');
  expect(stdout).toContain('\\x1b[2Jevil  ingest');
  expect(stdout).toContain('Nothing lost: 3 in, 3 out; 6 bad lines skipped');
  expect(stdout + stderr).not.toContain('\x1b');
});

test('a file without one good line is an error', async () => {
  const file = inputFile('<html>\n</html>\n');
  const { exitCode, stdout, stderr } = await runPhqKafka(['demo', '--input', file]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(`${file} has no line of JSON`);
});
