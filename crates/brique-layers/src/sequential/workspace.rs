//! What a chain of modules needs to remember between its passes.

use brique_core::Module;
use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Matrix, Scalar, aligned_zeros};

use super::Sequential;

/// The outputs of all modules of a network for one batch, and their errors on the way back.
///
/// A training loop owns it. It grows with the largest batch it has seen; from then on nothing is allocated.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{Linear, Sequential, Tanh, Workspace};
/// use brique_tensor::ndarray::array;
///
/// let linear = Linear::from_parameters(array![[2.0], [0.0]])?;
/// let mut network: Sequential = Sequential::new(1).then(linear)?.then(Tanh)?;
/// let mut workspace = Workspace::default();
/// let x = array![[0.0], [0.5]];
/// assert_eq!(network.forward_in(&x, &mut workspace)?, array![[0.0], [1.0_f64.tanh()]]);
/// network.backward_in(&x, &array![[1.0], [0.0]], &mut workspace)?; // adds to the gradients
/// assert_eq!(workspace.output(0), array![[0.0], [1.0]]);
/// assert_eq!(workspace.delta(0), array![[1.0], [0.0]]); // ∂L/∂ of the output of the linear layer
/// # Ok::<(), brique_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Workspace<T: Scalar = f64> {
    /// Rows of the last batch.
    rows: usize,
    /// One matrix a module, with room for the largest batch so far.
    outputs: Vec<Array2<T>>,
    /// ∂L/∂output of each module but the last; from the way forward to the way back, what the module above has kept.
    deltas: Vec<Array2<T>>,
    /// Whether the modules have kept something.
    has_kept: bool,
}

/// Is shown the number of a module, its input, the error of its output, and the place for the error of its input.
type Visit<'a, T> = dyn FnMut(usize, &Matrix<T>, &Matrix<T>, Option<&mut Matrix<T>>) + 'a;

impl<T: Scalar> Workspace<T> {
    /// A workspace with room for batches of so many rows.
    #[must_use]
    pub fn new(network: &Sequential<T>, rows: usize) -> Self {
        let mut workspace = Self {
            rows: 0,
            outputs: Vec::new(),
            deltas: Vec::new(),
            has_kept: false,
        };
        workspace.fit(network, rows);
        workspace
    }

    /// The number of rows of the last batch.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The output of the module of this number for the last batch.
    ///
    /// # Panics
    ///
    /// If there is no such module.
    #[must_use]
    pub fn output(&self, module: usize) -> ArrayView2<'_, T> {
        first_rows(&self.outputs[module], self.rows)
    }

    /// ∂L/∂output of the module of this number, from the last way back until the next way forward. The last module has none
    /// here: its error comes from the loss.
    ///
    /// # Panics
    ///
    /// If there is no such module, or it is the last.
    #[must_use]
    pub fn delta(&self, module: usize) -> ArrayView2<'_, T> {
        first_rows(&self.deltas[module], self.rows)
    }

    /// Makes room for a batch.
    pub(super) fn fit(&mut self, network: &Sequential<T>, rows: usize) {
        self.rows = rows;
        self.has_kept = false;
        let widths = || network.modules.iter().map(|placed| placed.output.size());
        let fits = self.outputs.len() == network.len()
            && self
                .outputs
                .iter()
                .zip(widths())
                .all(|(output, width)| output.ncols() == width && output.nrows() >= rows);
        if !fits {
            let matrices = |count: usize| {
                widths()
                    .take(count)
                    .map(|width| aligned_zeros((rows, width)))
                    .collect()
            };
            self.outputs = matrices(network.len());
            self.deltas = matrices(network.len().saturating_sub(1));
        }
    }

    /// What the last module gave, or, of a network without modules, the input.
    fn last_output<'a>(&'a self, input: &'a Matrix<T>) -> ArrayView2<'a, T> {
        match self.outputs.last() {
            Some(output) => first_rows(output, self.rows),
            None => input.view(),
        }
    }

    /// Whether it holds the outputs of this network for a batch of so many rows.
    pub(super) fn holds(&self, network: &Sequential<T>, rows: usize) -> bool {
        self.outputs.len() == network.len() && self.rows == rows
    }

    /// Whether what the modules have kept is still there; the way back that asks writes over it.
    pub(super) fn take_kept(&mut self) -> bool {
        std::mem::take(&mut self.has_kept)
    }

    /// The input of a module, the place for its output, and that for the error of its input, unless it is the first.
    pub(super) fn around<'a>(
        &'a mut self,
        module: usize,
        input: &'a Matrix<T>,
        work: impl FnOnce(&Matrix<T>, &mut Matrix<T>, Option<&mut Matrix<T>>),
    ) {
        let rows = self.rows;
        let (before, after) = self.outputs.split_at_mut(module);
        let mut output = first_rows_mut(&mut after[0], rows);
        match (before.last(), module.checked_sub(1)) {
            (Some(x), Some(before)) => {
                let mut place = first_rows_mut(&mut self.deltas[before], rows);
                work(&first_rows(x, rows), &mut output, Some(&mut place));
            }
            _ => work(input, &mut output, None),
        }
    }

    /// From the last module to the first: shows each to `visit`. The first has a place for the error of its input only
    /// if one is given.
    pub(super) fn walk_back(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        mut input_delta: Option<&mut Matrix<T>>,
        visit: &mut Visit<'_, T>,
    ) {
        let rows = self.rows;
        for module in (0..self.outputs.len()).rev() {
            let (below, above) = self.deltas.split_at_mut(module);
            let above = above.first().map(|delta| first_rows(delta, rows));
            let delta = above.as_deref().unwrap_or(delta);
            match module.checked_sub(1) {
                None => visit(module, input, delta, input_delta.take()),
                Some(before) => {
                    let x = first_rows(&self.outputs[before], rows);
                    let mut place = first_rows_mut(&mut below[before], rows);
                    visit(module, &x, delta, Some(&mut place));
                }
            }
        }
        // A network without modules hands on what comes.
        if let Some(input_delta) = input_delta {
            input_delta.assign(delta);
        }
    }
}

