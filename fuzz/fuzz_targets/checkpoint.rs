//! Any bytes as a file of a network.
#![no_main]

use brique_checkpoint::Reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else {
        return;
    };
    if std::fs::write(file.path(), bytes).is_err() {
        return;
    }
    let Ok(mut reader) = Reader::open(file.path()) else {
        return;
    };
    let _ = reader.verify();
    let _ = reader.network(&brique_layers::registry::<f64>());
    let _ = reader.matrix::<f32>("m");
});
