//! What a training does for its dashboard.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, TryLockError};
use std::time::{Duration, Instant};

use brique_tensor::Scalar;
use brique_train::{Batch, Epoch, Training};

use super::file::FileWriter;
use super::layers::{Layer, Sizes, layers};
use super::record::{BatchPoint, EpochPoint, Now, Record, Shared, State, lock};

/// The time between two looks at the batches.
const LOOK: Duration = Duration::from_millis(200);

/// The time between two computations of the sizes of δ and of gradients, in multiples of the time that one takes.
const PAUSE: u32 = 250;

/// Watches one training. It lives in the callbacks of the fit; when they are dropped, the training has ended.
pub(super) struct Recorder {
    shared: Arc<Shared>,
    file: Option<FileWriter>,
    began: Instant,
    /// The number of batches until the next look at the clock, and between two looks.
    countdown: u64,
    interval: u64,
    looked: Instant,
    published: Option<Instant>,
    /// When the last batch with a point was.
    drawn: Option<Instant>,
    /// The number of epochs that need no point, and of those that were skipped since the last point.
    idle: u64,
    skipped: u64,
    step: Option<u64>,
    is_stopped: bool,
    layers: Option<Vec<Layer>>,
    /// When sizes were computed, and how long this takes.
    measured: Option<Instant>,
    cost: Duration,
    pending: Vec<Event>,
}

/// What the record does not have yet.
enum Event {
    Layers(Vec<Layer>),
    Metrics(Vec<&'static str>),
    Epoch { skipped: u64, point: EpochPoint },
    Batch(BatchPoint),
    Now(Now),
}

impl Recorder {
    /// Begins a new record of the run.
    pub(super) fn new(shared: &Arc<Shared>, file: Option<FileWriter>) -> Self {
        let mut record = lock(&shared.record);
        *record = Record {
            training: record.training + 1,
            version: record.version + 1,
            ..Record::default()
        };
        drop(record);
        shared.stop.store(false, Relaxed);
        let now = Instant::now();
        Self {
            shared: Arc::clone(shared),
            file,
            began: now,
            countdown: 1,
            interval: 1,
            looked: now,
            published: None,
            drawn: None,
            idle: 0,
            skipped: 0,
            step: None,
            is_stopped: false,
            layers: None,
            measured: None,
            cost: Duration::MAX,
            pending: Vec::new(),
        }
    }

    fn flow(&mut self) -> ControlFlow<()> {
        if self.shared.stop.load(Relaxed) {
            self.is_stopped = true;
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Receives a batch. Nearly always, it only reads the flag and counts: a step can be as short as 10 µs.
    #[inline]
    pub(super) fn batch<T: Scalar>(&mut self, batch: &Batch, training: &Training<'_, T>) -> ControlFlow<()> {
        self.step = Some(batch.steps);
        self.countdown -= 1;
        if self.countdown == 0 {
            self.look(batch, training);
        }
        self.flow()
    }

    /// Records the batch, and adapts the number of batches until the next look to their speed.
    #[cold]
    fn look<T: Scalar>(&mut self, batch: &Batch, training: &Training<'_, T>) {
        let now = Instant::now();
        if self.published.is_none() {
            self.began = now;
        }
        let passed = now.duration_since(self.looked).max(Duration::from_nanos(1));
        let wanted = LOOK.as_nanos() * u128::from(self.interval) / passed.as_nanos();
        let largest = self.interval.saturating_mul(4);
        self.interval = u64::try_from(wanted).unwrap_or(largest).clamp(1, largest);
        self.countdown = self.interval;
        self.looked = now;
        if self.drawn.is_some_and(|at| now.duration_since(at) < LOOK / 2) {
            return;
        }
        self.drawn = Some(now);
        let sizes = self.sizes(training, now);
        self.pending.push(Event::Batch(BatchPoint {
            epoch: batch.epoch,
            step: batch.steps,
            loss: batch.loss,
            sizes,
        }));
        self.publish(now, batch.epoch, batch.loss);
    }

    pub(super) fn epoch<T: Scalar>(&mut self, epoch: &Epoch, training: &Training<'_, T>) -> ControlFlow<()> {
        let now = Instant::now();
        let is_recent = self.published.is_some_and(|at| now.duration_since(at) < LOOK / 2);
        if self.idle > 0 {
            self.idle -= 1;
            if is_recent {
                self.skipped += 1;
                return self.flow();
            }
        }
        if self.published.is_none() {
            self.began = now.checked_sub(epoch.time).unwrap_or(now);
        }
        if training.history.epochs().is_empty() || self.published.is_none() {
            let names = epoch.metrics.iter().map(|(name, _)| *name).collect();
            self.pending.push(Event::Metrics(names));
        }
        let sizes = self.sizes(training, now);
        self.pending.push(Event::Epoch {
            skipped: std::mem::take(&mut self.skipped),
            point: EpochPoint::new(epoch, self.step, sizes),
        });
        self.publish(now, epoch.number, epoch.loss);
        self.flow()
    }

    /// Returns the sizes, unless they would take more than their share of the time.
    fn sizes<T: Scalar>(&mut self, training: &Training<'_, T>, now: Instant) -> Sizes {
        let pause = self.cost.saturating_mul(PAUSE);
        if self.measured.is_some_and(|at| now.duration_since(at) < pause) {
            return Sizes::default();
        }
        let found = self.layers.get_or_insert_with(|| {
            let found = layers(training);
            self.pending.push(Event::Layers(found.clone()));
            found
        });
        let start = Instant::now();
        let sizes = Sizes::of(found, training);
        // One measurement can be far too long, if the system runs something else meanwhile.
        self.cost = start.elapsed().min(self.cost.saturating_mul(2));
        self.measured = Some(now);
        sizes
    }

    /// Copies what is pending into the record, or leaves it for later if the server reads the record at this moment.
    fn publish(&mut self, now: Instant, epoch: usize, loss: f64) {
        self.published = Some(now);
        self.pending.push(Event::Now(Now {
            epoch,
            step: self.step,
            loss,
            seconds: now.duration_since(self.began).as_secs_f64(),
        }));
        let mut record = match self.shared.record.try_lock() {
            Ok(record) => record,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        self.idle = write(&mut record, &mut self.pending);
        record.state = State::Running;
    }
}

/// Writes events into the record and returns how many of the next epochs need no point.
fn write(record: &mut Record, events: &mut Vec<Event>) -> u64 {
    record.version += 1;
    for event in events.drain(..) {
        match event {
            Event::Layers(layers) => record.layers = layers,
            Event::Metrics(metrics) => record.metrics = metrics,
            Event::Epoch { skipped, point } => {
                record.epochs.skip(skipped);
                record.epochs.add(point);
            }
            Event::Batch(point) => record.batches.add(point),
            Event::Now(now) => record.now = Some(now),
        }
    }
    record.epochs.idle()
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let mut record = lock(&self.shared.record);
        write(&mut record, &mut self.pending);
        record.state = if std::thread::panicking() {
            State::Failed
        } else if self.is_stopped {
            State::Stopped
        } else {
            State::Ended
        };
        drop(record);
        // The file is complete when the fit returns.
        drop(self.file.take());
    }
}
