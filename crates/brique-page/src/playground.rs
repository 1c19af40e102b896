//! The playground: trains a network on small data, step by step, and answers questions about it.
//!
//! Start with [`Config`].

mod config;

pub use self::config::{Config, Data, Function, Init, Loss, Module, Optimizer, Schedule, Task};
