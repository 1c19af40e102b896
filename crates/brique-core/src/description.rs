//! Modules as plain data.

use std::fmt;

use crate::{Layout, Shape};

/// A module as plain data: its kind, its attributes, its named tensors, and the modules inside it.
///
/// [`Module::describe`](crate::Module::describe) returns it. It contains the names and shapes of tensors, not their
/// values. A program can write it to a file; a [`Registry`](crate::Registry) builds a module from it. `{}` formats it
/// as one line, `{:#}` as this line and a table of the inner modules.
///
/// ```
/// use brique_core::Description;
///
/// let linear = Description::new("Linear")
///     .attribute("in", 64_usize)
///     .attribute("out", 10_usize);
/// assert_eq!(linear.to_string(), "Linear(64 → 10)");
/// let dropout = Description::new("Dropout")
///     .attribute("rate", 0.5)
///     .detail("seed", 7_u64);
/// assert_eq!(dropout.to_string(), "Dropout(0.5)");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Description {
    /// The name of the type, without its path: `Linear`.
    pub kind: String,
    /// The attributes that are needed to build the module again, apart from the tensors.
    pub attributes: Vec<Attribute>,
    /// The module's own tensors, without those of inner modules.
    pub tensors: Vec<TensorDescription>,
    /// The inner modules.
    pub inner: Vec<InnerDescription>,
    /// Whether it is a composite module. A composite module may have no inner modules.
    pub is_composite: bool,
}

/// A named attribute of a module.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name: `in`.
    pub name: String,
    /// The value: 64.
    pub value: AttributeValue,
    /// Whether the one-line text of the module shows it.
    pub is_shown: bool,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A count, a size or a seed.
    Integer(u64),
    /// Any other number.
    Number(f64),
    /// A text, such as the name of an option.
    Text(String),
    /// The sizes of a [`Shape`].
    Sizes(Vec<usize>),
}

/// The name and shape of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorDescription {
    /// The name within its module: `weight`.
    pub name: String,
    /// Rows and columns.
    pub shape: (usize, usize),
    /// How PyTorch and files store it.
    pub layout: Layout,
}

/// An inner module, and its name in the outer module.
#[derive(Debug, Clone, PartialEq)]
pub struct InnerDescription {
    /// The name: `encoder`, or a number.
    pub name: String,
    /// The shape of one example of its output, if the outer module knows it.
    pub output: Option<Vec<usize>>,
    /// The module.
    pub module: Description,
}

impl From<usize> for AttributeValue {
    fn from(value: usize) -> Self {
        Self::Integer(value as u64)
    }
}

impl From<u64> for AttributeValue {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for AttributeValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for AttributeValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Shape> for AttributeValue {
    fn from(value: Shape) -> Self {
        Self::Sizes(value.sizes().to_vec())
    }
}

impl Description {
    /// Creates the description of a module of this kind, without attributes.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// Creates the description of a module of the Rust type `M`: its kind is `Scale` for `my_crate::Scale<f32>`.
    #[must_use]
    pub fn of_type<M: ?Sized>() -> Self {
        let name = std::any::type_name::<M>();
        let name = name.split('<').next().unwrap_or(name);
        Self::new(name.rsplit("::").next().unwrap_or(name))
    }

    /// Returns the description with one more attribute, which the one-line text shows.
    #[must_use]
    pub fn attribute(self, name: &str, value: impl Into<AttributeValue>) -> Self {
        self.with(name, value.into(), true)
    }

    /// Returns the description with one more attribute, which the one-line text does not show.
    #[must_use]
    pub fn detail(self, name: &str, value: impl Into<AttributeValue>) -> Self {
        self.with(name, value.into(), false)
    }

    fn with(mut self, name: &str, value: AttributeValue, is_shown: bool) -> Self {
        self.attributes.push(Attribute {
            name: name.to_owned(),
            value,
            is_shown,
        });
        self
    }

    /// Returns the value of an attribute.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&AttributeValue> {
        let found = self.attributes.iter().find(|attribute| attribute.name == name);
        found.map(|attribute| &attribute.value)
    }

    /// Returns the number of values in all tensors, including those of inner modules; at most `usize::MAX`.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        let own = self.tensors.iter();
        let own = own.map(|tensor| tensor.shape.0.saturating_mul(tensor.shape.1));
        let inner = self.inner.iter().map(|inner| inner.module.parameter_count());
        own.chain(inner).fold(0, usize::saturating_add)
    }

    /// Appends the rows of the table: name, module, output and number of parameters, with each inner module indented.
    fn rows(&self, depth: usize, rows: &mut Vec<[String; 4]>) {
        for inner in &self.inner {
            let count = match inner.module.parameter_count() {
                0 => "–".to_owned(),
                count => count.to_string(),
            };
            let output = inner.output.as_deref().map(sizes).unwrap_or_default();
            let name = format!("{}{}", "  ".repeat(depth), inner.name);
            rows.push([name, inner.module.to_string(), output, count]);
            inner.module.rows(depth + 1, rows);
        }
    }
}

/// Formats sizes: `(2, 3)`.
fn sizes(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    format!("({})", sizes.join(", "))
}

/// The attributes that a reader could confuse without their names.
const SHOWN_WITH_NAME: [&str; 5] = ["kernel", "stride", "padding", "dilation", "groups"];

/// The widest column that formatting can align.
const WIDEST: usize = u16::MAX as usize;

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::Sizes(value) => f.write_str(&sizes(value)),
        }
    }
}

impl fmt::Display for Description {
    /// Writes one line: the kind, the attributes that are shown and, for a composite module, the numbers of modules and
    /// parameters. An attribute `out` is joined to the attribute before it: `64 → 10`. The attributes of windows are
    /// shown with their names: `kernel (5, 5)`. With `{:#}`, a table of the
    /// inner modules follows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        for Attribute {
            name,
            value,
            is_shown,
        } in &self.attributes
        {
            match parts.last_mut() {
                Some(input) if name == "out" && *is_shown => *input = format!("{input} → {value}"),
                _ if *is_shown && SHOWN_WITH_NAME.contains(&&**name) => parts.push(format!("{name} {value}")),
                _ if *is_shown => parts.push(value.to_string()),
                _ => {}
            }
        }
        if self.is_composite {
            parts.push(plural(self.inner.len(), "module"));
            parts.push(plural(self.parameter_count(), "parameter"));
        }
        f.write_str(&self.kind)?;
        if !parts.is_empty() {
            write!(f, "({})", parts.join(", "))?;
        }
        if !f.alternate() {
            return Ok(());
        }
        let mut rows = Vec::new();
        self.rows(0, &mut rows);
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0).min(WIDEST)
        };
        let [a, b, c, d] = [0, 1, 2, 3].map(width);
        for [name, module, output, count] in &rows {
            let line = format!("{name:a$}  {module:b$}  {output:c$}  {count:>d$}");
            write!(f, "\n  {}", line.trim_end())?;
        }
        Ok(())
    }
}
