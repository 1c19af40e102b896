//! The names of modules, from the names in a file.

use crate::proto::Node;

/// The most bytes of a name; a longer one is dropped.
const LONGEST: usize = 256;

/// Returns the path of the module that a node comes from: `encoder.0` for `encoder.0/Gemm`, which this library writes,
/// and for `/encoder/encoder.0/Gemm`, which PyTorch writes.
pub(super) fn path_of(node: &Node) -> Option<String> {
    let (scopes, operator) = node.name.rsplit_once('/')?;
    let rest = operator.strip_prefix(&*node.operator)?;
    if !(rest.is_empty() || rest.starts_with('_')) {
        return None;
    }
    let mut path: Vec<&str> = Vec::new();
    for scope in scopes.split('/').filter(|scope| !scope.is_empty()) {
        // PyTorch repeats the name of a chain in those of its modules.
        let repeats = |last: &&&str| {
            scope
                .strip_prefix(**last)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        if path.last().as_ref().is_some_and(repeats) {
            path.pop();
        }
        path.push(scope);
    }
    let path = path.join(".");
    (!path.is_empty() && path.len() <= LONGEST).then_some(path)
}

/// Returns the name of a module inside the module at `outer`, if it is one that a module can have: not a number, which
/// is what modules without a name have, and without anything that files of networks refuse.
pub(super) fn name_within(path: Option<&str>, outer: &str) -> Option<String> {
    let path = path?;
    let inside = path.strip_prefix(outer).and_then(|rest| {
        if outer.is_empty() {
            Some(rest)
        } else {
            rest.strip_prefix('.')
        }
    });
    let name = inside.unwrap_or(path);
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = name.split('.').all(|part| !part.is_empty());
    let is_plain =
        !name.contains(|character: char| character.is_control() || matches!(character, '/' | '\\'));
    (!is_number && is_whole && is_plain && name.len() <= LONGEST).then(|| name.to_owned())
}

/// Returns the beginning that all names share, without the last part of each.
pub(super) fn common(names: &[String]) -> Option<String> {
    let (first, others) = names.split_first()?;
    let mut shared: Vec<&str> = first.split('.').collect();
    shared.pop();
    for name in others {
        let mut parts: Vec<&str> = name.split('.').collect();
        parts.pop();
        let same = shared.iter().zip(&parts).take_while(|(a, b)| a == b).count();
        shared.truncate(same);
    }
    (!shared.is_empty()).then(|| shared.join("."))
}
