/** Is a broker ready? One metadata request over a bare socket: no Java (a second per call), no client of ours (it is what the tests test). */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;
const ANSWER_MS = 2_000;
const METADATA = 3;
const VERSION = 1;

/** Waits until the broker at `port` sees `brokers` brokers and a controller.
 *  @param {number} port
 *  @param {{ brokers: number, withinMs: number, giveUp?: () => string | null }} options giveUp: a reason to stop waiting early
 *  @throws {Error} saying what it last saw */
export async function waitUntilReady(port, { brokers, withinMs, giveUp }) {
  const deadline = performance.now() + withinMs;
  let last = 'no answer yet';
  while (performance.now() < deadline) {
    const reason = giveUp?.() ?? null;
    if (reason !== null) throw new Error(reason);
    try {
      const seen = await askMetadata(port);
      if (seen.brokers >= brokers && seen.controller >= 0) return;
      last = `it sees ${seen.brokers} of ${brokers} brokers, controller ${seen.controller}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await delay(POLL_MS);
  }
  throw new Error(`The broker on port ${port} was not ready within ${withinMs} ms: ${last}`);
}

/** @param {number} port @returns {Promise<{ brokers: number, controller: number }>} */
function askMetadata(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(metadataRequest()));
    let answer = Buffer.alloc(0);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('connected, but no answer')));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return;
      socket.destroy();
      resolve(parseMetadata(answer));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}

/** Kafka protocol: size, api key, version, correlation id, client id, then an empty list of topics (= none). */
function metadataRequest() {
  const client = 'ready';
  const request = Buffer.alloc(4 + 8 + 2 + client.length + 4);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(METADATA, 4);
  request.writeInt16BE(VERSION, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(client.length, 12);
  request.write(client, 14, 'latin1');
  return request;
}

/** Response v1: [node id, host, port, rack or null]..., controller id, topics. @param {Buffer} answer */
function parseMetadata(answer) {
  const brokers = answer.readInt32BE(8);
  let at = 12;
  for (let i = 0; i < brokers; i++) {
    at += 4; // node id
    at += 2 + answer.readInt16BE(at); // host
    at += 4; // port
    at += 2 + Math.max(0, answer.readInt16BE(at)); // rack, -1 = null
  }
  return { brokers, controller: answer.readInt32BE(at) };
}
