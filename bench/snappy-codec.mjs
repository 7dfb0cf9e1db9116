/** Snappy for kafkajs, which brings none: Kafka's Java framing where it is found, plain blocks otherwise, as kafkajs-snappy does, on native code. */
import { compress, uncompress } from 'snappy';

const XERIAL_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

export const SNAPPY = {
  /** @param {{ buffer: Buffer }} encoder */
  compress: (encoder) => compress(encoder.buffer),

  /** @param {Buffer} buffer @returns {Promise<Buffer>} */
  decompress: async (buffer) => {
    if (!buffer.subarray(0, XERIAL_HEADER.length).equals(XERIAL_HEADER)) return toBuffer(await uncompress(buffer));
    const blocks = [];
    for (let at = XERIAL_HEADER_BYTES; at < buffer.length; ) {
      const size = buffer.readUInt32BE(at);
      at += 4;
      blocks.push(toBuffer(await uncompress(buffer.subarray(at, at + size))));
      at += size;
    }
    return Buffer.concat(blocks);
  },
};

/** @param {string | Buffer} data */
const toBuffer = (data) => (typeof data === 'string' ? Buffer.from(data) : data);
