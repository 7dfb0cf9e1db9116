/** The jars of Apache Kafka 4.1.0, fetched once through Maven into .cache and shared by every test file. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../setup/lock.mjs';
import { CACHE, ROOT } from '../setup/paths.mjs';
import { SetupError, step } from '../setup/report.mjs';
import { runLogged, tail } from '../setup/run.mjs';
import { KAFKA_TOOLS, missingTools } from '../setup/tools.mjs';

const LIBS = join(CACHE, 'kafka-4.1.0');
const POM = join(ROOT, 'scripts/kafka/pom.xml');
// A pinned plugin: an unpinned one resolves to whatever Maven's own version thinks fit.
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** @returns {Promise<string>} a Java class path
 *  @throws {SetupError} when java or mvn is missing, or the download fails */
export async function kafkaClassPath() {
  const missing = missingTools(KAFKA_TOOLS);
  if (missing.length > 0) throw new SetupError(`Cannot run a real Kafka:\n${missing.map((line) => `  ${line}`).join('\n')}`);
  if (!existsSync(LIBS)) await withLock(`${LIBS}.lock`, fetchJars);
  return join(LIBS, '*');
}

/** Copies into a folder beside and renames it: a folder of that name is always complete. */
async function fetchJars() {
  if (existsSync(LIBS)) return; // fetched by whoever held the lock before
  await step('Apache Kafka 4.1.0 (54 MB of jars, once)', async () => {
    const next = `${LIBS}.next`;
    const log = join(CACHE, 'logs', 'kafka-jars.log');
    rmSync(next, { recursive: true, force: true });
    const code = await runLogged('mvn', ['-q', '-B', '-f', POM, COPY, `-DoutputDirectory=${next}`, '-DincludeScope=runtime'], { log });
    if (code !== 0) throw new SetupError(`mvn ended with ${code}:\n${tail(log)}`);
    renameSync(next, LIBS);
  });
}
