//! What people look at while a network learns, and afterwards.
//!
//! * [`progress_line`]: a callback that shows the progress of a training in the terminal.
//! * [`write_csv`]: the epochs of a training as a table for a spreadsheet.
//! * [`write_svg`]: the epochs of a training as a figure.
//!
//! ```
//! use brique_datasets::line;
//! use brique_layers::{Init, Linear};
//! use brique_losses::MSELoss;
//! use brique_optim::SGD;
//! use brique_random::portable;
//! use brique_train::Fit;
//!
//! let mut rng = portable(1);
//! let data = line(&mut rng);
//! let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
//! let fit = Fit::new(30, 20).on_epoch(brique_page::progress_line(30));
//! let history = fit.run(&mut network, &MSELoss::new(), &mut SGD::new(0.01)?, &data)?;
//! let folder = tempfile::tempdir()?;
//! brique_page::write_csv(&history, folder.path().join("history.csv"))?;
//! brique_page::write_svg(&history, folder.path().join("history.svg"))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod csv;
mod error;
mod figure;
mod progress_line;

use std::fs;
use std::path::Path;

use brique_train::History;

pub use self::csv::csv;
pub use self::error::Error;
pub use self::figure::svg;
pub use self::progress_line::progress_line;
#[doc(hidden)]
pub use self::progress_line::progress_line_on;

/// Writes the table that [`csv`] returns to a file. A file that exists is replaced.
///
/// # Errors
///
/// If the file cannot be written. The error names it.
pub fn write_csv(history: &History, path: impl AsRef<Path>) -> Result<(), Error> {
    write(path.as_ref(), &csv(history))
}

/// Writes the figure that [`svg`] returns to a file. A file that exists is replaced.
///
/// # Errors
///
/// If there is no epoch with a finite loss to draw; in this case the file is not touched. If the file cannot be written.
pub fn write_svg(history: &History, path: impl AsRef<Path>) -> Result<(), Error> {
    write(path.as_ref(), &svg(history)?)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}
