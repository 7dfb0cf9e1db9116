/** An engine may run under another Node than the bench itself: `ours-node24` is the engine `ours` under Node 24, the one of test/nodes. */
import { existsSync } from 'node:fs';
import { canRunNodes, ensureNodes, nodeBinary } from '../scripts/test/nodes-suite.mjs';

const SUFFIX = /-node(\d+)$/;

/** The engine's file without its ending, and the Node that runs it. @param {string} engine */
export function runtimeOf(engine) {
  const major = SUFFIX.exec(engine)?.[1];
  if (major === undefined) return { file: engine, node: process.execPath };
  return { file: engine.replace(SUFFIX, ''), node: nodeBinary(`n${major}`) };
}

/** Installs the Nodes that these engines need. Returns why they cannot be had, if so.
 *  @param {readonly string[]} engines @returns {Promise<string | undefined>} @throws {SetupError} when npm fails */
export async function installNodesFor(engines) {
  if (engines.length === 0) return undefined;
  if (!canRunNodes()) return 'npm carries Node for Linux on x64 only, as test/nodes says';
  await ensureNodes();
  const missing = engines.map(runtimeOf).find(({ node }) => !existsSync(node));
  return missing === undefined ? undefined : `${missing.node} is not there`;
}

/** @param {string} engine */
export const hasOwnNode = (engine) => SUFFIX.test(engine);
