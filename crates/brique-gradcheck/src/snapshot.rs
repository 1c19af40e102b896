//! Copies of the parameters and gradients of a module, to compare with and to restore.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::matrices::same_bits;

/// The values and gradients of all parameters of a module, in its own order.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) values: Vec<Array2<f64>>,
    pub(crate) gradients: Vec<Array2<f64>>,
}

impl Snapshot {
    pub(crate) fn of(module: &dyn Module<f64>) -> Self {
        let (mut values, mut gradients) = (Vec::new(), Vec::new());
        module.visit_parameters(&mut |parameter| {
            values.push(parameter.value().to_owned());
            gradients.push(parameter.gradient().to_owned());
        });
        Self { values, gradients }
    }

    /// Restores values and gradients.
    pub(crate) fn restore(&self, module: &mut dyn Module<f64>) {
        let mut saved = self.values.iter().zip(&self.gradients);
        module.visit_parameters_mut(&mut |parameter| {
            if let Some((value, gradient)) = saved.next()
                && parameter.shape() == value.dim()
            {
                parameter.value_mut().assign(value);
                parameter.gradient_mut().assign(gradient);
            }
        });
    }

    /// Describes the first value or gradient of `module` that has changed; `None` if there is none.
    pub(crate) fn change(&self, module: &dyn Module<f64>) -> Option<String> {
        let now = Self::of(module);
        if now.values.len() != self.values.len() {
            return Some("the number of parameters changed".to_owned());
        }
        changed("the value", &self.values, &now.values)
            .or_else(|| changed("the gradient", &self.gradients, &now.gradients))
    }

    /// Describes the first value of a parameter that has changed; `None` if there is none.
    pub(crate) fn value_change(&self, module: &dyn Module<f64>) -> Option<String> {
        changed("the value", &self.values, &Self::of(module).values)
    }
}

fn changed(what: &str, before: &[Array2<f64>], after: &[Array2<f64>]) -> Option<String> {
    let same = |(before, after): (&Array2<f64>, &Array2<f64>)| same_bits(before, after);
    let index = before.iter().zip(after).position(|pair| !same(pair))?;
    Some(format!("{what} of parameter {index} changed"))
}

/// Sets every gradient of a module to `number` without calling the module's own `zero_grad`.
pub(crate) fn fill_gradients(module: &mut dyn Module<f64>, number: f64) {
    module.visit_parameters_mut(&mut |parameter| parameter.gradient_mut().fill(number));
}

/// Sets one number of one parameter.
pub(crate) fn set_value(module: &mut dyn Module<f64>, position: usize, index: (usize, usize), number: f64) {
    let mut next = 0;
    module.visit_parameters_mut(&mut |parameter| {
        if next == position {
            parameter.value_mut()[index] = number;
        }
        next += 1;
    });
}

/// Calls `work` with a module, then restores the module's parameters and gradients.
pub(crate) fn restoring<R>(module: &mut dyn Module<f64>, work: impl FnOnce(&mut dyn Module<f64>) -> R) -> R {
    let before = Snapshot::of(module);
    let result = work(module);
    before.restore(module);
    result
}

/// Returns whether two lists of matrices are equal bit for bit.
pub(crate) fn same_lists<'a>(
    found: impl ExactSizeIterator<Item = &'a Matrix>,
    expected: impl ExactSizeIterator<Item = &'a Matrix>,
) -> bool {
    found.len() == expected.len() && found.zip(expected).all(|(a, b)| same_bits(a, b))
}
