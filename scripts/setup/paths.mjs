/** Where things lie in a checkout, for every script. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const CACHE = join(ROOT, '.cache');
export const DIST = join(ROOT, 'dist');
export const NATIVE = join(ROOT, 'native');

/** A package's command as a script for `node`: never through `.bin`, whose first entries in PATH have hidden another Node or TypeScript before.
 *  @param {string} script path inside node_modules */
export const inPackages = (script) => join(ROOT, 'node_modules', script);
