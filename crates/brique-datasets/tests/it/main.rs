//! Data against NumPy's and scikit-learn's own, and what every data set, split and batch promises.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small whole numbers are carried as f64"
)]

mod csv_columns;
mod csv_file;
mod csv_missing;
mod csv_text;
mod dataset;
mod digest;
mod digits;
mod folds;
mod gen_arti;
mod hostile;
mod idx;
mod labels;
mod linear_problem;
mod malformed;
mod mnist_1d;
mod mutator;
mod names;
mod preparation;
mod split;
mod standardizer;
mod toy_parameters;
mod toys;
mod usps;
