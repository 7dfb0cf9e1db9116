/** A way to a broker that counts who comes: what a client does when it is refused shows in how often it knocks. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export class CountingProxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#join(client));
  readonly #port: number;
  #count = 0;

  private constructor(target: string) {
    this.#port = Number(target.split(':')[1]);
  }

  /** @param target host:port on this machine */
  static async to(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** By name, since that is what a certificate is checked against. */
  get bootstrapServers(): string {
    return `localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections there were. */
  get count(): number {
    return this.#count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    this.#count++;
    const broker = connect(this.#port, '127.0.0.1');
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
