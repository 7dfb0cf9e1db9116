/** Chaos: which partitions a consumer process owns, as it was told, each ownership with a number of its own. */

/** @typedef {import('../../../dist/index.js').Consumer} Consumer
 *  @typedef {import('../../../dist/index.js').Position} Position
 *  @typedef {{ topic: string, partition: number }} TopicPartition */

const MOST_POSITIONS = 40;
const PARKED = 'consumer.deadLettered';

/** @param {TopicPartition} at */
export const nameOf = ({ topic, partition }) => `${topic}:${partition}`;

export class Ownership {
  #write;
  #epochs = 0;
  /** @type {Map<string, number>} */
  #owned = new Map();
  /** what was told as committed in this ownership; nothing any more once it was sought @type {Map<string, number | null>} */
  #floors = new Map();

  /** being given away: a seek would be made when they are back, from where others have read on @type {Set<string>} */
  #leaving = new Set();

  /** @param {import('../ledger.mjs').Write} write */
  constructor(write) {
    this.#write = write;
  }

  /** @param {string} tp */
  epochOf(tp) {
    return this.#owned.get(tp) ?? 0;
  }

  /** Everything before it is done. A seek with concurrency goes no further: other calls may wait far behind the one that seeks, and would be left out.
   *  @param {string} tp */
  floorOf(tp) {
    return this.#floors.get(tp) ?? undefined;
  }

  /** Is it ours, and stays so for all that was told? @param {string} tp */
  stays(tp) {
    return this.#owned.has(tp) && !this.#leaving.has(tp);
  }

  /** A seek begins a new ownership. @param {string} tp @param {number} offset */
  renew(tp, offset) {
    this.#floors.set(tp, null);
    this.#owned.set(tp, ++this.#epochs);
    this.#write('seek', { tp, to: offset, epoch: this.#epochs });
  }

  /** After `process` has rejected nothing is owned. */
  endAll() {
    this.#owned.clear();
    this.#leaving.clear();
  }

  /** Writes down what the consumer tells of its partitions and positions. `events`: all that this build has.
   *  @param {Consumer} consumer @param {readonly string[]} events */
  listen(consumer, events) {
    const write = this.#write;
    if (events.includes(PARKED)) {
      consumer.on(/** @type {never} */ (PARKED), (/** @type {Position} */ p) => write('dead', { tp: nameOf(p), offset: p.offset }));
    }
    consumer.on('consumer.assigned', ({ partitions }) =>
      write('assigned', { ps: partitions.map((p) => [nameOf(p), this.#take(nameOf(p))]) }),
    );
    consumer.on('consumer.revoking', ({ partitions, lost }) => {
      write('revoking', { ps: partitions.map(nameOf), lost });
      for (const p of partitions) this.#leaving.add(nameOf(p));
    });
    consumer.on('consumer.revoked', ({ partitions, lost, drained }) => {
      write('revoked', { ps: partitions.map(nameOf), lost, drained });
      for (const tp of partitions.map(nameOf)) {
        this.#owned.delete(tp);
        this.#leaving.delete(tp);
      }
    });
    consumer.on('consumer.committed', ({ positions }) => {
      for (const p of positions) if (this.#floors.get(nameOf(p)) !== null) this.#floors.set(nameOf(p), p.offset);
      for (let i = 0; i < positions.length; i += MOST_POSITIONS) {
        write('committed', { ps: positions.slice(i, i + MOST_POSITIONS).map((p) => [nameOf(p), p.offset]) });
      }
    });
    consumer.on('consumer.reset', ({ from, to, count, reason, ...p }) => write('reset', { tp: nameOf(p), from, to, count, reason }));
    consumer.on('consumer.invalid', ({ error }) =>
      write('invalid', { tp: error.position && `${nameOf(error.position)}:${error.position.offset}` }),
    );
    consumer.on('consumer.commitRetried', ({ position, error }) =>
      write('commit-retried', { tp: nameOf(position), offset: position.offset, error: error.kafkaName }),
    );
    consumer.on('consumer.partitionStopped', (p) =>
      write('stopped', { tp: nameOf(p), offset: p.offset, error: p.error.message.slice(0, 300) }),
    );
    consumer.on('consumer.error', ({ error }) => write('error', { error: error.kafkaName, fatal: error.fatal }));
    consumer.on('handler.stuck', ({ heldMs }) => write('stuck', { heldMs }));
    consumer.on('handler.recovered', () => write('recovered'));
    consumer.on('consumer.closed', ({ timedOut }) => write('closed', { timedOut }));
  }

  /** @param {string} tp */
  #take(tp) {
    this.#floors.delete(tp);
    this.#owned.set(tp, ++this.#epochs);
    return this.#epochs;
  }
}
