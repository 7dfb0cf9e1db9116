/** Inspecting, when two errors are the same one: their messages, without what changes from record to record. */

const MAX_INPUT = 2_000;
const MAX_SHAPE = 160;

/** In this order: what a later pattern would tear apart comes first. */
const VARYING: readonly (readonly [pattern: RegExp, stands: string])[] = [
  [/"[^"]*"|(?<!\w)'[^']*'(?!\w)|`[^`]*`/g, '<text>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b(?:0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{8,})\b/gi, '<hex>'],
  [/\d+(?:\.\d+)*/g, '<n>'],
];

/** `Quake "us7000" has magnitude 4.5` and the next one's message have one shape: `Quake <text> has magnitude <n>`. First line only. */
export function toShape(message: string): string {
  const [line = ''] = message.slice(0, MAX_INPUT).split(/[\r\n]/, 1);
  const shape = VARYING.reduce((text, [pattern, stands]) => text.replace(pattern, stands), line).trim();
  return shape.length > MAX_SHAPE ? `${shape.slice(0, MAX_SHAPE - 1)}…` : shape;
}
