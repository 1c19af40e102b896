//! The file of a run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::Serialize;
use serde_json::to_string;

use super::record::{BatchPoint, EpochPoint, Head, Shared, lock};
use crate::Error;

/// The time between two versions of a file.
const PAUSE: Duration = Duration::from_secs(3);

/// The number of the format.
const FORMAT: u32 = 1;

/// A line of a file.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line<'a> {
    Run {
        format: u32,
        #[serde(flatten)]
        head: Head<'a>,
    },
    Epoch(&'a EpochPoint),
    Batch(&'a BatchPoint),
}

/// Writes the record of a run to a file: lines of JSON. The first one describes the run, the others are epochs and batches.
///
/// A file that exists is replaced. It is written completely or not at all.
pub(super) fn write(shared: &Shared, path: &Path) -> Result<(), Error> {
    // A copy, so that the training does not wait for the disk.
    let record = lock(&shared.record).clone();
    let head = Line::Run {
        format: FORMAT,
        head: record.head(&shared.name, shared.stop.load(Relaxed)),
    };
    let epochs = record.epochs.iter().map(|point| Line::Epoch(point));
    let batches = record.batches.iter().map(|point| Line::Batch(point));
    let mut text = String::new();
    for line in [head].into_iter().chain(epochs).chain(batches) {
        // Only a map whose keys are not texts cannot be written.
        text += &to_string(&line).unwrap_or_default();
        text.push('\n');
    }
    brique_checkpoint::write_file(path, text.as_bytes()).map_err(Error::RunFile)
}

/// Writes the file of a run every few seconds, in a thread of its own, and a last time when it is dropped.
pub(super) struct FileWriter {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FileWriter {
    /// Begins to write. Without a thread, the file is written when the training has ended.
    pub(super) fn new(shared: &Arc<Shared>, path: PathBuf) -> Self {
        let shared = Arc::clone(shared);
        let (end, ended) = channel();
        let thread = thread::Builder::new()
            .name("brique-page file".to_owned())
            .spawn(move || {
                let mut written = 0;
                loop {
                    let has_ended = ended.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout);
                    let version = lock(&shared.record).version;
                    if version != written || has_ended {
                        report(&shared, write(&shared, &path));
                        written = version;
                    }
                    if has_ended {
                        return;
                    }
                }
            });
        Self {
            end: Some(end),
            thread: thread.ok(),
        }
    }
}

/// Shows on the page why a file cannot be written.
fn report(shared: &Shared, result: Result<(), Error>) {
    if let Err(error) = result {
        let mut record = lock(&shared.record);
        record.message = Some(error.to_string());
        record.version += 1;
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}
