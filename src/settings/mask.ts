/** Settings layer: what an error may show of a value that the user wrote. */

/** The text without what stands in front of an `@`: a name and password, as URLs and addresses carry them. */
export function maskUserInfo(text: string): string {
  return text.replace(/^(\s*[\w+.-]+:\/\/)?.*@/s, '$1***@');
}
