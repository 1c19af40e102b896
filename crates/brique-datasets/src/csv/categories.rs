//! The categories of a column of text while a file is read.

use std::collections::BTreeMap;

use crate::TextColumn;
use crate::field::{excerpt, listed};

/// The categories of a column, each with a code.
///
/// The codes are the class numbers if the categories are given. Otherwise they count the texts as they first occur, and
/// [`sorted`](Self::sorted) returns the class number of each code.
pub(crate) struct Categories {
    codes: BTreeMap<String, usize>,
    is_given: bool,
    limit: usize,
}

/// Why a text has no code.
pub(crate) enum NoCode {
    /// The text is not one of the given categories, of which these are the first.
    Unknown(String),
    /// There are as many categories as this limit allows.
    TooMany(usize),
}

impl Categories {
    pub(crate) fn new(column: &TextColumn, limit: usize) -> Self {
        let given = column.categories.iter().flatten().cloned();
        Self {
            codes: given.enumerate().map(|(code, text)| (text, code)).collect(),
            is_given: column.categories.is_some(),
            limit,
        }
    }

    /// Returns the code of a text, which becomes a category if the categories are not given.
    pub(crate) fn code(&mut self, text: &str) -> Result<usize, NoCode> {
        if let Some(&code) = self.codes.get(text) {
            return Ok(code);
        }
        let code = self.codes.len();
        if self.is_given {
            let first = self.by_code();
            let texts = first.iter().map(|text| excerpt(text.as_bytes()));
            return Err(NoCode::Unknown(listed(texts, code)));
        }
        if code >= self.limit {
            return Err(NoCode::TooMany(self.limit));
        }
        self.codes.insert(text.to_owned(), code);
        Ok(code)
    }

    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Removes the categories that are not among the first `n` to occur.
    pub(crate) fn truncate(&mut self, n: usize) {
        if n < self.codes.len() {
            self.codes.retain(|_, code| *code < n);
        }
    }

    /// Returns the categories in the order of their class numbers, and the class number of each code.
    pub(crate) fn sorted(self) -> (Vec<String>, Vec<usize>) {
        if self.is_given {
            let codes = (0..self.codes.len()).collect();
            return (self.by_code(), codes);
        }
        let mut classes = vec![0; self.codes.len()];
        for (class, &code) in self.codes.values().enumerate() {
            classes[code] = class;
        }
        (self.codes.into_keys().collect(), classes)
    }

    fn by_code(&self) -> Vec<String> {
        let mut texts: Vec<(&String, &usize)> = self.codes.iter().collect();
        texts.sort_unstable_by_key(|&(_, code)| code);
        texts.into_iter().map(|(text, _)| text.clone()).collect()
    }
}
