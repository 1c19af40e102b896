//! The WebAssembly of the page, its JavaScript, and the first picture.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use wasm_bindgen_cli_support::Bindgen;

use crate::compile::{Compiled, compile};
use crate::record::Record;
use crate::{Failure, first_picture};

/// The files that are built.
const FILES: [&str; 4] = [
    "brique.d.ts",
    "brique.js",
    "brique_bg.wasm.zlib",
    first_picture::NAME,
];

/// The largest size of all of them together, in bytes.
const LARGEST: u64 = 1_000_000;

/// Builds the files, and their record, in the folder of the page. Returns whether they are small enough.
pub(crate) fn build(folder: &Path) -> Result<bool, Failure> {
    let compiled = compile()?;
    generate(&compiled, folder)?;
    first_picture::write(folder)?;
    let record = Record::new(&compiled, folder, &FILES)?;
    record.write(folder)?;
    println!(
        "playground: built from sources with the digest {}",
        record.digest()
    );
    is_small(folder)
}

/// Checks the files against the present sources. Returns whether they are neither stale nor too large.
pub(crate) fn check(folder: &Path) -> Result<bool, Failure> {
    let record = Record::read(folder)?;
    let differences = record.differences(folder)?;
    for difference in &differences {
        println!("playground: {difference}");
    }
    if differences.is_empty() {
        println!(
            "playground: fresh, built from sources with the digest {}",
            record.digest()
        );
    } else {
        println!("playground: stale; `cargo xtask playground --build` builds it again");
    }
    Ok(is_small(folder)? && differences.is_empty())
}

/// Makes the module and its JavaScript of the compiled library.
fn generate(compiled: &Compiled, folder: &Path) -> Result<(), Failure> {
    Bindgen::new()
        .input_path(&compiled.wasm)
        .out_name("brique")
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)?;
    // The types of the module's own functions, which only the JavaScript calls.
    fs::remove_file(folder.join("brique_bg.wasm.d.ts"))?;
    compress(&folder.join("brique_bg.wasm"))
}

/// Replaces a file by a compressed one, which the page inflates: servers for files compress nothing. The name does not end
/// with `gz`, because some servers would declare it as compressed, and browsers would inflate it themselves.
fn compress(path: &Path) -> Result<(), Failure> {
    let bytes = fs::read(path)?;
    println!("playground: WebAssembly of {} bytes", bytes.len());
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    fs::write(path.with_extension("wasm.zlib"), encoder.finish()?)?;
    fs::remove_file(path)?;
    Ok(())
}

/// Says how large the files are.
fn is_small(folder: &Path) -> Result<bool, Failure> {
    let sizes = FILES.map(|name| fs::metadata(folder.join(name)).map(|file| file.len()));
    let size: u64 = sizes.into_iter().sum::<io::Result<u64>>()?;
    println!("playground: {size} bytes, at most {LARGEST}");
    Ok(size <= LARGEST)
}
