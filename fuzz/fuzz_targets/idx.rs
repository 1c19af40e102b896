//! Any bytes as images and as labels in IDX.
#![no_main]

use brique_datasets::ReadLimits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = ReadLimits::new().unpacked(1 << 20);
    let _ = limits.read_idx_images_from::<f64>(bytes);
    let _ = limits.read_idx_labels_from(bytes);
});
