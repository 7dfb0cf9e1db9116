/** Chaos: the handler of a consumer process. It waits, throws, reports failures, seeks and blocks as its plan says, by message and attempt. */
import { setTimeout as pass } from 'node:timers/promises';
import { hash } from '../random.mjs';
import { nameOf } from './ownership.mjs';

/** @typedef {import('../../../dist/index.js').ConsumedMessage} Message
 *  @typedef {{ attempt: number, signal: AbortSignal, fail?: (message: Message, error: Error) => void }} Context
 *  @typedef {{ do: 'block' | 'slow' | 'pause', ms: number }} Order
 *  @typedef {{ task: import('./consumer.mjs').Task & { m: string, i: number }, write: import('../ledger.mjs').Write, ownership: import('./ownership.mjs').Ownership,
 *    consumer: import('../../../dist/index.js').Consumer }} Options */

const ROWS_A_LINE = 60;
const SEEK_BACK = 15;

export class Handling {
  #options;
  #calls = 0;
  #assignments = 0;
  /** @type {Order | undefined} */
  #order;
  #isEnded = false;
  /** what has thrown once in this process @type {Set<string>} */
  #thrown = new Set();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.handler = this.handler.bind(this);
  }

  /** No more calls. */
  end() {
    this.#isEnded = true;
  }

  /** What the next call does besides. @param {Order} order */
  plan(order) {
    this.#order = order;
  }

  /** @param {readonly Message[]} messages @param {Context} context */
  async handler(messages, context) {
    const { write, task } = this.#options;
    const calls = this.#begin(messages, context.attempt);
    await this.#obey();
    await pass(hash(`${task.m} ${calls[0]}`) % (task.handler.waitMs + 1));
    const bad = messages.find((message) => this.#throws(message, context.attempt));
    if (bad !== undefined) {
      for (const call of calls) write('threw', { call });
      throw new Error(`chaos: ${uOf(bad)} in attempt ${context.attempt}`);
    }
    const failed = this.#fail(messages, context);
    for (const call of calls) write('handled', { call, ...(failed.length > 0 ? { failed } : {}) });
    this.#seek(messages);
  }

  /** A call is one line, or several when it has many messages. @param {readonly Message[]} messages @param {number} attempt */
  #begin(messages, attempt) {
    const { write, ownership } = this.#options;
    /** @type {number[]} */
    const calls = [];
    for (let i = 0; i < messages.length; i += ROWS_A_LINE) {
      /** @type {Record<string, [epoch: number, rows: [offset: number, u: string][]]>} */
      const rows = {};
      for (const message of messages.slice(i, i + ROWS_A_LINE)) {
        const tp = nameOf(message);
        rows[tp] ??= [ownership.epochOf(tp), []];
        rows[tp][1].push([message.offset, uOf(message)]);
      }
      calls.push(this.#calls);
      write('begun', { call: this.#calls++, attempt, rows });
    }
    return calls;
  }

  async #obey() {
    const order = this.#order;
    this.#order = undefined;
    if (order === undefined) return;
    const { consumer, write } = this.#options;
    write('order', order);
    if (order.do === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
    else if (order.do === 'slow') await pass(order.ms);
    else {
      const held = consumer.assignment;
      consumer.pause(held);
      // Unless the service has ended meanwhile, which is no fault of its.
      setTimeout(() => this.#isEnded || consumer.resume(held), order.ms).unref();
    }
  }

  /** @param {Message} message @param {number} attempt */
  #throws(message, attempt) {
    const { handler } = this.#options.task;
    const u = uOf(message);
    if (attempt > 1 || this.#thrown.has(u) || hash(`throw ${u}`) % 1_000 >= handler.throwsPerMille) return false;
    this.#thrown.add(u);
    return true;
  }

  /** @param {readonly Message[]} messages @param {Context} context */
  #fail(messages, context) {
    const { handler } = this.#options.task;
    if (context.fail === undefined) return [];
    const poison = messages.filter((message) => hash(`poison ${uOf(message)}`) % 1_000 < handler.poisonPerMille);
    for (const message of poison) context.fail(message, new Error(`chaos: poison ${uOf(message)}`));
    return poison.map((message) => `${nameOf(message)}:${message.offset}`);
  }

  /** As soon as it is known where the group stands, beside whatever is under way. @param {readonly import('./ownership.mjs').TopicPartition[]} partitions */
  async seekWhenAssigned(partitions) {
    const { task, consumer, ownership } = this.#options;
    const [at] = partitions;
    if (at === undefined || hash(`assigned ${task.m} ${task.i} ${this.#assignments++}`) % 1_000 >= task.handler.assignedSeeksPerMille)
      return;
    const epoch = ownership.epochOf(nameOf(at));
    // A broker that is away, a consumer that is closing: then it does not seek.
    const [committed] = await consumer.committed([at]).catch(() => []);
    if (committed === undefined || committed.offset < 0 || ownership.epochOf(nameOf(at)) !== epoch) return;
    if (!ownership.stays(nameOf(at))) return;
    this.#seekBack(at, committed.offset - SEEK_BACK);
  }

  /** @param {readonly Message[]} messages */
  #seek(messages) {
    const { task, ownership } = this.#options;
    const [first] = messages;
    if (first === undefined || hash(`seek ${task.m} ${task.i} ${this.#calls}`) % 1_000 >= task.handler.seeksPerMille) return;
    if (!ownership.stays(nameOf(first))) return;
    const floor = task.options.concurrency === undefined ? first.offset : ownership.floorOf(nameOf(first));
    if (floor === undefined) return;
    this.#seekBack(first, Math.min(floor, first.offset - SEEK_BACK));
  }

  /** @param {import('./ownership.mjs').TopicPartition} at @param {number} to */
  #seekBack({ topic, partition }, to) {
    const { consumer, ownership } = this.#options;
    const offset = Math.max(0, to);
    consumer.seek([{ topic, partition, offset }]);
    ownership.renew(nameOf({ topic, partition }), offset);
  }
}

/** @param {Message} message */
const uOf = (message) => /** @type {{ u: string }} */ (message.payload).u;
