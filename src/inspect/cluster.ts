/** Inspecting, the ground: the clients that look into a cluster and mend it, each made when it is first needed. */

import { Reader } from '../consumer/reader.js';
import { Admin } from '../engine/admin.js';
import { TransactionalProducer } from '../producer/transactional-producer.js';
import { resolveToolConfig, type ToolConfig, type ToolOptions } from '../settings/tool-config.js';

export type { ToolOptions } from '../settings/tool-config.js';

/** Looking is done by a reader without a group, so it changes nothing on the brokers, not even by asking for a topic that is not there. */
export class Cluster implements AsyncDisposable {
  readonly #config: ToolConfig;
  #reader: Reader | undefined;
  #admin: Admin | undefined;

  /** Does no I/O. @throws SettingsError that lists every fault */
  constructor(options: ToolOptions) {
    this.#config = resolveToolConfig(options);
  }

  get reader(): Reader {
    const { bootstrapServers, logger, reader } = this.#config;
    this.#reader ??= new Reader({ name: 'reader', bootstrapServers, config: reader, logger });
    return this.#reader;
  }

  get admin(): Admin {
    const { admin, logger } = this.#config;
    this.#admin ??= new Admin({
      name: 'admin client',
      config: admin,
      onFault: (error) => logger.error({ err: error }, 'The admin client failed to handle an event of the engine'),
    });
    return this.#admin;
  }

  /** One for each id at a time: a new one fences the last. The caller closes it. */
  transactional(name: string, id: string): TransactionalProducer {
    const { bootstrapServers, logger } = this.#config;
    return new TransactionalProducer({ name, bootstrapServers, config: this.#config.transactional(id), logger });
  }

  /** Milliseconds. @throws TimeoutError TIMEOUT_CONNECT; KafkaException at once when credentials or certificates are refused */
  connect(timeoutMs: number): Promise<void> {
    return this.reader.connect(timeoutMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.close(), this.#admin?.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
