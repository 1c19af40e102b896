//! Any bytes as digits of USPS.
#![no_main]

use brique_datasets::ReadLimits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = ReadLimits::new().unpacked(1 << 20).read_usps_from::<f64>(bytes);
});
