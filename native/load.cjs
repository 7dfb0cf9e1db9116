'use strict';
// The one CommonJS file: finds and loads the addon. Each package is required by a literal name so that bundlers and file tracers can see it.

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const PACKAGES = {
  'linux-x64-gnu': () => require('@predicthq/kafka-linux-x64-gnu'),
  'linux-x64-musl': () => require('@predicthq/kafka-linux-x64-musl'),
  'linux-arm64-gnu': () => require('@predicthq/kafka-linux-arm64-gnu'),
  'linux-arm64-musl': () => require('@predicthq/kafka-linux-arm64-musl'),
  'darwin-x64': () => require('@predicthq/kafka-darwin-x64'),
  'darwin-arm64': () => require('@predicthq/kafka-darwin-arm64'),
  'win32-x64-msvc': () => require('@predicthq/kafka-win32-x64-msvc'),
};

/** The platform in napi's spelling, e.g. `linux-x64-gnu`. */
function platformName() {
  const { platform, arch } = process;
  if (platform === 'linux') return `${platform}-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  return platform === 'win32' ? `${platform}-${arch}-msvc` : `${platform}-${arch}`;
}

// Only a process that runs on glibc reports a glibc version. The report is told to leave out the network: reverse DNS there can take seconds.
function isMusl() {
  const { report } = process;
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  const { header } = report.getReport();
  report.excludeNetwork = before;
  return !header.glibcVersionRuntime;
}

/** A binary built in this folder wins over the installed package: whoever built one wants it used. Throws what `require` throws. */
function loadAddon() {
  const platform = platformName();
  const built = join(__dirname, `kafka.${platform}.node`);
  if (existsSync(built)) return require(built);
  const load = PACKAGES[platform];
  if (load === undefined) throw Object.assign(new Error(`no package is built for ${platform}`), { code: 'MODULE_NOT_FOUND' });
  return load();
}

module.exports = { platformName, loadAddon };
