#!/usr/bin/env bash
# Runs the tests of brique-tensor and brique-layers, and the exact vectors, on an emulated AArch64 processor. Needs Debian's
# gcc-aarch64-linux-gnu and qemu-user.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/cross_toolchain.sh

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/aarch64"
# The emulator must not see the libraries of a compiler that is not installed.
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="env --unset=LD_LIBRARY_PATH qemu-aarch64 -L /usr/aarch64-linux-gnu"

cross_cargo aarch64-unknown-linux-gnu run --quiet --release --locked --package brique-conformance -- \
    "${1:-crates/brique-conformance/tests/data}"
cross_cargo aarch64-unknown-linux-gnu run --quiet --release --locked --package brique --example bits_of_trainings >"$CARGO_TARGET_DIR/bits.txt"
if grep -qw fma /proc/cpuinfo; then
    CARGO_TARGET_DIR="$CARGO_TARGET_DIR/.." cargo run --quiet --release --locked --package brique --example bits_of_trainings |
        diff - "$CARGO_TARGET_DIR/bits.txt"
    echo "aarch64: $(wc -l <"$CARGO_TARGET_DIR/bits.txt") trainings have the same bits as here"
fi
# The emulator does not tell which pages are huge, and the other test starts cargo, which builds for this processor.
cross_cargo aarch64-unknown-linux-gnu test --locked --package brique-tensor --package brique-layers --tests -- \
    --skip the_system_is_asked_for_huge_pages --skip with_and_without_optimisation
