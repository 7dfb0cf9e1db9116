/** The tools a machine must bring: each missing one gets a line that says what to install. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SetupError } from './report.mjs';
import { runHere } from './run.mjs';

const DEBIAN_RUST = ['cargo-web', 'rustc-web'];

/** @typedef {{ name: string, probe: readonly string[], install: string, atLeast?: string }} Tool */

/** Needed to compile the native engine; OpenSSL's build asks for perl modules that a bare `perl-base` lacks.
 *  @type {readonly Tool[]} */
export const BUILD_TOOLS = [
  {
    name: 'cargo',
    probe: ['cargo', '--version'],
    atLeast: '1.88',
    install: `https://rustup.rs, or on Debian: apt-get install ${DEBIAN_RUST.join(' ')}`,
  },
  {
    name: 'rustc',
    probe: ['rustc', '--version'],
    atLeast: '1.88',
    install: `https://rustup.rs, or on Debian: apt-get install ${DEBIAN_RUST.join(' ')}`,
  },
  { name: 'gcc', probe: ['gcc', '--version'], install: 'on Debian: apt-get install gcc; on macOS: xcode-select --install' },
  { name: 'g++', probe: ['g++', '--version'], install: 'on Debian: apt-get install g++; on macOS: xcode-select --install' },
  { name: 'make', probe: ['make', '--version'], install: 'on Debian: apt-get install make; on macOS: xcode-select --install' },
  {
    name: 'perl',
    probe: ['perl', '-MFindBin', '-MIPC::Cmd', '-MFile::Compare', '-e1'],
    install: 'on Debian: apt-get install perl; on macOS it is there',
  },
  { name: 'cmake', probe: ['cmake', '--version'], install: 'on Debian: apt-get install cmake; on macOS: brew install cmake' },
];

/** Needed by `npm run check` beside the build tools.
 *  @type {readonly Tool[]} */
export const LINT_TOOLS = [
  {
    name: 'clippy',
    probe: ['cargo', 'clippy', '--version'],
    install: 'rustup component add clippy, or on Debian: apt-get install rust-web-clippy',
  },
  {
    name: 'rustfmt',
    probe: ['cargo', 'fmt', '--version'],
    install: 'rustup component add rustfmt, or on Debian: apt-get install rustfmt-web',
  },
];

/** Needed to run a real Kafka.
 *  @type {readonly Tool[]} */
export const KAFKA_TOOLS = [
  { name: 'java', probe: ['java', '-version'], install: 'on Debian: apt-get install openjdk-17-jre-headless' },
  { name: 'mvn', probe: ['mvn', '--version'], install: 'on Debian: apt-get install maven' },
];

/** Needed by a secured Kafka beside the tools above: it makes the certificates.
 *  @type {readonly Tool[]} */
export const KEY_TOOLS = [
  { name: 'openssl', probe: ['openssl', 'version'], install: 'on Debian: apt-get install openssl; on macOS: brew install openssl' },
];

/** Needed by the interop suite beside a real Kafka: it makes itself a virtual environment with a Kafka client that is not ours.
 *  @type {readonly Tool[]} */
export const PYTHON_TOOLS = [
  {
    name: 'python3',
    probe: ['python3', '-c', 'import venv, ensurepip'],
    install: 'on Debian: apt-get install python3-venv; on macOS: brew install python',
  },
];

/** Needed by `npm run pack:check` beside cargo: it compiles actionlint.
 *  @type {readonly Tool[]} */
export const PACK_TOOLS = [{ name: 'go', probe: ['go', 'version'], install: 'https://go.dev/dl, or on Debian: apt-get install golang' }];

/** One line per tool that is missing or too old; empty when all are there.
 *  @param {readonly Tool[]} tools */
export function missingTools(tools) {
  return tools.flatMap((tool) => {
    const fault = faultOf(tool);
    return fault === null ? [] : [`${tool.name} ${fault}; install it: ${tool.install}`];
  });
}

/** @param {Tool} tool @returns {string | null} */
function faultOf({ probe: [command = '', ...args], atLeast }) {
  const { status, error, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  if (error || status !== 0) return 'is missing';
  if (atLeast === undefined) return null;
  const version = /\d+\.\d+/.exec(stdout)?.[0] ?? '0.0';
  return isAtLeast(version, atLeast) ? null : `is ${version}, needed is ${atLeast} or newer`;
}

/** @param {string} version @param {string} minimum */
function isAtLeast(version, minimum) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = minimum.split('.').map(Number);
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

/** Checks the build tools; on Debian a missing cargo is installed if `consent` was given, and only printed otherwise.
 *  @param {boolean} consent `--yes` or CI=true
 *  @throws {SetupError} naming everything that is missing */
export async function requireBuildTools(consent) {
  let missing = missingTools(BUILD_TOOLS);
  const wantsRust = missing.some((line) => /^(cargo|rustc) /.test(line));
  if (wantsRust && consent && existsSync('/etc/debian_version')) {
    await installDebianRust();
    missing = missingTools(BUILD_TOOLS);
  }
  if (missing.length > 0) throw new SetupError(`Cannot build the native engine:\n${missing.map((line) => `  ${line}`).join('\n')}`);
}

async function installDebianRust() {
  const root = process.getuid?.() === 0;
  const command = root ? 'apt-get' : 'sudo';
  const prefix = root ? [] : ['apt-get'];
  process.stderr.write(`setup: apt-get install ${DEBIAN_RUST.join(' ')}\n`);
  // The first install fails on a machine whose package lists are empty.
  for (const args of [['install', '-y', ...DEBIAN_RUST], ['update'], ['install', '-y', ...DEBIAN_RUST]]) {
    if ((await runHere(command, [...prefix, ...args])) === 0 && args[0] === 'install') return;
  }
}
