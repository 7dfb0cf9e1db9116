import { expect, test } from 'vitest';
import { type AddonLoader, loadChecked } from '../../../src/engine/load.js';
import type { NativeAddon } from '../../../src/engine/native.js';

const FEATURES = 'gzip,snappy,ssl,sasl,regex,lz4,sasl_plain,sasl_scram,plugins,zstd,sasl_oauthbearer,http,oidc';
const loaderOf = (info: Partial<ReturnType<NativeAddon['engineInfo']>>): AddonLoader => ({
  platformName: () => 'linux-x64-gnu',
  loadAddon: () =>
    ({ engineInfo: () => ({ version: '2.15.1', versionNumber: 0x020f01ff, features: FEATURES, ...info }) }) as unknown as NativeAddon,
});

test('a complete binary is handed out', () => {
  expect(loadChecked(loaderOf({})).engineInfo().version).toBe('2.15.1');
});

test('a missing binary is an error that names platform, package and the command that builds one', () => {
  const loader: AddonLoader = {
    platformName: () => 'linux-riscv64-gnu',
    loadAddon: () => {
      throw new Error('no package is built for linux-riscv64-gnu\nRequire stack: …');
    },
  };
  expect(() => loadChecked(loader)).toThrow(
    expect.objectContaining({
      code: 'ENGINE_MISSING',
      message: expect.stringMatching(/linux-riscv64-gnu .*@predicthq\/kafka-linux-riscv64-gnu.*npx phq-kafka build-engine/),
    }),
  );
});

test('a binary without a promised feature, or with an older librdkafka, is refused by name', () => {
  expect(() => loadChecked(loaderOf({ features: FEATURES.replace(',zstd', '').replace(',oidc', '') }))).toThrow(
    expect.objectContaining({ code: 'ENGINE_UNFIT', message: expect.stringContaining('without oidc, zstd') }),
  );
  expect(() => loadChecked(loaderOf({ version: '2.12.1', versionNumber: 0x020c01ff }))).toThrow(
    expect.objectContaining({ code: 'ENGINE_UNFIT', message: expect.stringContaining('librdkafka 2.12.1, older than the 2.15.1') }),
  );
});
