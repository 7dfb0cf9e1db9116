/** A screen for tests: what would be seen, as text. */
import { Screen, type Stream } from '../../../src/cli/screen.js';

export interface RecordedScreen {
  readonly screen: Screen;
  out(): string;
  err(): string;
}

export function recordScreen(terminal: Partial<Stream> = {}, env: Record<string, string> = {}): RecordedScreen {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Stream => ({
    write: (text) => {
      written[name] += text;
    },
    ...terminal,
  });
  return { screen: new Screen(stream('out'), stream('err'), env), out: () => written.out, err: () => written.err };
}
