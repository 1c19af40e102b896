//! The results of all passes of a module.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::matrices::{largest, row_alone};
use crate::snapshot::{Snapshot, fill_gradients};
use crate::verdict::{near, refused, same};

/// The results of a forward pass and a backward pass; the gradients start from zero.
pub(crate) struct Passes {
    pub(crate) output: Array2<f64>,
    pub(crate) input_delta: Array2<f64>,
    pub(crate) gradients: Vec<Array2<f64>>,
}

impl Passes {
    pub(crate) fn of(
        law: &'static str,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        delta: &Matrix,
    ) -> Result<Self, Failure> {
        let output = module.forward(x).map_err(refused(law))?;
        let input_delta = module.backward_delta(x, delta).map_err(refused(law))?;
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(law))?;
        Ok(Self {
            output,
            input_delta,
            gradients: Snapshot::of(module).gradients,
        })
    }

    /// Returns the output and the input delta of one row, without gradients, because these belong to no single row.
    pub(crate) fn row(&self, row: usize) -> Self {
        Self {
            output: row_alone(&self.output, row),
            input_delta: row_alone(&self.input_delta, row),
            gradients: Vec::new(),
        }
    }

    /// Checks that the results equal the `expected` ones bit for bit. The failure message includes `circumstances`.
    pub(crate) fn same(
        &self,
        law: &'static str,
        module: &dyn Module<f64>,
        circumstances: &str,
        expected: &Self,
    ) -> Result<(), Failure> {
        for ((what, found), (_, expected)) in self.named().zip(expected.named()) {
            same(law, module, &format!("{what} {circumstances}"), found, expected)?;
        }
        Ok(())
    }

    /// Like [`same`](Self::same), but allows for the rounding of sums of numbers as large as those of `scale`.
    pub(crate) fn near(
        &self,
        law: &'static str,
        module: &dyn Module<f64>,
        circumstances: &str,
        expected: &Self,
        scale: &Self,
    ) -> Result<(), Failure> {
        for (((what, found), (_, expected)), (_, scale)) in
            self.named().zip(expected.named()).zip(scale.named())
        {
            near(
                law,
                module,
                &format!("{what} {circumstances}"),
                found,
                expected,
                largest(scale),
            )?;
        }
        Ok(())
    }

    fn named(&self) -> impl Iterator<Item = (String, &Array2<f64>)> {
        let both = [
            ("the output", &self.output),
            ("the input delta", &self.input_delta),
        ];
        let gradients = self.gradients.iter().enumerate();
        let gradients =
            gradients.map(|(index, gradient)| (format!("the gradient of parameter {index}"), gradient));
        both.map(|(what, matrix)| (what.to_owned(), matrix))
            .into_iter()
            .chain(gradients)
    }
}
