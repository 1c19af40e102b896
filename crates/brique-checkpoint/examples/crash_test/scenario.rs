//! What is in the folder when the program saves.

use crate::folder::{FILE, LINK};

/// A folder before the save.
pub struct Scenario {
    pub name: &'static str,
    /// The path that the program is given.
    pub path: &'static str,
    /// Whether there is a file to replace.
    pub has_file: bool,
    /// Whether a process that was killed has left its partial file.
    pub has_partial: bool,
    /// A call of which the first fails in every run: the save returns an error, and what it does after that is tested.
    pub failing: Option<&'static str>,
}

const OVER_A_FILE: Scenario = Scenario {
    name: "over a file",
    path: FILE,
    has_file: true,
    has_partial: false,
    failing: None,
};

pub const ALL: [Scenario; 6] = [
    OVER_A_FILE,
    Scenario {
        name: "where no file is",
        has_file: false,
        ..OVER_A_FILE
    },
    Scenario {
        name: "beside a partial file",
        has_partial: true,
        ..OVER_A_FILE
    },
    Scenario {
        name: "through a link",
        path: LINK,
        ..OVER_A_FILE
    },
    Scenario {
        name: "through a link to no file",
        path: LINK,
        has_file: false,
        ..OVER_A_FILE
    },
    Scenario {
        name: "a save that fails",
        failing: Some("fsync"),
        ..OVER_A_FILE
    },
];
