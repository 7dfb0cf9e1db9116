/** Message layer: RFC 3339 times with microseconds, which `Date` cannot hold and Python writes. */

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Microseconds since 1970 of an RFC 3339 time with any offset, or undefined when the text is not one.
 *  Digits after the sixth are cut as Python does. Exact: today is 1.8e15 us and a double is exact to 9e15 (the year 2255). */
export function parseMicros(text: string): number | undefined {
  const parts = RFC_3339.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign = '+', offsetHour = '0', offsetMinute = '0'] = parts;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return (sign === '-' ? ms + offsetMs : ms - offsetMs) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** The time as written in a new message: RFC 3339 UTC with milliseconds and Z. */
export function formatNow(): string {
  return new Date().toISOString();
}
