//! Any bytes as comma-separated values, with a header and without, with texts and missing values.
#![no_main]

use brique_datasets::{CsvOptions, InputColumns, LabelColumn, Missing, ReadLimits, TextColumn};
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
    let text = CsvOptions {
        text: vec![TextColumn::one_hot(0), TextColumn::classes(1)],
        missing: Missing::Keep,
        missing_marks: vec!["NA".to_owned()],
        ..CsvOptions::default()
    };
    let limits = limits.categories(8);
    let _ = limits.read_csv_from::<f64>(bytes, &text);
    let selected = CsvOptions {
        header: true,
        label: LabelColumn::Index(0),
        inputs: InputColumns::only([1]),
        missing: Missing::Drop,
        ..text
    };
    if let Ok((data, report)) = limits.read_csv_report_from::<f32>(bytes, &selected) {
        assert_eq!(data.len(), report.examples);
    }
});
