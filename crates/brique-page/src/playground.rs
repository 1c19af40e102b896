//! The playground: trains a network on small data, step by step, and shows what it computes.
//!
//! Start with [`Playground`]. A [`Config`] determines everything: the same configuration gives the same bits in
//! WebAssembly and natively at the SIMD level `Baseline`. [`describe`] says what is wrong with a configuration.
//! [`csv_columns`] lists the columns of a table of one's own.

pub mod check;
pub mod inspect;
pub mod mistakes;

mod best_accuracy;
mod catalogue;
mod config;
mod csv_data;
mod data;
mod description;
mod error;
mod for_page;
mod generated;
mod given;
mod layer_history;
mod layer_statistics;
mod microscope;
mod named_examples;
mod network;
mod order;
mod pictures;
mod records;
mod session;
mod take_away;
mod targets;
mod trainers;
mod training;
mod views;
mod without_dropout;

pub use self::best_accuracy::best_accuracy;
pub use self::catalogue::{Catalogue, DataKind, Field, Kind, ModuleKind, NamedConfig, catalogue};
pub use self::config::{Config, Data, Dtype, Function, Init, Loss, Module, Optimizer, Schedule, Task};
pub use self::csv_data::{CsvColumns, csv_columns};
pub use self::data::{Examples, examples};
pub use self::description::{Described, DescribedModule, Mistake, describe, describe_json};
pub use self::error::Error;
pub use self::for_page::{ExamplesAnswer, HistoryAnswer, to_json};
pub use self::layer_history::LayerHistory;
pub use self::layer_statistics::{LayerStatistics, layer_statistics};
pub use self::network::build_network;
pub use self::pictures::Bounds;
pub use self::records::History;
pub use self::session::{Playground, Status};
pub use self::trainers::{build_loss, build_optimizer, build_schedule};
