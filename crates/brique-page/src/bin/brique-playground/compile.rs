//! Compiles the library for a page.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Failure, WORKSPACE};

/// What cargo is asked for.
const CARGO: [&str; 11] = [
    "rustc",
    "--lib",
    "--crate-type",
    "cdylib",
    "--package",
    "brique-page",
    "--profile",
    "page",
    "--locked",
    "--message-format",
    "json-render-diagnostics",
];

/// Kernels say themselves what is inlined and unrolled; doing less of it elsewhere makes the WebAssembly a tenth smaller,
/// and not slower.
const RUSTFLAGS: &str =
    "-Ctarget-feature=+simd128 -Cllvm-args=-inline-threshold=40 -Cllvm-args=-unroll-runtime=false";

/// `cross_cargo` returns 1 if there is no compiler; cargo itself exits with 101.
const SCRIPT: &str = "source scripts/cross_toolchain.sh && cross_cargo wasm32-unknown-unknown \"$@\"";

/// A compiled library.
pub(crate) struct Compiled {
    /// The WebAssembly.
    pub(crate) wasm: PathBuf,
    /// The files of the workspace that the compiler read, relative to it.
    pub(crate) files: BTreeSet<String>,
    /// The packages from registries that were compiled, as `NAME VERSION`.
    pub(crate) packages: BTreeSet<String>,
}

/// The settings that determine the result and are in no file.
pub(crate) fn settings() -> String {
    format!("RUSTFLAGS={RUSTFLAGS} cargo {}", CARGO.join(" "))
}

/// Compiles the library `brique-page` for a browser.
pub(crate) fn compile() -> Result<Compiled, Failure> {
    let workspace = Path::new(WORKSPACE).canonicalize()?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let output = Command::new("bash")
        .args(["-c", SCRIPT, "bash"])
        .args(CARGO)
        .current_dir(&workspace)
        .env("CARGO_TARGET_DIR", target.join("page"))
        .env("RUSTFLAGS", flags(&workspace)?)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            format!("bash, which runs scripts/cross_toolchain.sh, cannot be started: {error}")
        })?;
    match output.status.code() {
        Some(0) => read_messages(&String::from_utf8(output.stdout)?, &workspace),
        Some(1) => Err("there is no compiler for wasm32-unknown-unknown: \
                        `rustup target add wasm32-unknown-unknown` installs one"
            .into()),
        _ => Err("brique-page does not compile for wasm32-unknown-unknown".into()),
    }
}

/// The messages of panics name source files: their names must not depend on the machine, nor on where packages come from.
fn flags(workspace: &Path) -> Result<String, Failure> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let registries = home.ok_or("there is no home folder")?.join("registry/src");
    let mut flags = vec![
        RUSTFLAGS.to_owned(),
        format!("--remap-path-prefix={}=brique", workspace.display()),
    ];
    for registry in fs::read_dir(registries).into_iter().flatten() {
        flags.push(format!(
            "--remap-path-prefix={}=packages",
            registry?.path().display()
        ));
    }
    Ok(flags.join(" "))
}

fn read_messages(messages: &str, workspace: &Path) -> Result<Compiled, Failure> {
    let mut wasm = None;
    let mut packages = BTreeSet::new();
    for message in messages.lines() {
        let message: Value = serde_json::from_str(message)?;
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        packages.extend(message["package_id"].as_str().and_then(package));
        let files = message["filenames"].as_array().into_iter().flatten();
        wasm = wasm.or_else(|| {
            let mut names = files.filter_map(Value::as_str);
            names
                .find(|name| name.ends_with("brique_page.wasm"))
                .map(PathBuf::from)
        });
    }
    let wasm = wasm.ok_or("cargo names no file brique_page.wasm")?;
    let files = files_read(&wasm.with_extension("d"), workspace)?;
    Ok(Compiled {
        wasm,
        files,
        packages,
    })
}

/// A package from a registry, which cargo calls `registry+…#NAME@VERSION`, as `NAME VERSION`.
fn package(id: &str) -> Option<String> {
    let (_, package) = id.strip_prefix("registry+")?.rsplit_once('#')?;
    Some(package.replacen('@', " ", 1))
}

/// The files that cargo lists beside its result, in the format of make: sources of the workspace, and files that they
/// include. The manifests belong to them.
fn files_read(list: &Path, workspace: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = fs::read_to_string(list).map_err(|error| format!("{}: {error}", list.display()))?;
    let spaces = text.replace("\\ ", "\0");
    let (_, names) = spaces.split_once(": ").ok_or("cargo's list of files is empty")?;
    let mut files = BTreeSet::new();
    for name in names.split_whitespace() {
        let path = PathBuf::from(name.replace('\0', " ")).canonicalize()?;
        // The standard library is compiled with the rest where rustup has none.
        if let Ok(inside) = path.strip_prefix(workspace) {
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"));
        }
    }
    let manifests: Vec<_> = files.iter().filter_map(|file| manifest(file)).collect();
    files.extend(manifests);
    files.insert("Cargo.toml".to_owned());
    Ok(files)
}

/// The manifest of the crate to which a source belongs.
fn manifest(file: &str) -> Option<String> {
    let (name, _) = file.strip_prefix("crates/")?.split_once('/')?;
    Some(format!("crates/{name}/Cargo.toml"))
}
