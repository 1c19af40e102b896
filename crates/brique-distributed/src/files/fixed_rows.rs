//! Rows of equal length that follow one another in a file.

use crate::Error;
use crate::files::data_file::DataFile;

/// The most bytes that are read at once, unless a single row has more.
const BLOCK_BYTES: usize = 1 << 18;

/// The position and the length of the rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedRows {
    /// The position of the first row in the file.
    pub(crate) position: u64,
    pub(crate) row_bytes: usize,
}

impl FixedRows {
    /// Calls `take` with the number and the bytes of each of these examples. Successive examples are read together into
    /// `block`.
    pub(crate) fn read(
        self,
        file: &mut DataFile,
        examples: &[usize],
        block: &mut Vec<u8>,
        mut take: impl FnMut(&DataFile, usize, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.row_bytes == 0 {
            return Ok(());
        }
        let most = (BLOCK_BYTES / self.row_bytes).max(1);
        let mut row = 0;
        for run in examples.chunk_by(|&before, &example| before.checked_add(1) == Some(example)) {
            for run in run.chunks(most) {
                block.resize(run.len() * self.row_bytes, 0);
                file.read(self.position_of(run[0]), block)?;
                for bytes in block.chunks_exact(self.row_bytes) {
                    take(file, row, bytes)?;
                    row += 1;
                }
            }
        }
        Ok(())
    }

    /// Returns the position of a row. It lies within the file, whose length was checked.
    pub(crate) fn position_of(self, example: usize) -> u64 {
        self.position + example as u64 * self.row_bytes as u64
    }
}
