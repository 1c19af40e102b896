//! Texts of files in messages.

use std::fmt::{self, Write};

/// The most characters that a message shows of a text.
const MOST: usize = 400;

/// The most characters that a message shows of a name.
const MOST_OF_NAME: usize = 80;

/// Returns a name in quotes, with escapes, or its beginning.
pub(crate) fn quoted(name: &str) -> String {
    let (beginning, rest) = name
        .char_indices()
        .nth(MOST_OF_NAME)
        .map_or((name, ""), |(end, _)| name.split_at(end));
    let more = if rest.is_empty() { "" } else { "…" };
    format!("{beginning:?}{more}")
}

/// Shows the first 400 characters of a text, with control characters as escapes: a file may have texts of many
/// megabytes, and some that a terminal would obey.
pub(crate) struct Shown<D>(pub(crate) D);

impl<D: fmt::Display> fmt::Display for Shown<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut beginning = Beginning { f, left: MOST };
        write!(beginning, "{}", self.0)
    }
}

/// Passes on the characters that are left, then `…`.
struct Beginning<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    left: usize,
}

impl Beginning<'_, '_> {
    fn pass(&mut self, character: char) -> fmt::Result {
        match self.left {
            0 => return Ok(()),
            1 => self.f.write_char('…')?,
            _ => self.f.write_char(character)?,
        }
        self.left -= 1;
        Ok(())
    }
}

impl fmt::Write for Beginning<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| {
            if character.is_control() {
                return character.escape_default().try_for_each(|shown| self.pass(shown));
            }
            self.pass(character)
        })
    }
}
