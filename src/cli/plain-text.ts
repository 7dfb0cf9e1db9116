/** Command line: text that came from outside, made safe to show: a key or a payload must not steer the terminal. */

/** Control characters (C0, DEL, C1), line and paragraph separators, what reverses or hides text, and half surrogates. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/** Shows every unsafe character as its escape, e.g. ESC as `\x1b`, and cuts after `maxLength` characters. */
export function toPlainText(value: unknown, maxLength = 200): string {
  const text = typeof value === 'string' ? value : String(value);
  const short = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return short.replace(UNSAFE, escapeOf);
}

function escapeOf(character: string): string {
  const hex = character.charCodeAt(0).toString(16);
  return hex.length > 2 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`;
}

/** One line of JSON, safe to show: what would steer a terminal is written as the escape that JSON has for it. Parsed, it is the value. */
export function toPlainJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
