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

/// Returns the name of a module inside the module at `outer`: the part of its path that is its own, without the numbers
/// that modules without a name have. `None` if nothing is left, or if files of networks refuse the name.
pub(super) fn name_within(path: Option<&str>, outer: &str) -> Option<String> {
    let own = own_part(path?, outer);
    let named: Vec<&str> = own.split('.').skip_while(|part| is_number(part)).collect();
    let is_whole = !named.is_empty() && named.iter().all(|part| !part.is_empty());
    let name = named.join(".");
    let is_plain =
        !name.contains(|character: char| character.is_control() || matches!(character, '/' | '\\'));
    (is_whole && is_plain && name.len() <= LONGEST).then_some(name)
}

/// Returns a path without the parts that it shares with `outer`. Numbers do not count: the network may have other modules
/// than the one that was exported.
pub(super) fn own_part<'p>(mut path: &'p str, outer: &str) -> &'p str {
    for part in outer
        .split('.')
        .filter(|part| !part.is_empty() && !is_number(part))
    {
        let mut rest = path;
        while let Some((_, inside)) = rest.split_once('.').filter(|(first, _)| is_number(first)) {
            rest = inside;
        }
        let (first, inside) = rest.split_once('.').unwrap_or((rest, ""));
        if first != part {
            break;
        }
        path = inside;
    }
    path
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
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
