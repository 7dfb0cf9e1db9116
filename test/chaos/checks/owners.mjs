/** Chaos check: no two members handle one partition at the same time, and none handles what it has given away. */

/** @typedef {import('../types.js').Finding} Finding
 *  @typedef {import('../story.mjs').Story} Story
 *  @typedef {import('../story.mjs').Call} Call
 *  @typedef {import('../story.mjs').Epoch} Epoch
 *  @typedef {{ call: Call, epoch: Epoch | undefined, tp: string }} Holding */

const MOST_TOLD = 5;

/** @param {unknown} _evidence @param {Story} story @returns {Finding[]} */
export function checkOwners(_evidence, story) {
  const holdings = holdingsOf(story);
  const late = holdings.filter(({ call, epoch }) => epoch !== undefined && call.beganAt > epoch.endedAt);
  const undrained = holdings.filter(
    ({ call, epoch }) => epoch?.end === 'drained' && call.beganAt < epoch.endedAt && endOf(call, epoch) > epoch.endedAt,
  );
  return [
    ...toFinding('calls that began after their partition had been given away', late.map(tell)),
    ...toFinding('partitions given away as drained while a call still had them', undrained.map(tell)),
    ...toFinding('partitions handled by two members at the same time', findOverlaps(holdings, story)),
  ];
}

/** @param {string} what @param {readonly string[]} cases @returns {Finding[]} */
const toFinding = (what, cases) =>
  cases.length === 0 ? [] : [{ check: 'owners', text: `${cases.length} ${what}: ${cases.slice(0, MOST_TOLD).join('; ')}` }];

/** @param {Holding} holding */
const tell = ({ call, epoch, tp }) =>
  `${call.who} ${tp} from line ${call.beganAt} to ${call.endedAt}, its ownership ended (${epoch?.end}) at ${epoch?.endedAt}`;

/** One for each partition of each call. @param {Story} story @returns {Holding[]} */
function holdingsOf({ calls, epochs }) {
  return calls.flatMap((call) => {
    const ids = new Map(call.rows.map(({ tp, epoch }) => [tp, epoch]));
    return [...ids].map(([tp, id]) => ({ call, epoch: epochs.get(id), tp }));
  });
}

/** A call that never ended was over when its process was. @param {Call} call @param {Epoch | undefined} epoch */
const endOf = (call, epoch) => call.endedAt ?? (epoch === undefined ? call.beganAt : Math.min(epoch.endedAt, Number.MAX_SAFE_INTEGER));

/** @param {readonly Holding[]} holdings @param {Story} story @returns {string[]} */
function findOverlaps(holdings, story) {
  /** @type {Map<string, Holding[]>} */
  const open = new Map();
  /** @type {string[]} */
  const overlaps = [];
  for (const holding of holdings.toSorted((a, b) => a.call.beganAt - b.call.beganAt)) {
    const { call, tp } = holding;
    const running = (open.get(tp) ?? []).filter((other) => endOf(other.call, other.epoch) > call.beganAt);
    const bad = running.find((other) => other.call.who !== call.who && !isExcused(other, holding, story));
    if (bad !== undefined) overlaps.push(`${tp} by ${bad.call.who} (line ${bad.call.beganAt}) and ${call.who} (line ${call.beganAt})`);
    open.set(tp, [...running, holding]);
  }
  return overlaps;
}

/** A member that stood still, or was cut off, cannot know that its partitions are another's: it hears of the loss later.
 *  @param {Holding} one @param {Holding} other @param {Story} story */
function isExcused(one, other, { freezes }) {
  const [from, to] = [Math.min(one.call.beganAt, other.call.beganAt), Math.max(endOf(one.call, one.epoch), endOf(other.call, other.epoch))];
  return [one, other].some(
    ({ call, epoch }) =>
      epoch?.end === 'lost' ||
      epoch?.end === 'undrained' ||
      freezes.some((freeze) => freeze.who === call.who && freeze.fromAt < to && freeze.toAt > from),
  );
}
