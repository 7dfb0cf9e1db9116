/** Chaos: what each process of a seed is told, for every library that the suite runs. Pure. */
import { hash } from './random.mjs';

/** @typedef {import('./types.js').Plan} Plan
 *  @typedef {{ producer: string, consumer: string, lib: string }} Programs files beside team.mjs, and the library they load
 *  @typedef {{ bootstrap: string, topic: string, group: string, deadLetterTopic: string, fifo: string, lib: string }} Place */

/** Short enough that a lost member is missed while the seed lasts, long enough for a busy machine. */
export const SESSION_MS = 6_000;
const HEARTBEAT_MS = 500;
const KEYS = 40;

/** @param {Plan} plan @param {string} name @returns {Record<string, string | number>} librdkafka's keys */
export function protocolConfig({ protocol, isStatic, maxPollIntervalMs }, name) {
  const common = { 'max.poll.interval.ms': maxPollIntervalMs, ...(isStatic ? { 'group.instance.id': name } : {}) };
  if (protocol === 'consumer') return { 'group.protocol': 'consumer', ...common };
  const strategy = protocol === 'eager' ? 'range' : 'cooperative-sticky';
  const classic = { 'session.timeout.ms': SESSION_MS, 'heartbeat.interval.ms': HEARTBEAT_MS };
  return { 'partition.assignment.strategy': strategy, ...classic, ...common };
}

/** @param {Plan} plan @param {string} name @param {Place} place */
export function consumerTask(plan, name, { bootstrap, topic, group, deadLetterTopic, fifo, lib }) {
  return {
    ...{ fifo, lib, bootstrap, topic, group },
    protocol: protocolConfig(plan, name),
    start: plan.class === 'latest' ? 'latest' : 'earliest',
    handler: plan.handler,
    schemaMs: plan.schemaMs,
    ...{ sessionMs: SESSION_MS, heartbeatMs: HEARTBEAT_MS, batchSize: plan.batchSize },
    options: {
      batchSize: plan.batchSize,
      consumerTimeoutMs: 50,
      maxUncommittedBatches: plan.maxUncommittedBatches,
      drainTimeoutMs: plan.drainTimeoutMs,
      closeTimeoutMs: 10_000,
      startTimeoutMs: 60_000,
      onInvalid: plan.deadLetter ? 'dead-letter' : 'skip',
      ...(plan.concurrency === null ? {} : { concurrency: plan.concurrency }),
      ...(plan.retry ? { retry: { attempts: 3, initialDelayMs: 200, maxDelayMs: 1_000 } } : {}),
      ...(plan.deadLetter ? { deadLetter: { topic: deadLetterTopic } } : {}),
    },
  };
}

/** `leftMs`: how long the load still lasts. @param {Plan} plan @param {string} name @param {Place & { leftMs: number, incarnation: number }} place */
export function producerTask(plan, name, { bootstrap, topic, fifo, lib, leftMs, incarnation }) {
  const seed = hash(`${plan.seed} ${name} ${incarnation}`);
  return {
    fifo,
    lib,
    bootstrap,
    topic,
    seed,
    deliveryTimeoutMs: plan.deliveryTimeoutMs,
    untilMs: leftMs,
    rate: plan.rate,
    keys: KEYS,
    partitions: plan.partitions,
  };
}
