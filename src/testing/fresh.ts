/** The same message with a payload that nobody has seen: what a handler did to the last one is not in it. */

import { ConsumedMessage } from '../message/consumed-message.js';

/** Reads the payload once more from the raw value; what was not made by `consumed` comes back as it is. */
export function toFresh<M>(message: M): M {
  if (!(message instanceof ConsumedMessage)) return message;
  const { value } = message.raw;
  const payload: unknown = value === null ? null : (JSON.parse(value.toString()) as { item: unknown }).item;
  return Object.assign(Object.create(ConsumedMessage.prototype), message, { payload });
}
