/** Chaos: who leads and who coordinates, asked over a bare socket: a Java tool takes a second, and a client of ours is what is tested. */
import { connect } from 'node:net';

const METADATA = { key: 3, version: 1 };
const FIND_COORDINATOR = { key: 10, version: 0 };
const ANSWER_MS = 2_000;

/** @typedef {{ partition: number, leader: number, replicas: number, inSync: number }} PartitionState */

/** @param {number} port @param {string} topic @returns {Promise<PartitionState[]>} none while the topic is unknown */
export async function askPartitions(port, topic) {
  const body = Buffer.alloc(6 + topic.length);
  body.writeInt32BE(1, 0);
  body.writeInt16BE(topic.length, 4);
  body.write(topic, 6, 'latin1');
  const answer = new Reader(await ask(port, METADATA, body));
  answer.list(() => answer.skipBroker());
  answer.int32(); // controller
  const [first] = answer.list(() => answer.topic());
  return first ?? [];
}

/** @param {number} port @param {string} group @returns {Promise<number>} the broker's id; -1 while there is none */
export async function askCoordinator(port, group) {
  const body = Buffer.alloc(2 + group.length);
  body.writeInt16BE(group.length, 0);
  body.write(group, 2, 'latin1');
  const answer = new Reader(await ask(port, FIND_COORDINATOR, body));
  const error = answer.int16();
  const id = answer.int32();
  return error === 0 ? id : -1;
}

/** @param {number} port @param {{ key: number, version: number }} api @param {Buffer} body @returns {Promise<Buffer>} the answer behind its header */
function ask(port, { key, version }, body) {
  const client = 'chaos';
  const head = Buffer.alloc(14 + client.length);
  head.writeInt32BE(head.length - 4 + body.length, 0);
  head.writeInt16BE(key, 4);
  head.writeInt16BE(version, 6);
  head.writeInt32BE(1, 8);
  head.writeInt16BE(client.length, 12);
  head.write(client, 14, 'latin1');
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, body])));
    let answer = Buffer.alloc(0);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return;
      socket.destroy();
      resolve(answer.subarray(8));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}

/** Walks through an answer. */
class Reader {
  #at = 0;
  #bytes;

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  int16() {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32() {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  /** @template T @param {() => T} read @returns {T[]} */
  list(read) {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  skipText() {
    const length = this.int16(); // -1 = null
    this.#at += Math.max(0, length);
  }

  skipBroker() {
    this.int32();
    this.skipText();
    this.int32();
    this.skipText();
  }

  topic() {
    this.int16(); // error
    this.skipText();
    this.#at += 1; // is internal
    return this.list(() => {
      this.int16();
      const [partition, leader] = [this.int32(), this.int32()];
      const replicas = this.list(() => this.int32()).length;
      return { partition, leader, replicas, inSync: this.list(() => this.int32()).length };
    });
  }
}
