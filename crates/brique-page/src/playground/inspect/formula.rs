//! Numbers, indices and sums as text.

use super::Formula;

/// The largest number of terms of a sum that are written.
const TERMS: usize = 6;

/// The largest number of rows of a table of numbers.
pub(super) const ROWS: usize = 64;

/// Returns a number with all its digits if these are few, else with five of them.
pub(super) fn number(number: f64) -> String {
    let exact = number.to_string();
    let text = if exact.len() <= 7 {
        exact
    } else if (1e-3..1e4).contains(&number.abs()) {
        format!("{number:.4}")
    } else {
        format!("{number:.4e}")
    };
    text.replace('-', "−")
}

/// Returns a number as a factor: a negative one is in parentheses.
pub(super) fn factor(value: f64) -> String {
    let text = number(value);
    if value.is_sign_negative() {
        format!("({text})")
    } else {
        text
    }
}

/// Returns the product of two numbers as text.
pub(super) fn product(a: f64, b: f64) -> String {
    format!("{}·{}", factor(a), factor(b))
}

/// Returns a number with all its digits.
pub(super) fn exact(number: f64) -> String {
    number.to_string().replace('-', "−")
}

/// Returns an index in subscript digits: `₁₂`.
pub(super) fn subscript(index: usize) -> String {
    const DIGITS: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    let digits = index.to_string();
    digits
        .bytes()
        .map(|digit| DIGITS[usize::from(digit - b'0')])
        .collect()
}

/// Returns the indices of a row and a column in subscript digits: `₁₂`, or `₁,₁₂` if one has several digits.
pub(super) fn subscripts(row: usize, column: usize) -> String {
    let comma = if row < 10 && column < 10 { "" } else { "," };
    format!("{}{comma}{}", subscript(row), subscript(column))
}

/// Returns the index of a value in an example of this shape: `₃`, or `[1, 0, 2]` on a grid.
pub(super) fn label(index: usize, shape: &[usize]) -> String {
    if shape.len() < 2 {
        return subscript(index);
    }
    let mut rest = index;
    let mut indices: Vec<String> = shape
        .iter()
        .rev()
        .map(|&size| {
            let index = rest % size;
            rest /= size;
            index.to_string()
        })
        .collect();
    indices.reverse();
    format!("[{}]", indices.join(", "))
}

/// Returns a sum as text with its total: at most six terms, the others replaced by `…`.
pub(super) fn sum(terms: &[String], total: f64) -> String {
    let total = number(total);
    if terms.len() <= TERMS {
        let text = terms.join(" + ");
        let text = if terms.is_empty() { "0" } else { &text };
        return format!("{text} = {total}");
    }
    let first = terms[..TERMS - 1].join(" + ");
    format!("{first} + … + {} = {total}", terms[terms.len() - 1])
}

/// Returns the mean of numbers as text with its value.
pub(super) fn mean(numbers: &[f64], mean: f64) -> String {
    let terms: Vec<String> = numbers.iter().map(|&term| factor(term)).collect();
    let sum = sum(&terms, mean);
    let (terms, mean) = sum.rsplit_once(" = ").unwrap_or((&sum, ""));
    format!("({terms}) / {} = {mean}", numbers.len())
}

/// Returns the formula of the difference of the loss around `name`, with the numbers put in.
pub(super) fn difference(name: &str, [above, below]: [f64; 2], step: f64, numeric: f64) -> Formula {
    Formula {
        symbols: format!("∂L/∂{name} ≈ (L({name} + h) − L({name} − h)) / 2h"),
        numbers: format!(
            "({} − {}) / {:.4e} = {}",
            exact(above),
            factor_exact(below),
            2.0 * step,
            number(numeric)
        )
        .replace("e-", "e−"),
    }
}

fn factor_exact(value: f64) -> String {
    let text = exact(value);
    if value.is_sign_negative() {
        format!("({text})")
    } else {
        text
    }
}

/// Returns |a − b| / max(|a|, |b|), and 0 if both are 0.
pub(super) fn relative_error(a: f64, b: f64) -> f64 {
    let largest = a.abs().max(b.abs());
    if largest == 0.0 {
        0.0
    } else {
        (a - b).abs() / largest
    }
}
