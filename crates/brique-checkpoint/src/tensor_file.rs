//! The tensors of an open file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use brique_core::{Description, Layout};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, ArrayViewMut2};

use crate::Error;
use crate::comparison::Comparison;
use crate::error::Mismatch;
use crate::expected::{ExpectedTensor, tensor_count, visit_expected};
use crate::header::StoredTensor;
use crate::memory::check_memory;
use crate::numbers::{decode, dtype};
use crate::shown::quoted;

/// An open file with the positions of its tensors.
#[derive(Debug)]
pub(crate) struct TensorFile {
    file: File,
    tensors: Vec<StoredTensor>,
    /// The indices of the tensors, sorted by name.
    pub(crate) by_name: Vec<usize>,
    /// The checksum of each tensor, if this library wrote the file.
    pub(crate) checksums: Vec<u32>,
    /// Whether numbers of the other type are converted.
    pub(crate) converts: bool,
}

impl TensorFile {
    pub(crate) fn new(file: File, tensors: Vec<StoredTensor>) -> Self {
        let mut by_name: Vec<usize> = (0..tensors.len()).collect();
        by_name.sort_by_key(|&index| &*tensors[index].name);
        Self {
            file,
            tensors,
            by_name,
            checksums: Vec::new(),
            converts: false,
        }
    }

    /// Returns the tensors in the order of the file.
    pub(crate) fn tensors(&self) -> &[StoredTensor] {
        &self.tensors
    }

    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        let found = self
            .by_name
            .binary_search_by_key(&name, |&index| &self.tensors[index].name);
        found.ok().map(|number| self.by_name[number])
    }

    /// Checks that the tensors are those of a description and these matrices, which are at `position` in the file.
    pub(crate) fn check_content(
        &self,
        description: &Description,
        matrices: &[String],
        position: u64,
    ) -> Result<(), Error> {
        let described = tensor_count(description) + matrices.len();
        let count = self.tensors.len();
        // Names of tensors that are not there, each with a long path, would take much memory.
        if described != count {
            let found = format!("with {described} tensors");
            let expected = format!("the {count} tensors of the file");
            return Err(Error::format(
                position,
                "the metadata \"brique\"",
                found,
                expected,
            ));
        }
        let mut names = BTreeSet::new();
        for name in matrices {
            if self.index(name).is_none() || !names.insert(name) {
                let found = quoted(name);
                let expected = "the name of a tensor in the file, each once";
                return Err(Error::format(position, "the name of a matrix", found, expected));
            }
        }
        let mut comparison = Comparison::new(self, matrices, None);
        visit_expected(description, &mut |tensor| comparison.add(&tensor))?;
        comparison.finish()
    }

    /// Compares all tensors of the file but those named `others` with those expected.
    pub(crate) fn check<T: Scalar>(
        &self,
        expected: &[ExpectedTensor],
        others: &[String],
    ) -> Result<(), Error> {
        let mut comparison = Comparison::new(self, others, Some(dtype::<T>()));
        for tensor in expected {
            comparison.add(tensor);
        }
        comparison.finish()
    }

    /// Reads the numbers of a tensor that [`check`](Self::check) has found.
    pub(crate) fn read<T: Scalar>(
        &mut self,
        name: &str,
        layout: Layout,
        values: &mut ArrayViewMut2<'_, T>,
    ) -> Result<(), Error> {
        let Some(number) = self.index(name) else {
            return Err(Error::Tensors(Mismatch {
                missing: vec![name.to_owned()],
                ..Mismatch::default()
            }));
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
        let Some(stored) = self.index(name).map(|index| &self.tensors[index]) else {
            return Ok(None);
        };
        let shape = match stored.shape[..] {
            [rows, columns] => (rows, columns),
            _ => (1, stored.shape.iter().product()),
        };
        let expected = ExpectedTensor {
            name: name.to_owned(),
            shape,
            layout: Layout::Matrix,
        };
        let mut comparison = Comparison::new(self, &[], Some(dtype::<T>()));
        comparison.compare(stored, &expected);
        comparison.result()?;
        check_memory::<T>([shape].into_iter(), 1)?;
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
