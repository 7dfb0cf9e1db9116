/** What a test asks about memory: collected at once, and is this object let go? */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc') as () => void;

/** How many of them are still alive after full collections. */
export async function countAlive(refs: readonly WeakRef<object>[]): Promise<number> {
  for (let rounds = 0; rounds < 3; rounds++) {
    // A WeakRef that was made or read in this turn holds until its end.
    await nextTurn();
    collectGarbage();
  }
  return refs.filter((ref) => ref.deref() !== undefined).length;
}
