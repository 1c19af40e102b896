#!/usr/bin/env bash
# A compiler for WebAssembly and AArch64. Source this file, then call
#
#     cross_cargo TARGET COMMAND ARGUMENT...      as cargo COMMAND ARGUMENT..., for wasm32-unknown-unknown, wasm32-wasip1 or aarch64-unknown-linux-gnu
#
# With rustup, it adds the target and calls cargo. Where rustup cannot get the target, it unpacks Debian's rustc-web and
# wasi-libc into a folder (CROSS_TOOLCHAIN_DIR, default ~/.cache/brique-cross-toolchain, 600 MB) and builds the standard
# library from its source; nothing is installed. AArch64 needs the linker of Debian's gcc-aarch64-linux-gnu in both cases.
# The two compilers cannot share a target folder: set CARGO_TARGET_DIR.
# Functions return 1 if there is no compiler.

source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

cross_folder="${CROSS_TOOLCHAIN_DIR:-$HOME/.cache/brique-cross-toolchain}"

cross_has_rustup_target() {
    rustup target list --installed 2>/dev/null | grep -qx "$1" || timeout 120 rustup target add "$1" >/dev/null 2>&1
}

cross_unpack() (
    [ -e "$cross_folder/complete" ] && return
    command -v apt-get >/dev/null && mkdir -p "$cross_folder" && cd "$cross_folder" || return 1
    exec >/dev/null 2>&1
    apt_alone apt-get update || return 1
    apt-get download rustc-web libstd-rust-web-dev rust-web-src wasi-libc libclang-rt-14-dev-wasm32 || return 1
    # The names of these two contain versions.
    library="$(dpkg-deb --field libstd-rust-web-dev_*.deb Depends | grep -oE 'libstd-rust-web-[0-9.]+' | head -1)"
    apt-get download "$library" || return 1
    llvm="$(dpkg-deb --field "$library"_*.deb Depends | grep -oE 'libllvm[0-9]+' | head -1)"
    apt-get download "$llvm" || return 1
    for package in *.deb; do
        dpkg-deb --extract "$package" . || return 1
    done
    rm -- *.deb
    touch complete
)

cross_cargo() {
    local target="$1" command="$2"
    shift 2
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    if cross_has_rustup_target "$target"; then
        cargo "$command" --target "$target" "$@"
    elif cross_unpack; then
        cross_cargo_of_debian "$target" "$command" "$@"
    else
        return 1
    fi
}

cross_cargo_of_debian() {
    local target="$1" command="$2" usr="$cross_folder/usr" linker flags="${RUSTFLAGS:-}"
    shift 2
    linker="$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld"
    if [ "$target" = wasm32-wasip1 ]; then
        local library="$usr/lib/wasm32-wasi"
        flags+=" -Clink-self-contained=no -Clink-arg=$library/crt1-command.o -Clink-arg=-L$library -Clink-arg=-lc"
        flags+=" -Clink-arg=$(echo "$usr"/lib/llvm-*/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a)"
        # The library is older than the compiler, and lacks functions for threads, which no program can start.
        flags+=" -Clink-arg=--unresolved-symbols=ignore-all"
    fi
    RUSTFLAGS="$flags" RUSTC="$usr/bin/rustc" RUSTC_BOOTSTRAP=1 LD_LIBRARY_PATH="$usr/lib/$(uname -m)-linux-gnu" \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker" CARGO_TARGET_WASM32_WASIP1_LINKER="$linker" \
        cargo "$command" --target "$target" -Zbuild-std=std,panic_abort,panic_unwind "$@"
}
