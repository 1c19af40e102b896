//! A model of the time of a step on many machines, from measurements on one.

use brique_distributed::{added_by_all, exchanged_together};

/// What an exchange of messages costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageCost {
    /// Seconds for a message without numbers.
    pub message: f64,
    /// Seconds for each byte on its way.
    pub byte: f64,
    /// Seconds of the processor for each byte: to copy and to add it.
    pub work: f64,
}

impl MessageCost {
    /// Returns the cost that follows from the seconds of two exchanges with one other process, with messages of these
    /// numbers of bytes, and from the seconds of the processor in the second one.
    #[must_use]
    pub fn of_exchanges(small: (f64, f64), large: (f64, f64), work: f64) -> Self {
        let both = ((large.1 - small.1) / (large.0 - small.0)).max(0.0);
        let work = (work / large.0).min(both);
        Self {
            message: (small.1 - both * small.0).max(0.0),
            byte: both - work,
            work,
        }
    }

    /// Returns the costs of one bucket of gradients.
    ///
    /// Each process exchanges parts of the gradients with all others, and later parts of their sums. Each of these costs
    ///
    /// ```text
    /// (P − 1) · message + (P − 1) / P · bytes · byte
    /// ```
    ///
    /// If all processes add the whole bucket, each sends it to all others once: (P − 1) · (message + bytes · byte).
    fn of_bucket(&self, processes: usize, bytes: usize) -> BucketCost {
        let others = processes as f64 - 1.0;
        let is_whole = added_by_all(bytes, processes);
        let parts = if is_whole { 1.0 } else { processes as f64 };
        let received = others / parts * bytes as f64;
        let seconds = others * self.message + received * self.byte;
        let (sums, times) = if is_whole { (0.0, 1.0) } else { (seconds, 2.0) };
        BucketCost {
            gradients: seconds,
            sums,
            work: times * received * self.work,
        }
    }
}

/// The seconds that a bucket of gradients costs.
struct BucketCost {
    /// For messages that are on their way during the backward pass.
    gradients: f64,
    /// For messages after the backward pass.
    sums: f64,
    /// Of the processor.
    work: f64,
}

/// When the gradient of a parameter is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientTime {
    /// The size of the gradient.
    pub bytes: usize,
    /// The part of a step after which it is known, from 0 to 1.
    pub ready: f64,
}

/// The measured times of a network's step on one machine.
#[derive(Debug, Clone, PartialEq)]
pub struct StepTimes {
    /// The name of the workload.
    pub name: String,
    /// The gradients of all parameters, in the order of the parameters.
    pub gradients: Vec<GradientTime>,
    /// The number of examples that a machine has if each has a batch of its own.
    pub batch: usize,
    /// Seconds of a step with 2⁰, 2¹, 2², … examples.
    pub seconds: Vec<f64>,
}

impl StepTimes {
    /// Returns the size of all gradients.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.gradients.iter().map(|gradient| gradient.bytes).sum()
    }

    /// Returns the seconds of a step on `processes` machines, if the step of one of them takes `step` without messages.
    ///
    /// The losses are exchanged before the backward pass. A bucket of gradients is on its way as soon as its last gradient is
    /// known and the bucket before it has arrived. After the backward pass and the last bucket, the sums are exchanged, then
    /// the parameters are updated.
    #[must_use]
    pub fn with_messages(&self, step: f64, processes: usize, cost: &MessageCost) -> f64 {
        let losses = (processes as f64 - 1.0) * cost.message;
        let bytes: Vec<usize> = self.gradients.iter().map(|gradient| gradient.bytes).collect();
        let ready = |gradients: &[GradientTime]| {
            let parts = gradients.iter().map(|gradient| gradient.ready);
            losses + step * parts.fold(0.0, f64::max)
        };
        let (mut arrived, mut sums, mut work) = (0.0_f64, 0.0, 0.0);
        for bucket in exchanged_together(&bytes, processes) {
            let cost = cost.of_bucket(processes, bytes[bucket.clone()].iter().sum());
            arrived = arrived.max(ready(&self.gradients[bucket])) + cost.gradients;
            sums += cost.sums;
            work += cost.work;
        }
        let backward = ready(&self.gradients);
        let update = losses + step - backward;
        arrived.max(backward + work) + sums + update
    }

    /// Returns the number of examples of the largest batch: the one that machines divide between them.
    #[must_use]
    pub fn largest_batch(&self) -> usize {
        1 << (self.seconds.len() - 1)
    }

    /// Returns how many times faster `processes` machines make a step of the largest batch than one: strong scaling.
    /// `None` if there are more machines than examples.
    #[must_use]
    pub fn strong(&self, processes: usize, cost: &MessageCost) -> Option<f64> {
        let alone = self.of(self.largest_batch())?;
        let step = self.of(self.largest_batch() / processes)?;
        Some(alone / self.with_messages(step, processes, cost))
    }

    /// Returns how many times more examples a second `processes` machines train on than one, if each has a batch of its
    /// own: weak scaling.
    #[must_use]
    pub fn weak(&self, processes: usize, cost: &MessageCost) -> Option<f64> {
        let alone = self.of(self.batch)?;
        Some(processes as f64 * alone / self.with_messages(alone, processes, cost))
    }

    /// Returns the largest power of two of machines that have at least half of the speed that as many machines would have
    /// without messages.
    #[must_use]
    pub fn pays_up_to(&self, gain: impl Fn(usize) -> Option<f64>) -> usize {
        let powers = (0..=MOST).map(|exponent| 1 << exponent);
        let pays = |&processes: &usize| gain(processes).is_some_and(|gain| gain >= processes as f64 / 2.0);
        powers.take_while(pays).last().unwrap_or(1)
    }

    fn of(&self, examples: usize) -> Option<f64> {
        let exponent = examples.checked_ilog2()? as usize;
        self.seconds.get(exponent).copied()
    }
}

/// The exponent of the largest number of machines, 1024.
pub const MOST: u32 = 10;
