/** Message layer: which messages of a batch are still current when only the latest of each id matters. */

interface Identified {
  readonly topic: string;
  readonly partition: number;
  readonly id: string | null;
}

/** Indices, ascending, of the messages that no later one of the batch supersedes. Identity is (topic, partition, id); a null id has none.
 *  Ids of different partitions are kept apart because only within a partition does "later" mean anything. */
export function findLatest(messages: readonly Identified[]): number[] {
  const seen = new Map<string, Set<string>[]>();
  const kept: number[] = [];
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index] as Identified;
    if (message.id === null) {
      kept.push(index);
      continue;
    }
    const ids = idsOf(seen, message);
    if (ids.has(message.id)) continue;
    ids.add(message.id);
    kept.push(index);
  }
  return kept.reverse();
}

function idsOf(seen: Map<string, Set<string>[]>, message: Identified): Set<string> {
  const partitions = seen.get(message.topic) ?? [];
  const ids = partitions[message.partition];
  if (ids !== undefined) return ids;
  const fresh = new Set<string>();
  partitions[message.partition] = fresh;
  seen.set(message.topic, partitions);
  return fresh;
}
