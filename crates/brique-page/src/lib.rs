//! What people look at while a network learns, and afterwards.
//!
//! * [`Dashboard`]: a page in the browser that shows running trainings, and can stop them.
//! * [`progress_line`]: a callback that shows the progress of a training in the terminal.
//! * [`write_csv`]: the epochs of a training as a table for a spreadsheet.
//! * [`write_svg`]: the epochs of a training as a figure.
//! * [`playground`]: a training that a page runs step by step, in WebAssembly; the functions above are not there.
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

#[cfg(target_arch = "wasm32")]
mod bridge;
pub mod playground;

#[cfg(not(target_arch = "wasm32"))]
mod csv;
#[cfg(not(target_arch = "wasm32"))]
mod dashboard;
#[cfg(not(target_arch = "wasm32"))]
mod error;
#[cfg(not(target_arch = "wasm32"))]
mod figure;
#[cfg(not(target_arch = "wasm32"))]
mod local_server;
#[cfg(not(target_arch = "wasm32"))]
mod progress_line;
#[cfg(not(target_arch = "wasm32"))]
mod record_files;

#[cfg(not(target_arch = "wasm32"))]
pub use self::csv::csv;
#[cfg(not(target_arch = "wasm32"))]
pub use self::dashboard::{Dashboard, Run};
#[cfg(not(target_arch = "wasm32"))]
pub use self::error::Error;
#[cfg(not(target_arch = "wasm32"))]
pub use self::figure::svg;
#[cfg(not(target_arch = "wasm32"))]
pub use self::local_server::{LocalServer, Request, Response, media_type};
#[cfg(not(target_arch = "wasm32"))]
pub use self::progress_line::progress_line;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub use self::progress_line::progress_line_on;
#[cfg(not(target_arch = "wasm32"))]
pub use self::record_files::{write_csv, write_svg};
