/** Free ports on loopback. */
import { createServer } from 'node:net';

/** Held all at once before any is released, so that they differ. Below the ephemeral range nothing else takes one by chance while its broker restarts.
 *  @param {number} count @returns {Promise<number[]>} */
export async function freePorts(count) {
  /** @type {import('node:net').Server[]} */
  const servers = [];
  while (servers.length < count) {
    const server = await tryListen(20_000 + Math.floor(Math.random() * 12_000));
    if (server !== null) servers.push(server);
  }
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** @param {number} port @returns {Promise<import('node:net').Server | null>} null when the port is taken */
function tryListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
