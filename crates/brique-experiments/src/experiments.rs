//! The experiments, one file each, in the order of the report.

mod auto_encoder;
mod classification;
mod classification_seeds;
mod contract;
mod convolution;
mod convolution_digits;
mod depth;
mod encapsulation;
mod multiclass;
mod nonlinear;
mod optimisers;
mod regression_line;
mod regression_plane;
mod step_size;

use crate::Experiment;

/// All experiments, in the order of the report.
pub const ALL: [Experiment; 14] = [
    contract::EXPERIMENT,
    regression_line::EXPERIMENT,
    regression_plane::EXPERIMENT,
    classification::EXPERIMENT,
    step_size::EXPERIMENT,
    classification_seeds::EXPERIMENT,
    nonlinear::EXPERIMENT,
    encapsulation::EXPERIMENT,
    optimisers::EXPERIMENT,
    depth::EXPERIMENT,
    multiclass::EXPERIMENT,
    auto_encoder::EXPERIMENT,
    convolution_digits::EXPERIMENT,
    convolution::EXPERIMENT,
];
