/** Chaos: one port between the clients and one broker, on which connections can be cut, held, slowed and moved. Brokers talk past it. */
import { connect, createServer } from 'node:net';

const HELD_MS = 20;

export class BrokerProxy {
  #port;
  #target;
  #delayMs = 0;
  #isHeld = false;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** @type {import('node:net').Server | null} */
  #server = null;

  /** @param {{ port: number, target: number }} ports where clients connect, and where the broker listens */
  constructor({ port, target }) {
    this.#port = port;
    this.#target = target;
  }

  get port() {
    return this.#port;
  }

  /** Accepts connections again, and forwards at once. */
  async heal() {
    this.#delayMs = 0;
    this.#isHeld = false;
    if (this.#server !== null) return;
    const server = createServer({ noDelay: true }, (socket) => this.#join(socket));
    this.#server = server;
    await new Promise((resolve, reject) => server.once('error', reject).listen(this.#port, '127.0.0.1', () => resolve(undefined)));
  }

  /** Connections end with a reset, new ones are refused. */
  cut() {
    this.#server?.close();
    this.#server = null;
    this.reset();
  }

  /** Connections end with a reset; new ones are taken. */
  reset() {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Nothing is forwarded, nothing is refused: as a network that swallows packets. */
  hold() {
    this.#isHeld = true;
  }

  /** @param {number} ms each way */
  delay(ms) {
    this.#delayMs = ms;
  }

  /** From now on clients find the broker elsewhere. @param {number} port */
  async moveTo(port) {
    this.cut();
    this.#port = port;
    await this.heal();
  }

  /** @param {import('node:net').Socket} client */
  #join(client) {
    const broker = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    this.#pipe(client, broker);
    this.#pipe(broker, client);
  }

  /** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
  #pipe(from, to) {
    from.on('data', (data) => {
      from.pause(); // what waits, waits in the sender
      const forward = () => {
        if (to.destroyed) return;
        if (this.#isHeld) setTimeout(forward, HELD_MS);
        else to.write(data, () => from.resume());
      };
      if (this.#delayMs > 0) setTimeout(forward, this.#delayMs);
      else forward();
    });
    from.once('close', () => to.destroy());
    from.once('error', () => to.destroy()); // resets are what this is for
  }
}
