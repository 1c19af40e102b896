//! The groups in which the rows of a batch are added.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// Groups of consecutive rows of a batch. A gradient is the sum of the gradients of the groups, added in a tree.
///
/// [`run`](Self::run) calls a closure. In it, [`affine_gradient`](crate::affine_gradient) and
/// [`affine_overwrite_gradient`](crate::affine_overwrite_gradient) compute the sum over the rows of each group by itself.
/// The root of the tree is the range of all groups. A node of more than one group has two children, the halves of its
/// range; the left one is the smaller if the number is odd. The sum of a node therefore has the same bits as the sum of
/// the gradients of its two halves, computed by different processes.
///
/// ```
/// use brique_tensor::ndarray::{Array2, array, s};
/// use brique_tensor::{RowGroups, affine_overwrite_gradient};
///
/// let (x, delta) = (array![[1.0], [2.0], [3.0]], array![[0.1], [0.2], [0.7]]);
/// let gradient = |rows: std::ops::Range<usize>| {
///     let (x, delta) = (x.slice(s![rows.clone(), ..]), delta.slice(s![rows, ..]));
///     let mut gradient = Array2::zeros((2, 1));
///     affine_overwrite_gradient(&x, &delta, &mut gradient);
///     gradient
/// };
/// let groups = RowGroups::new(vec![0, 1, 3]);
/// assert_eq!(groups.run(|| gradient(0..3)), gradient(0..1) + gradient(1..3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowGroups {
    /// The first row of each group, then the number of rows.
    bounds: Arc<[usize]>,
}

impl RowGroups {
    /// Creates groups from the first row of each, followed by the number of rows of the batch. A group may have no rows.
    ///
    /// # Panics
    ///
    /// If there is no number, the first one is not 0, or one is smaller than the one before it.
    #[must_use]
    #[track_caller]
    pub fn new(bounds: Vec<usize>) -> Self {
        assert!(
            bounds.first() == Some(&0) && bounds.is_sorted(),
            "the bounds of groups are {bounds:?}, expected 0 and then numbers in ascending order"
        );
        Self {
            bounds: bounds.into(),
        }
    }

    /// Calls `work` and returns its result. Gradients that `work` computes on this thread are added in these groups.
    ///
    /// # Panics
    ///
    /// If `work` panics, or computes the gradient of a batch with another number of rows.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        work()
    }

    /// Returns the groups of the current thread.
    #[track_caller]
    pub(crate) fn current(rows: usize) -> Option<Self> {
        CURRENT.with_borrow(|current| {
            let groups = current.as_ref()?;
            let last = groups.rows(&groups.all()).end;
            assert!(
                last == rows,
                "the groups have {last} rows, and the batch has {rows}"
            );
            Some(groups.clone())
        })
    }

    /// Returns the range of all groups, the root of the tree.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.bounds.len() - 1
    }

    /// Returns the rows of a node of the tree.
    pub(crate) fn rows(&self, node: &Range<usize>) -> Range<usize> {
        self.bounds[node.start]..self.bounds[node.end]
    }
}

/// Returns the children of a node of the tree, `None` for a leaf.
pub(crate) fn children(node: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let middle = node.start + node.len() / 2;
    (node.len() > 1).then_some((node.start..middle, middle..node.end))
}

thread_local! {
    static CURRENT: RefCell<Option<RowGroups>> = const { RefCell::new(None) };
}

/// Restores the previous groups, also if the work panics.
struct Restore(Option<RowGroups>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.replace(self.0.take());
    }
}
