//! One number for each axis.

/// One number for each of `N` axes, such as a stride: `2` for the same number along all of them, `[1, 2]` for one each.
///
/// ```
/// use brique_layers::PerAxis;
///
/// assert_eq!(PerAxis::<2>::from(3), PerAxis([3, 3]));
/// assert_eq!(PerAxis::from([1, 2]).to_string(), "(1, 2)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PerAxis<const N: usize>(pub [usize; N]);

impl<const N: usize> From<usize> for PerAxis<N> {
    fn from(number: usize) -> Self {
        Self([number; N])
    }
}

impl<const N: usize> From<[usize; N]> for PerAxis<N> {
    fn from(numbers: [usize; N]) -> Self {
        Self(numbers)
    }
}

impl<const N: usize> std::fmt::Display for PerAxis<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers = self.0.map(|number| number.to_string());
        write!(f, "({})", numbers.join(", "))
    }
}
