/** Ports for the brokers of tests: two listeners that were given the same one end in a broker that cannot start. */
import { expect, test } from 'vitest';
import { freePorts } from '../../scripts/kafka/ports.mjs';

test('who asks again is given other ports, though nobody listens on the first ones yet', async () => {
  const ports: number[] = [];
  for (let cluster = 0; cluster < 20; cluster++) ports.push(...(await freePorts(12)));
  expect(new Set(ports).size).toBe(240);
  expect(ports.every((port) => port >= 20_000 && port < 32_000)).toBe(true);
});

test('once all of them were given they are given again', async () => {
  for (let cluster = 0; cluster < 5; cluster++) expect(new Set(await freePorts(100)).size).toBe(100);
});

test('more than there are is an error', async () => {
  await expect(freePorts(500)).rejects.toThrow(/Found only \d+ of 500 free ports/);
});
