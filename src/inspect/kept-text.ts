/** Inspecting, text of a record that outlives it: short, and a copy, since V8 keeps the whole of a text in memory for a slice of it. */

export function keptText(text: string, maxLength: number): string {
  return Buffer.from(text.slice(0, maxLength)).toString();
}
