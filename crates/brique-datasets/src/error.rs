//! What can be wrong with data and with what is asked of it.

use std::path::PathBuf;
use std::{fmt, io};

/// Something is wrong with data, or with what is asked of it. Whatever returns an error has changed nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two things that belong together, example by example, are not equally long.
    #[error("{what} hold {found} examples, expected {expected}: one for each of the {of}")]
    Lengths {
        /// What is too long or too short.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
        /// What it belongs to.
        of: &'static str,
    },
    /// A matrix has another number of columns than what it is used with.
    #[error("{what} have {found} columns, expected {expected}: {reason}")]
    Columns {
        /// The matrix.
        what: &'static str,
        /// Its columns.
        found: usize,
        /// The columns it should have.
        expected: usize,
        /// Why that many.
        reason: &'static str,
    },
    /// A parameter has a value that means nothing.
    #[error("{function}: {parameter} is {found}, expected {expected}")]
    Parameter {
        /// The function, or the structure that it takes.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        found: String,
        /// The values it may have.
        expected: &'static str,
    },
    /// A number in a matrix is none that the operation can use.
    #[error("{what}[{row}, {column}] is {found}, expected {expected}")]
    Value {
        /// The matrix.
        what: &'static str,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The number.
        found: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A row is not one-hot.
    #[error("row {row} is not one-hot: expected exactly one 1 among zeros")]
    NotOneHot {
        /// The row, from 0.
        row: usize,
    },
    /// A class number is not below the number of classes.
    #[error("labels[{index}] is {found}, expected a class below {classes}")]
    Class {
        /// The place of the label.
        index: usize,
        /// The label.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// An index points to no example.
    #[error("index {index} points outside: the data set has {examples} examples")]
    Index {
        /// The index.
        index: usize,
        /// The number of examples.
        examples: usize,
    },
    /// The statistics of nothing were asked for.
    #[error("{function}: there are no examples to take statistics of")]
    NoExamples {
        /// The function.
        function: &'static str,
    },
    /// A split would leave one side without a single example.
    #[error(
        "with {examples} examples and a test size of {test_size}, the {side} set would be empty: \
         change the test size, or take more examples"
    )]
    EmptySide {
        /// The side that would be empty.
        side: Side,
        /// The number of examples to split.
        examples: usize,
        /// The test size that was asked for.
        test_size: String,
    },
    /// A class cannot be on both sides of a split.
    #[error("class {class} has {members} member; a stratified split needs at least 2, one for each side")]
    LonelyClass {
        /// The class.
        class: usize,
        /// How many examples are of it.
        members: usize,
    },
    /// A side of a split is too small to hold every class.
    #[error(
        "the {side} set would hold {examples} examples of {classes} classes; \
         a stratified split needs at least one of each"
    )]
    TooFewForClasses {
        /// The side that is too small.
        side: Side,
        /// How many examples it would have.
        examples: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// A class has fewer members than there are folds.
    #[error(
        "class {class} has {members} members; {folds} stratified folds need at least {folds}, one for each"
    )]
    SmallClass {
        /// The class.
        class: usize,
        /// How many examples are of it.
        members: usize,
        /// The number of folds.
        folds: usize,
    },
    /// Something is wrong with a file.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<Error>,
    },
    /// The system did not hand over the bytes.
    #[error("the bytes cannot be read: {message}")]
    Unreadable {
        /// What kind of error it was.
        kind: io::ErrorKind,
        /// What the system says.
        message: String,
    },
    /// Bytes begin as gzip does and do not go on so.
    #[error("the gzip stream cannot be unpacked: {message}")]
    Gzip {
        /// What the decompressor says.
        message: String,
    },
    /// A text holds no example.
    #[error("there is no example: expected at least one line of numbers")]
    NoLines,
    /// A field of a text is not what it should be.
    #[error("line {line}, column {column} is {found:?}, expected {expected}")]
    Field {
        /// The line of the file, from 1.
        line: usize,
        /// The field of the line, from 1.
        column: usize,
        /// The field, or its beginning.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A line of a text has another number of fields than it should have.
    #[error(
        "line {line} has {found} fields, expected {expected}, {reason}: column {} is {}",
        .found.min(.expected) + 1,
        if .found < .expected { "missing" } else { "one too many" }
    )]
    Fields {
        /// The line of the file, from 1.
        line: usize,
        /// Its fields.
        found: usize,
        /// The fields it should have.
        expected: usize,
        /// Why that many.
        reason: &'static str,
    },
    /// A text has no such column of labels.
    #[error("there is no column {label} for the labels: {columns}")]
    LabelColumn {
        /// The column that was asked for.
        label: String,
        /// The columns there are.
        columns: String,
    },
    /// An IDX file begins otherwise than it should.
    #[error("the IDX file begins with the bytes {found:02x?}, expected {expected:02x?}: {reason}")]
    Magic {
        /// The first four bytes, or what there is of them.
        found: Vec<u8>,
        /// What they should be.
        expected: [u8; 4],
        /// Which of them is wrong.
        reason: &'static str,
    },
    /// An IDX file has another length than its own header says.
    #[error("{part} of the IDX file is {found} bytes long, expected {expected}: {reason}")]
    Length {
        /// The part of the file.
        part: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: u128,
        /// Why that long.
        reason: String,
    },
}

/// One side of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The examples to learn from.
    Train,
    /// The examples to judge by.
    Test,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Train => "train",
            Self::Test => "test",
        })
    }
}

/// The error of a parameter that has to be a finite number of at least 0, unless it is one.
pub(crate) fn check_not_negative(
    function: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter,
        found: value.to_string(),
        expected: "a finite number of at least 0",
    })
}

/// The error of a parameter that has to be a finite number, unless it is one.
pub(crate) fn check_finite(function: &'static str, parameter: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter,
        found: value.to_string(),
        expected: "a finite number",
    })
}

/// The error of a matrix that memory cannot address, unless it can.
pub(crate) fn check_addressable(
    function: &'static str,
    parameter: &'static str,
    rows: usize,
    columns: usize,
) -> Result<(), Error> {
    let bytes = rows
        .checked_mul(columns)
        .and_then(|values| values.checked_mul(size_of::<f64>()));
    if bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok()) {
        return Ok(());
    }
    let found = format!("{rows} · {columns} values");
    Err(Error::Parameter {
        function,
        parameter,
        found,
        expected: "as many as memory can address",
    })
}
