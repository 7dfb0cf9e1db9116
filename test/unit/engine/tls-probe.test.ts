import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { probeTls } from '../../../src/engine/tls-probe.js';

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const look = (port: number) => probeTls({ host: '127.0.0.1', port, credentials: {} });

// Certificates are met on a real broker: test/security/refused.test.ts.
test('who answers something else does not speak TLS; who hangs up says nothing', async () => {
  expect(await look(await listen((socket) => socket.once('data', () => socket.destroy())))).toEqual({ kind: 'hangsUp' });
  expect(await look(await listen((socket) => socket.once('data', () => socket.resetAndDestroy())))).toEqual({ kind: 'hangsUp' });
  expect(await look(await listen((socket) => socket.end('SSH-2.0-x\r\n')))).toEqual({ kind: 'notTls' });
});

test('who is not there, or says nothing for two seconds, tells nothing', async () => {
  expect(await look(1)).toEqual({ kind: 'unreachable' });
  expect(await look(await listen((socket) => onTestFinished(() => void socket.destroy())))).toEqual({ kind: 'unreachable' });
});

test('a key that cannot be used tells nothing either', async () => {
  const credentials = { key: 'no key', cert: 'no certificate' };
  expect(await probeTls({ host: '127.0.0.1', port: 1, credentials })).toEqual({ kind: 'unreachable' });
});
