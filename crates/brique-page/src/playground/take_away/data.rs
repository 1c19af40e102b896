//! The examples of a playground as the text of a program.

use std::fmt::Write as _;

use crate::playground::Playground;

/// The longest line of indices.
const LINE: usize = 100;

/// Returns the numbers of the rows of a set of examples: for points of the plane, one row with the coordinates and the
/// target; for the digits, their indices in the whole data set.
pub(super) fn rows(playground: &Playground, indices: &[usize]) -> String {
    let examples = playground.examples();
    if let Some(order) = digits_order(playground) {
        let indices = indices.iter().map(|&index| order[index].to_string());
        return wrapped(indices);
    }
    let mut text = String::new();
    for &index in indices {
        let (x, target) = (examples.inputs.row(index), examples.targets[index]);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{} {} {target}", x[0], x[1]);
    }
    text
}

/// Returns the indices of the digits that are the examples, in their order, or `None` for other data.
fn digits_order(playground: &Playground) -> Option<Vec<usize>> {
    use brique_random::{RandomSource as _, portable};

    use crate::playground::Data;

    match playground.config().data {
        Data::Digits { seed, .. } => Some(portable(seed).permutation(1797)),
        _ => None,
    }
}

fn wrapped(words: impl Iterator<Item = String>) -> String {
    let (mut text, mut length) = (String::new(), 0);
    for word in words {
        if length + 1 + word.len() > LINE {
            text.push('\n');
            length = 0;
        } else if length > 0 {
            text.push(' ');
            length += 1;
        }
        length += word.len();
        text += &word;
    }
    text.push('\n');
    text
}
