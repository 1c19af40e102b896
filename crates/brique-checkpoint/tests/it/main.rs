//! Tests of files with networks.

mod networks;
mod round_trip;
mod safe_writes;
mod user_kinds;
