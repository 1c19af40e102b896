//! Errors of this crate.

use std::path::PathBuf;
use std::{fmt, io};

/// An error in data or in an argument. A function that returns an error has changed nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two collections that must have one element per example have different lengths.
    #[error("{what} hold {found} examples, expected {expected}: one for each of the {of}")]
    Lengths {
        /// The collection with the wrong length.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
        /// The other collection.
        of: &'static str,
    },
    /// There are too many or too few names.
    #[error("there are {found} names of {what}, expected {expected}: one for each column")]
    Names {
        /// What has the names.
        what: &'static str,
        /// The number of names.
        found: usize,
        /// The number of columns.
        expected: usize,
    },
    /// A matrix has the wrong number of columns.
    #[error("{what} have {found} columns, expected {expected}: {reason}")]
    Columns {
        /// The matrix.
        what: &'static str,
        /// The number of its columns.
        found: usize,
        /// The number of columns it should have.
        expected: usize,
        /// The reason for this number.
        reason: &'static str,
    },
    /// A parameter has an invalid value.
    #[error("{function}: {parameter} is {found}, expected {expected}")]
    Parameter {
        /// The function, or the struct that contains the parameter.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        found: String,
        /// The values it may have.
        expected: &'static str,
    },
    /// A number in a matrix is not valid for the operation.
    #[error("{what}[{row}, {column}]{} is {found}, expected {expected}", in_parentheses(.name.as_deref()))]
    Value {
        /// The matrix.
        what: &'static str,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The name of the column, if it has one.
        name: Option<Box<str>>,
        /// The number.
        found: f64,
        /// The values it may have.
        expected: &'static str,
    },
    /// The weight of an example is not valid.
    #[error("the weight of example {index} is {found}, expected a finite number of at least 0")]
    ExampleWeight {
        /// The example, from 0.
        index: usize,
        /// Its weight.
        found: f64,
    },
    /// All examples have the weight 0.
    #[error("the weights of all {examples} examples are 0, expected at least one above 0")]
    ZeroWeights {
        /// The number of examples.
        examples: usize,
    },
    /// A target is not one of the classes that were named.
    #[error(
        "targets[{row}, 0] is {found}, expected a class number below {classes}, the number of class names"
    )]
    TargetClass {
        /// The row, from 0.
        row: usize,
        /// The target.
        found: f64,
        /// The number of class names.
        classes: usize,
    },
    /// A class has no examples.
    #[error("class {class} has no example, expected at least one of each of the {classes} classes")]
    EmptyClass {
        /// The class.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A column of the inputs has another name than expected.
    #[error("column {column} of the inputs is {found:?}, expected {expected:?}: {reason}")]
    ColumnName {
        /// The column, from 0.
        column: usize,
        /// Its name.
        found: String,
        /// The name it should have.
        expected: String,
        /// The reason for this name.
        reason: &'static str,
    },
    /// All values of a column are missing.
    #[error("column {column}{} of the inputs has no value in {examples} examples, expected at least one", in_parentheses(.name.as_deref()))]
    NoValues {
        /// The column, from 0.
        column: usize,
        /// Its name, if it has one.
        name: Option<Box<str>>,
        /// The number of examples.
        examples: usize,
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
        /// The index of the label.
        index: usize,
        /// The label.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// An index is not below the number of examples.
    #[error("index {index} points outside: the data set has {examples} examples")]
    Index {
        /// The index.
        index: usize,
        /// The number of examples.
        examples: usize,
    },
    /// The statistics of an empty data set were requested.
    #[error("{function}: there are no examples to take statistics of")]
    NoExamples {
        /// The function.
        function: &'static str,
    },
    /// The training set or the test set of a split would be empty.
    #[error(
        "with {examples} examples and a test size of {test_size}, the {side} set would be empty: \
         change the test size, or take more examples"
    )]
    EmptySide {
        /// The set that would be empty.
        side: Side,
        /// The number of examples to split.
        examples: usize,
        /// The requested test size.
        test_size: String,
    },
    /// A class has a single example, which cannot be in both sets of a stratified split.
    #[error("class {class} has {members} member; a stratified split needs at least 2, one for each side")]
    LonelyClass {
        /// The class.
        class: usize,
        /// The number of examples of this class.
        members: usize,
    },
    /// The training set or the test set is too small for one example of every class.
    #[error(
        "the {side} set would hold {examples} examples of {classes} classes; \
         a stratified split needs at least one of each"
    )]
    TooFewForClasses {
        /// The set that is too small.
        side: Side,
        /// The number of examples it would have.
        examples: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A class has fewer members than there are folds.
    #[error(
        "class {class} has {members} members; {folds} stratified folds need at least {folds}, one for each"
    )]
    SmallClass {
        /// The class.
        class: usize,
        /// The number of examples of this class.
        members: usize,
        /// The number of folds.
        folds: usize,
    },
    /// A file cannot be read, or its content is invalid.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error in the file.
        error: Box<Error>,
    },
    /// The bytes could not be read.
    #[error("the bytes cannot be read: {message}")]
    Unreadable {
        /// The kind of the error.
        kind: io::ErrorKind,
        /// The message of the operating system.
        message: String,
    },
    /// Bytes begin like a gzip stream but cannot be decompressed.
    #[error(
        "the gzip stream cannot be unpacked after {unpacked} bytes of content, expected its end: {message}"
    )]
    Gzip {
        /// The number of bytes that were unpacked.
        unpacked: u64,
        /// The message of the decompressor.
        message: String,
    },
    /// A gzip stream contains more bytes than the limit for unpacked data.
    #[error(
        "the gzip stream unpacks into more than {limit} bytes, the limit for unpacked data: \
         ReadLimits::unpacked sets another"
    )]
    Unpacked {
        /// The limit.
        limit: u64,
    },
    /// A field of a text is longer than the limit.
    #[error(
        "line {line}, column {column} begins with {found:?}, expected at most {limit} bytes, the limit for a field: \
         ReadLimits::field sets another"
    )]
    LongField {
        /// The line of the file, from 1.
        line: usize,
        /// The field of the line, from 1.
        column: usize,
        /// The beginning of the field.
        found: String,
        /// The limit.
        limit: usize,
    },
    /// A text contains no examples.
    #[error("there is no example: expected at least one line of numbers")]
    NoLines,
    /// A field of a text is invalid.
    #[error("line {line}, column {column}{} is {found:?}, expected {expected}", in_parentheses(.name.as_deref()))]
    Field {
        /// The line of the file, from 1.
        line: usize,
        /// The field of the line, from 1.
        column: usize,
        /// The name of the column, if the file has a header.
        name: Option<Box<str>>,
        /// The field, or its beginning.
        found: String,
        /// The values it may have.
        expected: &'static str,
    },
    /// A line of a text has too many or too few fields.
    #[error(
        "line {line} has {found} fields, expected {expected}, {reason}: column {} is {}",
        .found.min(.expected) + 1,
        if .found < .expected { "missing" } else { "one too many" }
    )]
    Fields {
        /// The line of the file, from 1.
        line: usize,
        /// The number of its fields.
        found: usize,
        /// The number of fields it should have.
        expected: usize,
        /// The reason for this number.
        reason: &'static str,
    },
    /// A field contains a text that is not one of the categories of its column.
    #[error("line {line}, column {column}{} is {found:?}, expected one of {categories}", in_parentheses(.name.as_deref()))]
    UnknownCategory {
        /// The line of the file, from 1.
        line: usize,
        /// The field of the line, from 1.
        column: usize,
        /// The name of the column, if the file has a header.
        name: Option<Box<str>>,
        /// The field, or its beginning.
        found: String,
        /// The first categories.
        categories: Box<str>,
    },
    /// A column of text contains more categories than the limit.
    #[error(
        "line {line}, column {column}{} is {found:?}, expected at most {limit} different texts in this column, \
         the limit for categories: ReadLimits::categories sets another",
        in_parentheses(.name.as_deref())
    )]
    TooManyCategories {
        /// The line of the file, from 1.
        line: usize,
        /// The field of the line, from 1.
        column: usize,
        /// The name of the column, if the file has a header.
        name: Option<Box<str>>,
        /// The field, or its beginning.
        found: String,
        /// The limit.
        limit: usize,
    },
    /// All examples of a text have missing values and were dropped.
    #[error(
        "there is no example without missing values, expected at least one: {dropped} dropped; missing: {missing}"
    )]
    AllDropped {
        /// The number of examples that were dropped.
        dropped: usize,
        /// The first columns with missing values, and how many.
        missing: String,
    },
    /// A requested column does not exist.
    #[error("there is no column {column} for {purpose}: {columns}")]
    MissingColumn {
        /// The requested column.
        column: String,
        /// The use of the column.
        purpose: &'static str,
        /// The existing columns.
        columns: String,
    },
    /// A column is requested for two purposes that exclude each other.
    #[error("column {column}{} is {found}, expected {expected}", in_parentheses(.name.as_deref()))]
    ColumnUse {
        /// The column, from 1.
        column: usize,
        /// The name of the column, if the file has a header.
        name: Option<Box<str>>,
        /// What was requested.
        found: &'static str,
        /// What can be requested.
        expected: &'static str,
    },
    /// An IDX file begins with wrong bytes.
    #[error("the IDX file begins with the bytes {found:02x?}, expected {expected:02x?}: {reason}")]
    Magic {
        /// The first four bytes, or fewer if the file is shorter.
        found: Vec<u8>,
        /// The expected bytes.
        expected: [u8; 4],
        /// The byte that is wrong, and why.
        reason: &'static str,
    },
    /// The length of an IDX file does not match its header.
    #[error("{part} of the IDX file is {found} bytes long, expected {expected}: {reason}")]
    Length {
        /// The part of the file.
        part: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: u128,
        /// The reason for this length.
        reason: String,
    },
}

/// One of the two sets of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The training examples.
    Train,
    /// The test examples.
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

/// Returns the name of a column as it follows the number of the column in a message.
fn in_parentheses(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" ({name:?})"))
}
