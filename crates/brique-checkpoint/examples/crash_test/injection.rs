//! What happens to a call, and what may follow from it.

use crate::folder::State;
use crate::scenario::Scenario;
use crate::strace::{Call, Run};

/// What happens to a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Injection {
    /// The process is killed before the call has any effect.
    Kill,
    /// The call has no effect and returns this error.
    Error(&'static str),
    /// The same for this call and all later ones of its name.
    LastingError(&'static str),
}

/// A full disk is full for every later write, a broken one may be read again.
pub const ALL: [Injection; 4] = [
    Injection::Kill,
    Injection::LastingError("ENOSPC"),
    Injection::Error("EIO"),
    Injection::Error("EINTR"),
];

impl Injection {
    /// Returns the option of strace that makes this happen to a call.
    pub fn option(self, Call { name, number }: &Call) -> String {
        match self {
            Self::Kill => format!("inject={name}:signal=KILL:when={number}"),
            Self::Error(error) => format!("inject={name}:error={error}:when={number}"),
            Self::LastingError(error) => format!("inject={name}:error={error}:when={number}+"),
        }
    }
}

/// Returns what is wrong after a run.
pub fn judge(injection: Injection, run: &Run, state: State, scenario: &Scenario) -> Option<&'static str> {
    if state == State::Bad {
        return Some("the file is neither the old one nor the new one");
    }
    let failed_calls = 1 + usize::from(scenario.failing.is_some());
    match injection {
        Injection::Kill if !run.is_killed() => Some("the program was not killed"),
        Injection::Kill => None,
        _ if run.injected() < failed_calls => Some("the call did not fail"),
        _ if !run.has_failed() && state == State::Old => {
            Some("no error was reported, and the file is the old one")
        }
        _ => None,
    }
}
