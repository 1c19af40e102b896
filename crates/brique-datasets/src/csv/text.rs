//! Columns of text, and the numbers that stand for their texts.

use crate::{Column, Error};

/// A column that contains text, and how its texts become numbers.
///
/// The different texts of a column are its categories. By default, they are the texts that occur in the file, sorted by
/// their characters' code points. [`categories`](Self::categories) sets others, or another order.
///
/// ```
/// use brique_datasets::{CsvOptions, Dataset, TextColumn, read_csv_from};
/// use brique_tensor::ndarray::array;
///
/// let text = "island,bill,species\nDream,39.5,Adelie\nBiscoe,46.1,Gentoo\n";
/// let options = CsvOptions {
///     header: true,
///     text: vec![TextColumn::one_hot("island"), TextColumn::classes("species")],
///     ..CsvOptions::default()
/// };
/// let data: Dataset<f32> = read_csv_from(text.as_bytes(), &options)?;
/// assert_eq!(data.inputs(), array![[0.0, 1.0, 39.5], [1.0, 0.0, 46.1]]);
/// assert_eq!(data.targets(), array![[0.0], [1.0]]);
///
/// let names = ["island=Biscoe", "island=Dream", "bill"];
/// assert_eq!(data.input_names().unwrap(), names);
/// assert_eq!(data.class_names().unwrap(), ["Adelie", "Gentoo"]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextColumn {
    pub(crate) column: Column,
    pub(crate) encoding: Encoding,
    pub(crate) categories: Option<Vec<String>>,
}

/// How a text becomes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// One number: the index of the category.
    Classes,
    /// One number for each category: 1 for that of the text, 0 for the others.
    OneHot,
}

impl TextColumn {
    /// Creates a column whose texts become class numbers: 0 for the first category, 1 for the second, ….
    ///
    /// ```
    /// use brique_datasets::TextColumn;
    ///
    /// let by_name = TextColumn::classes("species");
    /// let by_index = TextColumn::classes(4);
    /// assert_ne!(by_name, by_index);
    /// ```
    #[must_use]
    pub fn classes(column: impl Into<Column>) -> Self {
        Self {
            column: column.into(),
            encoding: Encoding::Classes,
            categories: None,
        }
    }

    /// Creates a column whose texts become one column of 0 and 1 for each category. With a header, the input for the
    /// category `Dream` of the column `island` is called `island=Dream`.
    ///
    /// The example of [`TextColumn`] reads such a column.
    #[must_use]
    pub fn one_hot(column: impl Into<Column>) -> Self {
        Self {
            encoding: Encoding::OneHot,
            ..Self::classes(column)
        }
    }

    /// Sets the categories and their order. A text in the file that is not one of them is an error.
    ///
    /// Without this method, a file in which a category does not occur gives the other categories other numbers. A file
    /// of new data must have the categories of the training data:
    /// [`CsvReport::text`](crate::CsvReport::text) contains them.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, TextColumn, read_csv_from};
    ///
    /// let answer = TextColumn::classes(1).categories(["no", "yes"]);
    /// let options = CsvOptions { text: vec![answer], ..CsvOptions::default() };
    /// let data = read_csv_from::<f64>("1.5,yes\n".as_bytes(), &options)?;
    /// assert_eq!(data.targets()[[0, 0]], 1.0);
    ///
    /// let error = read_csv_from::<f64>("1.5,Yes\n".as_bytes(), &options).unwrap_err();
    /// let expected = "line 1, column 2 is \"Yes\", expected one of \"no\", \"yes\"";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn categories<N: Into<String>>(self, categories: impl IntoIterator<Item = N>) -> Self {
        Self {
            categories: Some(categories.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    /// Returns an error if a category cannot occur in a file, or is there twice.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let mut sorted: Vec<&str> = self.categories.iter().flatten().map(String::as_str).collect();
        sorted.sort_unstable();
        let cannot_occur = |text: &&&str| text.is_empty() || text.trim_ascii() != **text;
        if let Some(text) = sorted.iter().find(cannot_occur) {
            return wrong(text, "a text that is not empty, without white space around it");
        }
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => wrong(pair[0], "each category once"),
            None => Ok(()),
        }
    }
}

fn wrong(text: &str, expected: &'static str) -> Result<(), Error> {
    Err(Error::Parameter {
        function: "read_csv",
        parameter: "a category of TextColumn::categories",
        found: format!("{text:?}"),
        expected,
    })
}
