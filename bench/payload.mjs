/** The messages of every benchmark: events such as a service reads, 1.37 KB as an envelope, each with one letter (É) that is not ASCII. */

/** @typedef {{ id: string, rank: number, [field: string]: unknown }} Event */

const WORDS = (
  'concert festival parade match storm flood closure holiday strike conference expo market street river harbour station stadium theatre ' +
  'crowd traffic demand hotel flight delay ticket evening morning weekend family music football council school venue district coastal'
).split(' ');
const LABELS = ['music', 'sport', 'community', 'weather', 'transport', 'public-holiday'];
const DESCRIPTION_CHARS = 718;
/** Places recur, as in real events; a string of its own in each would measure V8's string table. */
const PLACES = 3_000;

/** The event number `n`, always the same one. @param {number} n @returns {Event} */
export function toEvent(n) {
  const random = generator(n);
  const start = new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 3.15e10));
  const lon = round(random() * 360 - 180);
  const lat = round(random() * 160 - 80);
  return {
    id: `evt-${n.toString(36).padStart(8, '0')}-${Math.floor(random() * 1e9).toString(36)}`,
    title: `Éclipse ${n}: ${words(random, 30)}`,
    description: words(random, DESCRIPTION_CHARS),
    category: LABELS[n % LABELS.length],
    labels: [LABELS[n % LABELS.length], LABELS[(n + 2) % LABELS.length], words(random, 8)],
    rank: Math.floor(random() * 101),
    local_rank: Math.floor(random() * 101),
    phq_attendance: Math.floor(random() * 60_000),
    start: start.toISOString(),
    end: new Date(start.getTime() + 7.2e6).toISOString(),
    timezone: 'Pacific/Auckland',
    cancelled: random() < 0.02,
    deleted_reason: null,
    location: { type: 'Point', coordinates: [lon, lat] },
    place_hierarchies: [Array.from({ length: 4 }, () => String(6_250_000 + Math.floor(random() * PLACES)))],
    entities: [
      { entity_id: `venue-${Math.floor(random() * 1e6)}`, type: 'venue', name: words(random, 14), capacity: Math.floor(random() * 9e4) },
    ],
  };
}

/** What is least of it: 70 bytes, 150 as an envelope. @param {number} n @returns {Event} */
export function toSmallEvent(n) {
  const { id, rank } = toEvent(n);
  return { id, rank };
}

/** The record's value for a client that knows no envelopes. @param {Event} item @param {string} dt */
export const toEnvelope = (item, dt) => ({ item, hist: { svc: 'bench', dt, refs: [] } });

/** The bytes of such a value, as a consumer gets them. @param {number} n @param {string} dt */
export const toValue = (n, dt) => Buffer.from(JSON.stringify(toEnvelope(toEvent(n), dt)), 'latin1');

/** What the ranks of the first so many events add up to: whoever has handled each of them once has this sum. @param {number} messages */
export function rankSumOf(messages) {
  let sum = 0;
  for (let n = 0; n < messages; n++) sum += toEvent(n).rank;
  return sum;
}

/** The refs of a message that has come through so many services, itself included: one ref a hop. @param {number} n @param {number} hops
 *  @returns {object[]} */
export function toRefs(n, hops) {
  /** @type {object[]} */
  let refs = [];
  for (let hop = 1; hop < hops; hop++) {
    const dt = new Date(Date.UTC(2026, 10, 23, 8, 0, hop)).toISOString();
    refs = [{ topic: `events-${hop}`, partition: n % 6, offset: n, key: `evt-${n}`, hist: { svc: `service-${hop}`, dt, refs } }];
  }
  return refs;
}

/** Exactly so many characters of words. @param {() => number} random @param {number} chars */
function words(random, chars) {
  let text = '';
  while (text.length < chars) text += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return text.slice(0, chars);
}

/** @param {number} value */
const round = (value) => Math.round(value * 1e4) / 1e4;

/** mulberry32: small, seeded, even enough. @param {number} seed @returns {() => number} 0 to below 1 */
function generator(seed) {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
