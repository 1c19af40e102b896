//! Examples from files that need not fit into memory.

mod batches;
mod csv_source;
mod data_file;
mod file_error;
mod fixed_rows;
mod idx_source;
mod order;
mod record_index;
mod safetensors_source;

pub use csv_source::CsvSource;
pub use file_error::FileError;
pub use idx_source::IdxSource;
pub use order::Order;
pub use safetensors_source::SafetensorsSource;
