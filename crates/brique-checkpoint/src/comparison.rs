//! Compares the tensors of a file with those of a network.

use std::mem;

use safetensors::Dtype;

use crate::Error;
use crate::error::Mismatch;
use crate::expected::ExpectedTensor;
use crate::header::StoredTensor;
use crate::tensor_file::TensorFile;

/// A comparison of the tensors of a file with those that are expected, one after the other.
pub(crate) struct Comparison<'a> {
    file: &'a TensorFile,
    /// The expected type, if it is known.
    dtype: Option<Dtype>,
    /// Whether each tensor of the file is still to be expected.
    is_left: Vec<bool>,
    mismatch: Mismatch,
}

impl<'a> Comparison<'a> {
    /// Begins a comparison of all tensors of the file but those named `others`.
    pub(crate) fn new(file: &'a TensorFile, others: &[String], dtype: Option<Dtype>) -> Self {
        let mut is_left = vec![true; file.tensors().len()];
        for index in others.iter().filter_map(|name| file.index(name)) {
            is_left[index] = false;
        }
        Self {
            file,
            dtype,
            is_left,
            mismatch: Mismatch::default(),
        }
    }

    /// Compares the tensor of this name.
    pub(crate) fn add(&mut self, expected: &ExpectedTensor) {
        let index = self.file.index(&expected.name);
        let Some(index) = index.filter(|&index| mem::take(&mut self.is_left[index])) else {
            let shape = expected.layout.stored_shape(expected.shape);
            self.mismatch.missing.push(format!("{} {shape:?}", expected.name));
            return;
        };
        self.compare(&self.file.tensors()[index], expected);
    }

    /// Adds the differences between a tensor of the file and the expected one.
    pub(crate) fn compare(&mut self, stored: &StoredTensor, expected: &ExpectedTensor) {
        let StoredTensor { name, shape, .. } = stored;
        let wanted = expected.layout.stored_shape(expected.shape);
        if *shape != wanted {
            let difference = format!("{name} is {shape:?}, expected {wanted:?}");
            self.mismatch.shapes.push(difference);
        }
        let (found, Some(wanted)) = (stored.dtype, self.dtype) else {
            return;
        };
        let is_number = matches!(found, Dtype::F32 | Dtype::F64);
        if found != wanted && !(self.file.converts && is_number) {
            let difference = format!("{name} is {found:?}, expected {wanted:?}");
            self.mismatch.types.push(difference);
        }
    }

    /// Ends the comparison: the tensors that are left were not expected.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        for &index in self.file.by_name.iter().filter(|&&index| self.is_left[index]) {
            let StoredTensor { name, shape, .. } = &self.file.tensors()[index];
            self.mismatch.unexpected.push(format!("{name} {shape:?}"));
        }
        self.result()
    }

    /// Returns the differences so far as an error, if there are any.
    pub(crate) fn result(self) -> Result<(), Error> {
        if self.mismatch.is_empty() {
            return Ok(());
        }
        Err(Error::Tensors(self.mismatch))
    }
}
