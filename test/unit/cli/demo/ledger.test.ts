import { expect, test } from 'vitest';
import { Ledger } from '../../../../src/cli/demo/ledger.js';

const at = (offset: number) => ({ topic: 'quakes', partition: 0, offset, key: `k${offset}` });

function open(options: { maxCost?: number; stallMs?: number } = {}): { ledger: Ledger; stop: AbortController } {
  const stop = new AbortController();
  return { ledger: new Ledger({ maxCost: 100, stallMs: 10_000, signal: stop.signal, ...options }), stop };
}

test('what was written and arrived is settled, what did not arrive is missing by name', () => {
  const { ledger } = open();
  for (const offset of [0, 1, 2]) ledger.wrote(at(offset), 10);
  ledger.arrivedFrom(at(1));
  expect([ledger.arrived, ledger.missing, ledger.repeated]).toEqual([1, 2, 0]);
  expect(ledger.missingExamples(1)).toEqual(['quakes:0:0:k0']);
});

test('an arrival that overtakes its acknowledgement counts once', async () => {
  const { ledger } = open();
  ledger.arrivedFrom(at(0));
  ledger.wrote(at(0), 10);
  await ledger.complete();
  expect([ledger.arrived, ledger.missing, ledger.repeated]).toEqual([1, 0, 0]);
});

test('a second arrival is told apart, before and after the acknowledgement', () => {
  const { ledger } = open();
  ledger.arrivedFrom(at(0));
  ledger.arrivedFrom(at(0));
  ledger.wrote(at(0), 10);
  ledger.wrote(at(1), 10);
  ledger.arrivedFrom(at(1));
  ledger.arrivedFrom(at(1));
  expect([ledger.arrived, ledger.missing, ledger.repeated]).toEqual([2, 0, 2]);
});

test('a message under another key is not the one that was written', () => {
  const { ledger } = open();
  ledger.wrote(at(0), 10);
  ledger.arrivedFrom({ ...at(0), key: 'other' });
  expect([ledger.arrived, ledger.missing, ledger.repeated]).toEqual([0, 1, 1]);
});

test('room is waited for until enough has arrived', async () => {
  const { ledger } = open();
  ledger.wrote(at(0), 60);
  ledger.wrote(at(1), 40);
  const order: string[] = [];
  const room = ledger.room(50).then(() => order.push('room'));
  ledger.arrivedFrom(at(1));
  await Promise.resolve();
  order.push('40 arrived');
  ledger.arrivedFrom(at(0));
  await room;
  expect(order).toEqual(['40 arrived', 'room']);
});

test('what is larger than all the room goes alone', async () => {
  const { ledger } = open();
  await ledger.room(1_000);
});

test('completion waits for the last arrival', async () => {
  const { ledger } = open();
  ledger.wrote(at(0), 10);
  const complete = ledger.complete();
  ledger.arrivedFrom(at(0));
  await complete;
});

test('when nothing arrives any more the wait ends with what is missing', async () => {
  const { ledger } = open({ stallMs: 10 });
  ledger.wrote(at(0), 90);
  const text = '1 message under way never arrived, and nothing has for 0.01 s; among them quakes:0:0:k0';
  await expect(ledger.complete()).rejects.toThrow(text);
  await expect(ledger.room(90)).rejects.toThrow(text);
});

test('the signal ends every wait with its reason', async () => {
  const { ledger, stop } = open();
  ledger.wrote(at(0), 90);
  const room = ledger.room(90);
  stop.abort(new Error('enough'));
  await expect(room).rejects.toThrow('enough');
  await expect(ledger.complete()).rejects.toThrow('enough');
});
