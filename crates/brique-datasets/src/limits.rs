//! Limits for what a file may make a reader do.

/// Limits for the bytes of a file, with the readers as methods: a file that exceeds one is an error.
///
/// [`read_csv`](crate::read_csv), [`read_mnist`](crate::read_mnist), [`read_usps`](crate::read_usps) and the other
/// readers are these methods with the default limits. No bytes make a reader panic, and none make it allocate more
/// than 10 bytes for each byte of the file, of the unpacked content if the file is gzip, plus 256 KiB:
///
/// | content | type | memory, while the file is read |
/// |---|---|---|
/// | CSV, USPS | `f64` | 8 times its size: a number takes at least two bytes of text, and 8 bytes of memory twice |
/// | CSV, USPS | `f32` | 4 times |
/// | images in IDX | `f64`, `f32` | 10 times, 6 times |
/// | labels in IDX | | 10 times |
///
/// Some options of CSV take more, because what they ask for is larger than its text:
///
/// | option | additional memory |
/// |---|---|
/// | a header | 128 bytes for each column |
/// | [`Missing::Keep`](crate::Missing::Keep) and [`Missing::Drop`](crate::Missing::Drop) | a missing value takes a single byte of text, so the multiples for CSV are 16 and 8; 128 bytes for each column |
/// | [`TextColumn`](crate::TextColumn) | 128 bytes and 4 times its text for each category |
/// | [`TextColumn::one_hot`](crate::TextColumn::one_hot) | 8 bytes, or 4 for `f32`, for each example and category |
///
/// The content is unpacked and parsed piece by piece, so a gzip file that unpacks into more than the limit stops
/// there. The sizes in the header of an IDX file are compared with the bytes that follow before anything is allocated.
///
/// ```
/// use brique_datasets::{CsvOptions, ReadLimits};
///
/// let limits = ReadLimits::new().field(8);
/// let error = limits
///     .read_csv_from::<f64>("1,2\n3,0.123456789\n".as_bytes(), &CsvOptions::default())
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 2, column 2 begins with \"0.1234567\", expected at most 8 bytes, the limit for a field: \
///      ReadLimits::field sets another"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadLimits {
    pub(crate) unpacked: u64,
    pub(crate) field: usize,
    pub(crate) categories: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadLimits {
    /// Creates the default limits: 1 GiB of unpacked bytes, 4096 bytes a field, 1000 categories.
    ///
    /// ```
    /// use brique_datasets::ReadLimits;
    ///
    /// let limits = ReadLimits::new().unpacked(1 << 30).field(4096).categories(1000);
    /// assert_eq!(ReadLimits::new(), limits);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            unpacked: 1 << 30,
            field: 4096,
            categories: 1000,
        }
    }

    /// Sets the largest number of bytes that a gzip file may unpack into. Default: 1 GiB, 20 times the images of MNIST.
    ///
    /// A plain file has no such limit: its own size limits it. What a reader yields, endless or not, is read to its
    /// end.
    ///
    /// ```
    /// use brique_datasets::{Dataset, ReadLimits};
    ///
    /// # fn large() -> Result<Dataset<f32>, brique_datasets::Error> {
    /// ReadLimits::new().unpacked(8 << 30).read_mnist("images.gz", "labels.gz")
    /// # }
    /// # assert!(large().unwrap_err().to_string().starts_with("labels.gz: the bytes cannot be read: "));
    /// ```
    #[must_use]
    pub const fn unpacked(self, bytes: u64) -> Self {
        Self {
            unpacked: bytes,
            ..self
        }
    }

    /// Sets the largest number of bytes of a field of text, in CSV and USPS, names in a header included. Default: 4096.
    ///
    /// The exact decimal digits of every `f64` fit into 1100 bytes. White space around a field of CSV counts.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, ReadLimits};
    ///
    /// let text = format!("{}1,2\n", "0".repeat(5000));
    /// let options = CsvOptions::default();
    /// assert!(ReadLimits::new().read_csv_from::<f64>(text.as_bytes(), &options).is_err());
    /// let data = ReadLimits::new().field(10_000).read_csv_from::<f64>(text.as_bytes(), &options)?;
    /// assert_eq!(data.inputs()[[0, 0]], 1.0);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub const fn field(self, bytes: usize) -> Self {
        Self { field: bytes, ..self }
    }

    /// Sets the largest number of different texts in a column of text of CSV. Default: 1000.
    ///
    /// More of them usually mean that the wrong column was declared as text, such as one of names or dates. The limit
    /// does not apply to [categories that the options set](crate::TextColumn::categories). A limit above 2²⁴ is 2²⁴,
    /// as `f32` represents all whole numbers up to there.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, ReadLimits, TextColumn};
    ///
    /// let options = CsvOptions {
    ///     text: vec![TextColumn::one_hot(0)],
    ///     ..CsvOptions::default()
    /// };
    /// let error = ReadLimits::new()
    ///     .categories(2)
    ///     .read_csv_from::<f64>("Ada,1\nAlan,0\nGrace,1\n".as_bytes(), &options)
    ///     .unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 3, column 1 is \"Grace\", expected at most 2 different texts in this \
    ///      column, the limit for categories: ReadLimits::categories sets another"
    /// );
    /// ```
    #[must_use]
    pub const fn categories(self, categories: usize) -> Self {
        const MOST: usize = 1 << 24;
        let categories = if categories < MOST { categories } else { MOST };
        Self { categories, ..self }
    }
}
