//! A model of the time of a step on many machines, from measurements on one.

/// What an exchange of messages costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageCost {
    /// Seconds for a message without numbers.
    pub message: f64,
    /// Seconds for each byte.
    pub byte: f64,
}

impl MessageCost {
    /// Returns the cost that follows from the seconds of two exchanges with one other process, with messages of these
    /// numbers of bytes.
    #[must_use]
    pub fn of_exchanges(small: (f64, f64), large: (f64, f64)) -> Self {
        let byte = ((large.1 - small.1) / (large.0 - small.0)).max(0.0);
        Self {
            message: (small.1 - byte * small.0).max(0.0),
            byte,
        }
    }

    /// Returns the seconds that the processes of a step spend in messages.
    ///
    /// A process exchanges losses and divisors, parts of the gradients, and parts of their sums, each with all others:
    ///
    /// ```text
    /// 3 · (P − 1) · message + 2 · (P − 1) / P · bytes · byte
    /// ```
    ///
    /// ```
    /// use brique_bench::MessageCost;
    ///
    /// let cost = MessageCost { message: 1e-6, byte: 1e-9 };
    /// assert_eq!(cost.of_step(1, 1e6), 0.0);
    /// assert!((cost.of_step(2, 1e6) - 1.003e-3).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn of_step(&self, processes: usize, bytes: f64) -> f64 {
        let others = processes as f64 - 1.0;
        3.0 * others * self.message + 2.0 * others / processes as f64 * bytes * self.byte
    }
}

/// The measured times of a network's step on one machine.
#[derive(Debug, Clone, PartialEq)]
pub struct StepTimes {
    /// The name of the workload.
    pub name: String,
    /// The size of all gradients.
    pub bytes: f64,
    /// The number of examples that a machine has if each has a batch of its own.
    pub batch: usize,
    /// Seconds of a step with 2⁰, 2¹, 2², … examples.
    pub seconds: Vec<f64>,
}

impl StepTimes {
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
        let step = self.of(self.largest_batch() / processes)? + cost.of_step(processes, self.bytes);
        Some(alone / step)
    }

    /// Returns how many times more examples a second `processes` machines train on than one, if each has a batch of its
    /// own: weak scaling.
    #[must_use]
    pub fn weak(&self, processes: usize, cost: &MessageCost) -> Option<f64> {
        let alone = self.of(self.batch)?;
        Some(processes as f64 * alone / (alone + cost.of_step(processes, self.bytes)))
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
