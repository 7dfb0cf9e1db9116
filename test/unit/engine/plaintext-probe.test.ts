import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { speaksPlaintextKafka } from '../../../src/engine/plaintext-probe.js';

async function listen(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('who answers under the number of the question speaks it, also in two pieces', async () => {
  const port = await listen((socket) => {
    socket.write(Buffer.from([0, 0, 0, 10]));
    setImmediate(() => socket.write(Buffer.from([0x70, 0x68, 0x71, 0x31, 0, 0, 0, 0, 0, 0])));
  });
  expect(await speaksPlaintextKafka('127.0.0.1', port)).toBe(true);
});

test('who hangs up, says something else, says nothing or is not there does not', async () => {
  expect(await speaksPlaintextKafka('127.0.0.1', await listen((socket) => socket.destroy()))).toBe(false);
  expect(await speaksPlaintextKafka('127.0.0.1', await listen((socket) => socket.end('HTTP/1.1 400 Bad Request')))).toBe(false);
  expect(await speaksPlaintextKafka('127.0.0.1', await listen((socket) => onTestFinished(() => void socket.destroy())))).toBe(false);
  expect(await speaksPlaintextKafka('127.0.0.1', 1)).toBe(false);
});
