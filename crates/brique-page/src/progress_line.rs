//! The progress of a training as a line in the terminal.

use std::fmt::Write;

use brique_tensor::Scalar;
use brique_train::{Epoch, Training};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// Returns a callback for [`Fit::on_epoch`](brique_train::Fit::on_epoch) that shows the progress of `epochs` epochs: a bar,
/// the loss, the validation loss, the learning rate and the time left.
///
/// The line is drawn on the standard error. Nothing is drawn if that is not a terminal. The last line stays.
///
/// ```
/// use brique_train::Fit;
///
/// let fit: Fit = Fit::new(30, 20).on_epoch(brique_page::progress_line(30));
/// ```
pub fn progress_line<T: Scalar>(epochs: usize) -> impl FnMut(&Epoch, &Training<'_, T>) {
    progress_line_on(epochs, ProgressDrawTarget::stderr())
}

/// As [`progress_line`], drawn somewhere else.
#[doc(hidden)]
pub fn progress_line_on<T: Scalar>(
    epochs: usize,
    target: ProgressDrawTarget,
) -> impl FnMut(&Epoch, &Training<'_, T>) {
    let style = ProgressStyle::with_template("{bar:20} {pos}/{len}  {msg}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), target)
        .with_style(style)
        .with_finish(ProgressFinish::Abandon);
    move |epoch, _| {
        bar.set_message(line(epoch));
        bar.set_position(epoch.number as u64 + 1);
    }
}

fn line(epoch: &Epoch) -> String {
    let mut line = format!("loss {:.4e}", epoch.loss);
    if let Some(loss) = epoch.validation_loss {
        // Writing to a string does not fail.
        let _ = write!(line, "  validation {loss:.4e}");
    }
    let _ = write!(line, "  rate {}", epoch.learning_rate);
    line
}
