//! Data sets for training: generators of toy data, embedded handwritten digits, readers of files, and splits.
//!
//! Start with [`Dataset`]. [`gen_arti`] and [`digits`] return one without any file.
//!
//! * [`Dataset`] contains inputs and targets, one example per row, to iterate over, to batch and to select from.
//! * [`gen_arti`] generates the report's two Gaussians, XOR and checkerboard.
//! * [`moons`], [`circles`], [`blobs`] and [`spirals`] generate toy data; the first three match scikit-learn's bit for
//!   bit.
//! * [`mnist_1d`] generates MNIST-1D, short signals of ten classes.
//! * [`line()`], [`plane()`] and [`LinearProblem`] generate linear data with noise.
//! * [`digits`] returns 1,797 handwritten digits, which are embedded in the program.
//! * [`read_csv`], [`read_mnist`] and [`read_usps`] read data sets from files, plain or gzip; [`ReadLimits`] limits
//!   what a file can make them allocate. [`CsvOptions`] selects columns, and declares text and missing values.
//!   [`CsvRecords`] reads some examples of a text that is too large for memory.
//! * [`train_test_split`] and [`k_fold`] split data sets; the indices are those of
//!   scikit-learn.
//! * [`one_hot`] and [`class_indices`] convert class numbers to one-hot vectors and back.
//! * [`Standardizer`] scales columns to mean 0 and deviation 1, with statistics of the training set only.
//!   [`Preparation`] also fills missing values and standardises targets.
//! * [`balanced_class_weights`] returns weights with which each class counts the same.
//!
//! ```
//! use brique_datasets::{GenArti, Selection, TestSize, gen_arti, train_test_split};
//! use brique_random::NumpyRandomState;
//!
//! let parameters = GenArti { epsilon: 0.1, ..GenArti::default() };
//! let data = gen_arti(&parameters, &mut NumpyRandomState::new(42))?;
//! let mut rng = NumpyRandomState::new(42);
//! let (size, selection) = (TestSize::Fraction(0.2), Selection::Shuffled(&mut rng));
//! let (train, test) = train_test_split(&data, size, selection)?;
//! assert_eq!((train.len(), test.len()), (800, 200));
//! # Ok::<(), brique_datasets::Error>(())
//! ```

mod checks;
mod content;
mod csv;
mod dataset;
mod digits;
mod error;
mod field;
mod file;
mod folds;
mod gen_arti;
mod idx;
mod labels;
mod limits;
mod linear_problem;
mod memory;
mod mnist_1d;
mod names;
mod preparation;
mod split;
mod standardizer;
mod statistics;
mod stratify;
mod table;
mod toys;
mod usps;
mod usps_lines;
mod weights;

pub use csv::{
    Column, CsvOptions, CsvRecords, CsvReport, CsvSelection, InputColumns, LabelColumn, Missing,
    RecordPosition, TextColumn, read_csv, read_csv_from, read_csv_report, read_csv_report_from,
};
pub use dataset::Dataset;
pub use digits::digits;
pub use error::{Error, Side};
pub use folds::k_fold;
pub use gen_arti::{DataType, GenArti, gen_arti};
pub use idx::{
    read_idx_images, read_idx_images_from, read_idx_images_header_from, read_idx_labels,
    read_idx_labels_from, read_idx_labels_header_from, read_mnist,
};
pub use labels::{class_indices, one_hot};
pub use limits::ReadLimits;
pub use linear_problem::{LinearProblem, line, linspace, plane};
pub use mnist_1d::{Mnist1D, mnist_1d};
pub use preparation::{Fill, FittedPreparation, Preparation};
pub use split::{Selection, Split, TestSize, train_test_indices, train_test_split};
pub use standardizer::Standardizer;
pub use toys::{Blobs, Circles, Moons, Spirals, blobs, circles, moons, spirals};
pub use usps::{read_usps, read_usps_from};
pub use weights::balanced_class_weights;
