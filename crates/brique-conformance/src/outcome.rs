//! The results of a run.

use serde_json::{Value, json};

/// One result of a module or loss in one number type, over all cases of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRow {
    /// The module or loss, with its name in the file.
    pub module: String,
    /// `f32` or `f64`.
    pub dtype: &'static str,
    /// `y`, `gx`, `gparameters` or `gbias`.
    pub tensor: String,
    /// The number of cases.
    pub cases: usize,
    /// The worst normwise error, `max |got − truth| / max |truth|`, in units of the last place of the number type.
    pub worst: f64,
    /// PyTorch's worst error on the same cases, if `index.json` contains it.
    pub torch: Option<f64>,
    /// The largest accepted error.
    pub bound: f64,
}

impl VectorRow {
    /// Returns whether the error is within its bound.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.worst <= self.bound
    }
}

/// A complete training run.
#[derive(Debug, Clone, PartialEq)]
pub struct TrajectoryRow {
    /// The name of the file.
    pub name: String,
    /// The number of steps.
    pub steps: usize,
    /// The worst relative distance of a loss from the exact one.
    pub loss_distance: f64,
    /// The worst distance of the final parameters from the exact ones, relative to the largest parameter of their
    /// layer.
    pub parameter_distance: f64,
    /// PyTorch's worst relative distance of a loss, if `index.json` contains it.
    pub torch: Option<f64>,
    /// The largest accepted distance of a loss.
    pub bound: f64,
}

impl TrajectoryRow {
    /// The largest accepted distance of the final parameters. It checks that the last step was made, because no loss
    /// depends on that step.
    pub const PARAMETER_BOUND: f64 = 1e-6;

    /// Returns whether the loss curve and the final parameters are within their bounds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.loss_distance <= self.bound && self.parameter_distance <= Self::PARAMETER_BOUND
    }
}

/// A file that needs something the library does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBuilt {
    /// The name of the file.
    pub file: String,
    /// Descriptions of the missing parts.
    pub missing: Vec<String>,
}

/// A file that could not be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The name of the file.
    pub file: String,
    /// The reason.
    pub error: String,
}

/// The results for all files of a folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conformance {
    /// Every result of every file of vectors that was run.
    pub vectors: Vec<VectorRow>,
    /// Every training run.
    pub trajectories: Vec<TrajectoryRow>,
    /// The files that need something the library does not have. They are not passed.
    pub not_built: Vec<NotBuilt>,
    /// The files that could not be run.
    pub failed: Vec<Failed>,
}

impl Conformance {
    /// Returns whether every file that the library supports could be run and is within its bounds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.failed.is_empty()
            && self.vectors.iter().all(VectorRow::holds)
            && self.trajectories.iter().all(TrajectoryRow::holds)
    }

    /// Converts all results to JSON. An infinite error, which comes from a result that is not a number, is `null`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let vectors = self.vectors.iter().map(|row| {
            json!({
                "module": row.module, "dtype": row.dtype, "tensor": row.tensor, "cases": row.cases,
                "worst_error_in_eps": row.worst, "torch_error_in_eps": row.torch,
                "bound_in_eps": row.bound, "holds": row.holds(),
            })
        });
        let trajectories = self.trajectories.iter().map(|row| {
            json!({
                "name": row.name, "steps": row.steps, "loss_distance": row.loss_distance,
                "parameter_distance": row.parameter_distance, "torch_loss_distance": row.torch,
                "bound": row.bound, "holds": row.holds(),
            })
        });
        let not_built = self
            .not_built
            .iter()
            .map(|file| json!({ "file": file.file, "missing": file.missing }));
        let failed = self
            .failed
            .iter()
            .map(|file| json!({ "file": file.file, "error": file.error }));
        json!({
            "holds": self.holds(),
            "vectors": vectors.collect::<Vec<_>>(),
            "trajectories": trajectories.collect::<Vec<_>>(),
            "not_built": not_built.collect::<Vec<_>>(),
            "failed": failed.collect::<Vec<_>>(),
        })
    }
}
