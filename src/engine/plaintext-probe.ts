/** Does a port speak Kafka in plaintext? A broker that is asked for TLS there hangs up without a word, and so does a proxy whose broker is away: only
 *  an answer tells them apart. */

import { connect } from 'node:net';

const ANSWER_MS = 1_000;
const CORRELATION_ID = 0x70_68_71_31;
/** ApiVersions v0, which every listener answers before any login: size, key 18, version 0, correlation id, no client id. */
const REQUEST = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0x70, 0x68, 0x71, 0x31, 0xff, 0xff]);

/** Resolves within a second; never rejects. */
export async function speaksPlaintextKafka(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(REQUEST));
    const end = (answer: boolean): void => {
      resolve(answer);
      socket.destroy();
    };
    let answer = Buffer.alloc(0);
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 8) end(answer.readInt32BE(4) === CORRELATION_ID);
    });
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
