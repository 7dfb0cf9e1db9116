/** Ground floor: what the library is in the middle of, in words, for whoever must say what keeps a process from ending (service/shutdown-signal.ts). */

type Describe = () => string;

const open = new Set<Describe>();

/** Something has begun that should end before the process does; returns its end. `describe` is asked only when somebody wants to know.
 *  @example
 *  const end = beginWork(() => `producer "ranker": ${count} records in flight`);
 *  try { await sent; } finally { end(); } */
export function beginWork(describe: Describe): () => void {
  // A wrapper of its own, so that one function given twice is two pieces of work.
  const own: Describe = () => describe();
  open.add(own);
  return () => {
    open.delete(own);
  };
}

/** One line for each, oldest first. */
export function describeOpenWork(): readonly string[] {
  return [...open].map((describe) => describe());
}