/// The first rows. Of all of them no slice is taken: its checks would be a thirtieth of a small step.
fn first_rows<T: Scalar>(matrix: &Array2<T>, rows: usize) -> ArrayView2<'_, T> {
    if rows == matrix.nrows() {
        return matrix.view();
    }
    matrix.slice_axis(Axis(0), Slice::from(0..rows))
}

/// As [`first_rows`], to write to.
fn first_rows_mut<T: Scalar>(matrix: &mut Array2<T>, rows: usize) -> ArrayViewMut2<'_, T> {
    if rows == matrix.nrows() {
        return matrix.view_mut();
    }
    matrix.slice_axis_mut(Axis(0), Slice::from(0..rows))
}

impl<T: Scalar> Sequential<T> {
    /// Goes forward module by module, and gives the output.
    pub(super) fn walk_forward<'a>(
        &self,
        input: &'a Matrix<T>,
        workspace: &'a mut Workspace<T>,
        kernel: impl Fn(&dyn Module<T>, &Matrix<T>, &mut Matrix<T>),
    ) -> ArrayView2<'a, T> {
        self.visit_forward(input, workspace, |module, x, y, _| kernel(module, x, y));
        workspace.last_output(input)
    }

    /// Goes forward module by module, all but the first keeping what they like for the way back, and gives the output.
    pub(super) fn walk_forward_keeping<'a>(
        &self,
        input: &'a Matrix<T>,
        workspace: &'a mut Workspace<T>,
    ) -> ArrayView2<'a, T> {
        self.visit_forward(input, workspace, |module, x, y, kept| match kept {
            Some(kept) => module.forward_keeping_kernel(x, y, kept),
            None => module.forward_kernel(x, y),
        });
        workspace.has_kept = true;
        workspace.last_output(input)
    }

    fn visit_forward(
        &self,
        input: &Matrix<T>,
        workspace: &mut Workspace<T>,
        visit: impl Fn(&dyn Module<T>, &Matrix<T>, &mut Matrix<T>, Option<&mut Matrix<T>>),
    ) {
        workspace.fit(self, input.nrows());
        for (number, placed) in self.modules.iter().enumerate() {
            workspace.around(number, input, |x, y, kept| visit(&*placed.module, x, y, kept));
        }
    }
}
