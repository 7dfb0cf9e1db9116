/** Chaos: the ledger told as calls and ownerships, which is how the checks look at it. Pure. */

/** @typedef {import('./types.js').Entry} Entry
 *
 *  @typedef {object} Call one call of a handler, or a part of a long one
 *  @property {string} who member and incarnation
 *  @property {number} attempt
 *  @property {readonly Row[]} rows
 *  @property {number} beganAt number of its line
 *  @property {number} beganMs
 *  @property {number | null} endedAt null: it never ended
 *  @property {number | null} endedMs
 *  @property {'handled' | 'threw' | 'open'} outcome
 *  @property {ReadonlySet<string>} failed positions that the handler reported
 *
 *  @typedef {{ tp: string, offset: number, u: string, epoch: string }} Row
 *
 *  @typedef {object} Epoch one ownership of one partition
 *  @property {string} id
 *  @property {string} who
 *  @property {string} member
 *  @property {string} tp
 *  @property {number} beganAt
 *  @property {number | null} soughtTo it began with a seek to there
 *  @property {number} endedAt Infinity while it lasts
 *  @property {'drained' | 'undrained' | 'lost' | 'killed' | 'rejected' | 'sought' | 'open'} end
 *
 *  @typedef {{ calls: readonly Call[], epochs: ReadonlyMap<string, Epoch>, freezes: readonly { who: string, fromAt: number, toAt: number }[] }} Story */

/** @param {readonly Entry[]} entries @returns {Story} */
export function tellStory(entries) {
  const teller = new Teller();
  for (const entry of entries) teller.take(entry);
  return teller.story();
}

class Teller {
  /** @type {Map<string, Call>} */
  #calls = new Map();
  /** @type {Map<string, Epoch>} */
  #epochs = new Map();
  /** the current one of a process and partition @type {Map<string, Epoch>} */
  #current = new Map();
  /** @type {{ who: string, fromAt: number, toAt: number }[]} */
  #freezes = [];

  /** @param {Entry} entry */
  take(entry) {
    const who = `${entry.m}.${entry.i}`;
    if (entry.k === 'assigned') for (const [tp, n] of pairs(entry, 'ps')) this.#begin(entry, { who, tp, n, soughtTo: null });
    else if (entry.k === 'seek') this.#seek(entry, who);
    else if (entry.k === 'revoked') this.#revoke(entry, who);
    else if (entry.k === 'rejected') this.#endAll(who, entry.at, 'rejected');
    else if (entry.k === 'begun') this.#beginCall(entry, who);
    else if (entry.k === 'handled' || entry.k === 'threw') this.#endCall(entry, who);
    else if (entry.k === 'signal') this.#signal(entry);
    else if (entry.k === 'exit') this.#endAll(`${entry.who}.${entry.of}`, entry.at, 'killed');
  }

  story() {
    return { calls: [...this.#calls.values()], epochs: this.#epochs, freezes: this.#freezes };
  }

  /** @param {Entry} entry @param {{ who: string, tp: string, n: number, soughtTo: number | null }} what */
  #begin({ at, m }, { who, tp, n, soughtTo }) {
    const id = `${who}:${n}`;
    const epoch = {
      id,
      who,
      member: m,
      tp,
      beganAt: at,
      soughtTo,
      endedAt: Number.POSITIVE_INFINITY,
      end: /** @type {Epoch['end']} */ ('open'),
    };
    this.#epochs.set(id, epoch);
    this.#current.set(`${who} ${tp}`, epoch);
  }

  /** @param {Entry} entry @param {string} who */
  #seek(entry, who) {
    const tp = /** @type {string} */ (entry.tp);
    this.#end(who, tp, entry.at, 'sought');
    this.#begin(entry, { who, tp, n: /** @type {number} */ (entry.epoch), soughtTo: /** @type {number} */ (entry.to) });
  }

  /** @param {Entry} entry @param {string} who */
  #revoke(entry, who) {
    const end = entry.lost === true ? 'lost' : entry.drained === true ? 'drained' : 'undrained';
    for (const tp of /** @type {string[]} */ (entry.ps)) this.#end(who, tp, entry.at, end);
  }

  /** @param {string} who @param {string} tp @param {number} at @param {Epoch['end']} how */
  #end(who, tp, at, how) {
    const epoch = this.#current.get(`${who} ${tp}`);
    if (epoch === undefined) return;
    epoch.endedAt = at;
    epoch.end = how;
    this.#current.delete(`${who} ${tp}`);
  }

  /** @param {string} who @param {number} at @param {Epoch['end']} how */
  #endAll(who, at, how) {
    for (const epoch of [...this.#current.values()]) if (epoch.who === who) this.#end(who, epoch.tp, at, how);
  }

  /** @param {Entry} entry @param {string} who */
  #beginCall(entry, who) {
    const rows = /** @type {Record<string, [number, [number, string][]]>} */ (entry.rows);
    this.#calls.set(`${who} ${entry.call}`, {
      who,
      attempt: /** @type {number} */ (entry.attempt),
      rows: Object.entries(rows).flatMap(([tp, [n, list]]) => list.map(([offset, u]) => ({ tp, offset, u, epoch: `${who}:${n}` }))),
      beganAt: entry.at,
      beganMs: entry.t,
      endedAt: null,
      endedMs: null,
      outcome: 'open',
      failed: new Set(),
    });
  }

  /** @param {Entry} entry @param {string} who */
  #endCall(entry, who) {
    const call = this.#calls.get(`${who} ${entry.call}`);
    if (call === undefined) return;
    call.endedAt = entry.at;
    call.endedMs = entry.t;
    call.outcome = entry.k === 'handled' ? 'handled' : 'threw';
    call.failed = new Set(/** @type {string[] | undefined} */ (entry.failed));
  }

  /** @param {Entry} entry */
  #signal({ at, ...entry }) {
    const who = `${entry.who}.${entry.of}`;
    if (entry.signal === 'SIGSTOP') this.#freezes.push({ who, fromAt: at, toAt: Number.POSITIVE_INFINITY });
    const open = this.#freezes.findLast((freeze) => freeze.who === who);
    if (entry.signal === 'SIGCONT' && open !== undefined) open.toAt = at;
  }
}

/** @param {Entry} entry @param {string} name */
const pairs = (entry, name) => /** @type {[string, number][]} */ (entry[name]);

/** Rows that a call has done: all of a handled one but those it reported. @param {Call} call */
export const doneRows = (call) =>
  call.outcome !== 'handled'
    ? []
    : call.failed.size === 0
      ? call.rows
      : call.rows.filter((row) => !call.failed.has(`${row.tp}:${row.offset}`));

/** When each position was first done: by topic:partition and offset the wall clock. @param {Story} story */
export function firstDone({ calls }) {
  /** @type {Map<string, Map<number, number>>} */
  const done = new Map();
  for (const call of calls) {
    for (const { tp, offset } of doneRows(call)) {
      const offsets = done.get(tp) ?? new Map();
      done.set(tp, offsets);
      const before = offsets.get(offset);
      const now = /** @type {number} */ (call.endedMs);
      if (before === undefined || now < before) offsets.set(offset, now);
    }
  }
  return done;
}
