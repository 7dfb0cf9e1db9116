/** How Java is called: small heaps and a quick start, since everything here lives for minutes. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Of every JVM we start. */
export const JAVA_FLAGS = [
  '-Xms128m',
  '-Xmx384m',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];

/** Starts a JVM in a process group of its own, so that Ctrl-C reaches only us and we decide the order of stopping.
 *  @param {{ classPath: string, main: string, args: readonly string[], log: string, flags?: readonly string[] }} options */
export function spawnJava({ classPath, main, args, log, flags = [] }) {
  const file = openSync(log, 'a');
  const child = spawn('java', [...JAVA_FLAGS, ...flags, '-cp', classPath, main, ...args], {
    detached: true,
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  return child;
}

/** Runs one of Kafka's own command line tools to its end, e.g. `org.apache.kafka.tools.TopicCommand`.
 *  @param {string} classPath @param {string} main @param {readonly string[]} args
 *  @returns {Promise<string>} what it printed
 *  @throws {Error} with that text when the tool fails */
export function runTool(classPath, main, args) {
  return new Promise((resolve, reject) => {
    const child = spawn('java', [...JAVA_FLAGS, '-cp', classPath, main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${main} ended with ${code}:\n${output}`))));
  });
}
