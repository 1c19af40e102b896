//! Runs the program under strace and reads what it traced.

use std::fs;
use std::process::{Command, Output};

use crate::Result;
use crate::folder::{Folder, NEW};
use crate::injection::Injection;
use crate::save_over::{BEGIN, END};
use crate::scenario::Scenario;

/// A system call: its name, and which call of this name it is, from 1.
pub struct Call {
    pub name: String,
    pub number: usize,
}

/// A run of the program that saves.
pub struct Run {
    output: Output,
    trace: String,
}

/// Refuses to go on without a strace that can trace.
pub fn check_installed() -> Result<()> {
    match Command::new("strace").args(["-o", "/dev/null", "true"]).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "strace cannot trace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
        .into()),
        Err(error) => Err(format!("strace cannot be started, is it installed? {error}").into()),
    }
}

/// Saves the new version in the folder, with what the scenario and the test inject.
pub fn run(folder: &Folder, scenario: &Scenario, injected: Option<(&Call, Injection)>) -> Result<Run> {
    let mut command = Command::new("strace");
    command
        .current_dir(folder.path())
        .arg("-f")
        .arg("-o")
        .arg(folder.trace());
    if let Some(failing) = scenario.failing {
        command
            .arg("-e")
            .arg(format!("inject={failing}:error=ENOSPC:when=1"));
    }
    if let Some((call, injection)) = injected {
        command.arg("-e").arg(injection.option(call));
    }
    let program = std::env::current_exe()?;
    let output = command
        .arg(program)
        .args([scenario.path, &NEW.to_string()])
        .output()?;
    let trace = fs::read_to_string(folder.trace())?;
    Ok(Run { output, trace })
}

impl Run {
    /// Returns whether a signal ended the program: strace ends in the same way.
    pub fn is_killed(&self) -> bool {
        self.output.status.code().is_none()
    }

    /// Returns whether the program reported an error or was ended.
    pub fn has_failed(&self) -> bool {
        !self.output.status.success()
    }

    /// Returns the number of calls that strace made fail.
    pub fn injected(&self) -> usize {
        self.trace.matches("(INJECTED)").count()
    }

    /// Returns the calls between the two marks, and the second mark.
    pub fn calls_of_the_save(&self) -> Result<Vec<Call>> {
        let (mut calls, mut saves) = (Vec::<Call>::new(), Vec::new());
        let mut is_saving = false;
        for line in self.trace.lines() {
            // `PID NAME(ARGUMENTS) = RESULT`: the lines of signals and of the end have no name.
            let Some((name, _)) = line
                .split_once(' ')
                .and_then(|(_, call)| call.trim_start().split_once('('))
            else {
                continue;
            };
            let number = 1 + calls.iter().filter(|call| call.name == name).count();
            let name = name.to_owned();
            calls.push(Call {
                name: name.clone(),
                number,
            });
            if is_saving {
                saves.push(Call { name, number });
            }
            if line.contains(END) {
                return Ok(saves);
            }
            is_saving |= line.contains(BEGIN);
        }
        let stderr = String::from_utf8_lossy(&self.output.stderr);
        Err(format!("the program did not reach the end of the save: {stderr}").into())
    }
}

/// Checks that a save flushes the file between the last write and the new name, and the folder after it: a loss of
/// power, which kills no process, then leaves a complete file too.
pub fn check_order(calls: &[Call]) -> Result<()> {
    let mut order: Vec<&str> = calls
        .iter()
        .map(|call| &*call.name)
        .filter(|name| ["ftruncate", "write", "fsync"].contains(name) || name.starts_with("rename"))
        .map(|name| {
            if name.starts_with("rename") {
                "rename"
            } else {
                name
            }
        })
        .collect();
    order.dedup();
    let expected = ["ftruncate", "write", "fsync", "rename", "fsync"];
    if order == expected {
        return Ok(());
    }
    Err(format!("the save calls {order:?}, expected {expected:?}").into())
}
