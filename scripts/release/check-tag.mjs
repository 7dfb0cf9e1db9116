/** Ends the release at once when its tag (argument, e.g. v1.2.3) is not the version of package.json. Plain Node: it runs before anything is installed. */
import { readFileSync } from 'node:fs';

const [tag] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
if (tag !== `v${version}`) {
  process.stderr.write(`The tag is ${tag}, package.json says ${version}\n`);
  process.exitCode = 1;
}
