/** The door to the native addon: loads it at first use, never at import, and refuses a binary that lacks what the library promises. */

import { createRequire } from 'node:module';
import { UsageError } from '../errors.js';
import type { NativeAddon } from './native.js';

/** What native/load.cjs exports. It lies as far above src/engine as above dist/engine, so one relative path serves both. */
export interface AddonLoader {
  platformName(): string;
  loadAddon(): NativeAddon;
}

// librdkafka's build drops a feature it cannot build without a word, so each one is asked for by name.
const REQUIRED_FEATURES = ['ssl', 'sasl_scram', 'sasl_oauthbearer', 'oidc', 'http', 'zstd', 'lz4', 'snappy', 'gzip'];
/** 2.15.1 in librdkafka's encoding: MM mm rr xx, xx = 0xff for a release. Cargo builds the crate's own 2.12.1, with a mere warning, when the
 *  patch of native/Cargo.toml does not apply. */
const MINIMUM_VERSION = 0x020f01ff;

let loaded: NativeAddon | undefined;

/** The addon; the first call loads and checks it.
 *  @throws UsageError ENGINE_MISSING when no binary is installed for this platform, ENGINE_UNFIT when the one found cannot do the job. */
export function engine(): NativeAddon {
  loaded ??= loadChecked(createRequire(import.meta.url)('../../native/load.cjs') as AddonLoader);
  return loaded;
}

/** `engine()` without the memory, over any loader. */
export function loadChecked(loader: AddonLoader): NativeAddon {
  const addon = loadOrExplain(loader);
  const { version, versionNumber, features } = addon.engineInfo();
  const present = new Set(features.split(','));
  const missing = REQUIRED_FEATURES.filter((feature) => !present.has(feature));
  const rebuild = 'build it again with `npx phq-kafka build-engine`';
  if (versionNumber < MINIMUM_VERSION) {
    throw new UsageError(
      'ENGINE_UNFIT',
      `The native engine carries librdkafka ${version}, older than the 2.15.1 this library needs; ${rebuild}`,
    );
  }
  if (missing.length > 0) {
    throw new UsageError(
      'ENGINE_UNFIT',
      `The native engine was built without ${missing.join(', ')} (librdkafka ${version}, has: ${features}); ${rebuild}`,
    );
  }
  return addon;
}

function loadOrExplain(loader: AddonLoader): NativeAddon {
  try {
    return loader.loadAddon();
  } catch (cause) {
    const platform = loader.platformName();
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new UsageError(
      'ENGINE_MISSING',
      `The native engine for ${platform} cannot be loaded (package @predicthq/kafka-${platform}): ${reason}. ` +
        'Install again without --omit=optional, or build it from source with `npx phq-kafka build-engine`',
      { cause },
    );
  }
}
