//! The tensors of an open file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use brique_core::Layout;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, ArrayViewMut2};
use safetensors::Dtype;

use crate::Error;
use crate::content::ExpectedTensor;
use crate::error::Mismatch;
use crate::header::StoredTensor;
use crate::numbers::{decode, dtype};

/// An open file with the positions of its tensors.
#[derive(Debug)]
pub(crate) struct TensorFile {
    pub(crate) file: File,
    pub(crate) tensors: Vec<StoredTensor>,
    /// The checksum of each tensor, if this library wrote the file.
    pub(crate) checksums: Vec<u32>,
    /// Whether numbers of the other type are converted.
    pub(crate) converts: bool,
}

impl TensorFile {
    /// Compares all tensors of the file but those named `others` with those expected.
    pub(crate) fn check<T: Scalar>(
        &self,
        expected: &[ExpectedTensor],
        others: &[String],
    ) -> Result<(), Error> {
        let mut stored: BTreeMap<&str, &StoredTensor> = self
            .tensors
            .iter()
            .map(|tensor| (&*tensor.name, tensor))
            .collect();
        for name in others {
            stored.remove(&**name);
        }
        let mut mismatch = Mismatch::default();
        for tensor in expected {
            if let Some(stored) = stored.remove(&*tensor.name) {
                self.compare::<T>(stored, tensor, &mut mismatch);
                continue;
            }
            let shape = tensor.layout.stored_shape(tensor.shape);
            mismatch.missing.push(format!("{} {shape:?}", tensor.name));
        }
        for tensor in stored.values() {
            mismatch
                .unexpected
                .push(format!("{} {:?}", tensor.name, tensor.shape));
        }
        if mismatch.is_empty() {
            return Ok(());
        }
        Err(Error::Tensors(mismatch))
    }

    /// Adds the differences between a tensor of the file and the expected one.
    fn compare<T: Scalar>(&self, stored: &StoredTensor, expected: &ExpectedTensor, mismatch: &mut Mismatch) {
        let name = &stored.name;
        let shape = expected.layout.stored_shape(expected.shape);
        if stored.shape != shape {
            let found = &stored.shape;
            mismatch
                .shapes
                .push(format!("{name} is {found:?}, expected {shape:?}"));
        }
        let (found, wanted) = (stored.dtype, dtype::<T>());
        let is_number = matches!(found, Dtype::F32 | Dtype::F64);
        if found != wanted && !(self.converts && is_number) {
            mismatch
                .types
                .push(format!("{name} is {found:?}, expected {wanted:?}"));
        }
    }

    /// Reads the numbers of a tensor that [`check`](Self::check) has found.
    pub(crate) fn read<T: Scalar>(
        &mut self,
        name: &str,
        layout: Layout,
        values: &mut ArrayViewMut2<'_, T>,
    ) -> Result<(), Error> {
        let Some(number) = self.tensors.iter().position(|tensor| tensor.name == name) else {
            return Ok(()); // `check` has found them all
        };
        let StoredTensor { position, dtype, .. } = self.tensors[number];
        self.file
            .seek(SeekFrom::Start(position))
            .map_err(Error::io("read"))?;
        let mut checksum = crc32fast::Hasher::new();
        let read = |bytes: &mut [u8]| {
            self.file.read_exact(bytes).map_err(Error::io("read"))?;
            checksum.update(bytes);
            Ok(())
        };
        let too_large = |found| Error::TooLarge {
            tensor: name.to_owned(),
            found,
        };
        decode(values, layout, dtype, read, too_large)?;
        self.check_checksum(number, checksum.finalize())
    }

    fn check_checksum(&self, number: usize, found: u32) -> Result<(), Error> {
        match self.checksums.get(number) {
            Some(&expected) if expected != found => Err(Error::Checksum {
                tensor: self.tensors[number].name.clone(),
                found,
                expected,
            }),
            _ => Ok(()),
        }
    }

    /// Reads a tensor as a matrix, `None` if there is none of this name.
    pub(crate) fn matrix<T: Scalar>(&mut self, name: &str) -> Result<Option<Array2<T>>, Error> {
        let Some(stored) = self.tensors.iter().find(|tensor| tensor.name == name) else {
            return Ok(None);
        };
        let shape = match stored.shape[..] {
            [rows, columns] => (rows, columns),
            _ => (
                usize::from(stored.shape.is_empty()),
                stored.shape.iter().product(),
            ),
        };
        let expected = ExpectedTensor {
            name: name.to_owned(),
            shape,
            layout: Layout::Matrix,
        };
        let mut mismatch = Mismatch::default();
        self.compare::<T>(stored, &expected, &mut mismatch);
        if !mismatch.is_empty() {
            return Err(Error::Tensors(mismatch));
        }
        let mut values = Array2::zeros(shape);
        self.read(name, Layout::Matrix, &mut values.view_mut())?;
        Ok(Some(values))
    }

    /// Reads all tensors and compares their checksums, if there are any.
    pub(crate) fn verify(&mut self) -> Result<(), Error> {
        let mut block = vec![0; 1 << 16];
        for number in 0..self.tensors.len() {
            let mut checksum = crc32fast::Hasher::new();
            let StoredTensor { position, bytes, .. } = self.tensors[number];
            self.file
                .seek(SeekFrom::Start(position))
                .map_err(Error::io("read"))?;
            let mut left = bytes;
            while left > 0 {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
                self.file
                    .read_exact(&mut block[..count])
                    .map_err(Error::io("read"))?;
                checksum.update(&block[..count]);
                left -= count as u64;
            }
            self.check_checksum(number, checksum.finalize())?;
        }
        Ok(())
    }
}
