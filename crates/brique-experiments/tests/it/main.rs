//! x
#![allow(missing_docs, reason = "tests are read, not published")]
