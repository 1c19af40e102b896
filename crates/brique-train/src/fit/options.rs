//! The options of a fit as texts, by which a checkpoint recognises its training.

use brique_core::Loss;
use brique_optim::{Optimizer, ReduceOnPlateau, Schedule};
use brique_tensor::Scalar;

use super::{Fit, Unit};
use crate::progress::Progress;
use crate::progress_file::Options;
use crate::{Metric, SourceSizes};

impl<T: Scalar> Fit<'_, T> {
    /// Returns the options that decide the numbers of the training, as texts. The number of epochs is one of them only if
    /// the schedule depends on it.
    pub(super) fn options(
        &self,
        loss: &dyn Loss<T>,
        optimizer: &dyn Optimizer<T>,
        sizes: SourceSizes,
        progress: &Progress<T>,
    ) -> Options {
        let mut options = Options::new();
        let mut set = |name: &str, text: Option<String>| {
            options.extend(text.map(|text| (name.to_owned(), text)));
        };
        let shape = |sizes: SourceSizes| {
            let weights = if sizes.are_weighted { ", with weights" } else { "" };
            let (inputs, targets) = ((sizes.examples, sizes.inputs), (sizes.examples, sizes.targets));
            format!("{inputs:?} to {targets:?}{weights}")
        };
        let metrics: Vec<&'static str> = self.metrics.iter().map(Metric::name).collect();
        set("batch", Some(self.batch.to_string()));
        set("shuffle", self.shuffle.map(|seed| seed.to_string()));
        set("clip_norm", self.clip_norm.map(|norm| norm.to_string()));
        set("stop_early", self.patience.map(|patience| patience.to_string()));
        set("keep_best", self.keeps_best.then(|| "on".to_owned()));
        set(
            "best_by",
            self.criterion
                .metric
                .map(|name| format!("{name}, {:?}", self.criterion.goal)),
        );
        set(
            "schedule",
            self.schedule
                .as_ref()
                .map(|(schedule, unit)| self.schedule_text(schedule, *unit)),
        );
        let plateau = self.plateau.as_ref().map(ReduceOnPlateau::options);
        set("reduce_on_plateau", plateau.map(|plateau| format!("{plateau:?}")));
        set("metrics", Some(metrics.join(", ")));
        set("data", Some(shape(sizes)));
        let validation = self.validation.map(SourceSizes::of);
        set("validation", validation.map(shape));
        let strategy = self.strategy.as_ref();
        set("strategy", strategy.map(|strategy| strategy.description()));
        set("loss", Some(loss.to_string()));
        let described = optimizer.description();
        set("optimizer", Some(described.kind));
        for attribute in described.attributes {
            set(
                &format!("optimizer.{}", attribute.name),
                Some(attribute.value.to_string()),
            );
        }
        set("optimizer.learning_rate", Some(progress.base_rate.to_string()));
        options
    }

    /// Returns the schedule as a text, with the number of epochs if its factors depend on it.
    fn schedule_text(&self, schedule: &Schedule, unit: Unit) -> String {
        let total = if schedule.spans_training() {
            format!(" of {}", self.epochs)
        } else {
            String::new()
        };
        format!("{schedule:?} by {unit:?}{total}")
    }
}
