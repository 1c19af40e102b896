//! Any bytes as comma-separated values, with a header and without.
#![no_main]

use brique_datasets::{CsvOptions, LabelColumn, ReadLimits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = ReadLimits::new().unpacked(1 << 20);
    let _ = limits.read_csv_from::<f64>(bytes, &CsvOptions::default());
    let named = CsvOptions {
        header: true,
        label: LabelColumn::Name("b".to_owned()),
        ..CsvOptions::default()
    };
    let _ = limits.field(16).read_csv_from::<f32>(bytes, &named);
});
