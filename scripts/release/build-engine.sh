#!/bin/sh
# Compiles the engine for the machine or image this runs in, at the checkout's root, into binaries/kafka.PLATFORM.node. Run by the release workflow:
# on Linux inside an image of the oldest system we support, elsewhere on the runner; native/vendor is filled already (native/vendor-librdkafka.mjs).
# Argument: the platform in napi's spelling.
set -eu
platform=$1
rust=1.95.0

# OpenSSL's build asks for perl modules that a small image lacks.
if command -v apk >/dev/null; then
  apk add --no-cache bash cmake curl g++ gcc linux-headers make perl
elif command -v yum >/dev/null; then
  yum install -y perl-core perl-IPC-Cmd
fi

if ! command -v rustup >/dev/null; then
  curl --proto '=https' --tlsv1.2 -fsS https://sh.rustup.rs | sh -s -- -y --profile minimal --default-toolchain none
  . "$HOME/.cargo/env"
fi
rustup toolchain install "$rust" --profile minimal

case $platform in
  # A library that is loaded by another program cannot carry its own libc.
  *-musl) RUSTFLAGS='-C target-feature=-crt-static'; export RUSTFLAGS ;;
  # The perl that comes with git's shell makes paths that OpenSSL's build for Windows cannot use.
  win32-*) OPENSSL_SRC_PERL='C:/Strawberry/perl/bin/perl.exe'; export OPENSSL_SRC_PERL ;;
esac
cargo "+$rust" build --release --locked --manifest-path native/Cargo.toml

case $platform in
  darwin-*) library=libphq_kafka_engine.dylib ;;
  win32-*) library=phq_kafka_engine.dll ;;
  *) library=libphq_kafka_engine.so ;;
esac
mkdir -p binaries
cp "native/target/release/$library" "binaries/kafka.$platform.node"
ls -l binaries
