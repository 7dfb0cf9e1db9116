/** Free ports on loopback. */
import { createServer } from 'node:net';

/** Below the ephemeral range: nothing else takes one by chance while its broker starts or starts again. */
const FIRST = 20_000;
const BLOCK = 400;
const BLOCKS = 30;
const MOST_TRIES = 100 * BLOCK;

/** Between a port's choice and its broker's listening lie seconds, so processes that look for ports at the same time look in blocks of their own. */
const first = FIRST + (process.pid % BLOCKS) * BLOCK;

/** Ours, whether anyone listens there now or not. @type {Set<number>} */
const given = new Set();

/** No port is given twice, until all of the block were.
 *  @param {number} count @returns {Promise<number[]>} @throws {Error} when the block has not so many */
export async function freePorts(count) {
  /** @type {number[]} */
  const ports = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === MOST_TRIES) throw new Error(`Found only ${ports.length} of ${count} free ports from ${first} to ${first + BLOCK - 1}`);
    if (given.size === BLOCK) given.clear();
    const port = first + Math.floor(Math.random() * BLOCK);
    if (given.has(port) || ports.includes(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
