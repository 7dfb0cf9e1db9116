/** What was built from which content: a step is fresh when the hash of its inputs is the one noted after its last success. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

const stampFile = (/** @type {string} */ name) => join(CACHE, 'stamps', name);

/** @param {string} name @param {string} hash */
export function isStamped(name, hash) {
  try {
    return readFileSync(stampFile(name), 'utf8') === hash;
  } catch {
    return false; // never built, or built by hand: either way build
  }
}

/** @param {string} name @param {string} hash */
export function stamp(name, hash) {
  mkdirSync(join(CACHE, 'stamps'), { recursive: true });
  writeFileSync(stampFile(name), hash);
}

/** Hash over names and contents, so a renamed or removed file counts too.
 *  @param {readonly string[]} paths files, or folders taken whole
 *  @param {(name: string) => boolean} [isInput] asked for each entry name inside a folder
 *  @param {readonly string[]} [facts] further inputs, such as a platform */
export function hashOf(paths, isInput = () => true, facts = []) {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(`${fact}\0`);
  for (const path of paths.flatMap((each) => filesUnder(each, isInput)).sort()) {
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} path @param {(name: string) => boolean} isInput @returns {string[]} */
export function filesUnder(path, isInput) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter((entry) => isInput(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name), isInput) : [join(path, entry.name)]));
}
