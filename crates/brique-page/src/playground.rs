//! The playground: trains a network on small data, step by step, and answers questions about it.
//!
//! Start with [`Config`].

pub mod check;
pub mod inspect;
pub mod mistakes;

mod config;
mod layer_statistics;
mod without_dropout;

pub use self::config::{Config, Data, Function, Init, Loss, Module, Optimizer, Schedule, Task};
pub use self::layer_statistics::{LayerStatistics, layer_statistics};
