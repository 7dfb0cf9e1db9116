import { expect, test } from 'vitest';
import { recordScreen } from './screens.js';

const TERMINAL = { isTTY: true, columns: 40, hasColors: () => true };
const CLEAR = '\r\x1b[2K';

test('results go to stdout, notes to stderr', () => {
  const { screen, out, err } = recordScreen();
  screen.result('42');
  screen.result();
  screen.note('working');
  expect([out(), err()]).toEqual(['42\n\n', 'working\n']);
});

test('a note appears above the live line, which is drawn again below it', () => {
  const { screen, err } = recordScreen(TERMINAL);
  screen.status('50%');
  screen.note('careful');
  screen.status('');
  screen.note('done');
  expect(err()).toBe(`${CLEAR}50%${CLEAR}careful\n${CLEAR}50%${CLEAR}done\n`);
});

test('the live line never fills the width, so that it cannot wrap', () => {
  const { screen, err } = recordScreen(TERMINAL);
  screen.status('x'.repeat(100));
  expect(err()).toBe(`${CLEAR}${'x'.repeat(39)}`);
});

test.each([
  ['no terminal', { isTTY: false }, {}],
  ['CI', TERMINAL, { CI: 'true' }],
  ['a dumb terminal', TERMINAL, { TERM: 'dumb' }],
])('with %s there is no live line', (_what, terminal, env) => {
  const { screen, err } = recordScreen(terminal, env);
  screen.status('50%');
  expect([screen.isLive, err()]).toEqual([false, '']);
});

test('CI=false is no CI', () => {
  expect(recordScreen(TERMINAL, { CI: 'false' }).screen.isLive).toBe(true);
});

test('colours are for terminals that have them', () => {
  expect(recordScreen(TERMINAL).screen.paint('green', 'ok')).toBe('\x1b[32mok\x1b[39m');
  expect(recordScreen({ ...TERMINAL, hasColors: () => false }).screen.paint('green', 'ok')).toBe('ok');
  expect(recordScreen().screen.paint('green', 'ok')).toBe('ok');
});
