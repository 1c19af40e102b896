//! Finds chains, residual connections and branches in a graph of steps.

use brique_core::{Module, Shape};
use brique_layers::{Concat, Residual, Sequential};
use brique_tensor::Scalar;

use super::merge::Refused;
use super::names::{common, name_within, own_part};
use super::steps::{Kind, Steps};

/// Modules nested deeper than this are refused, before they fill the stack.
const DEEPEST: usize = 40;

/// Modules one after the other.
type Chain<T> = Vec<Part<T>>;

struct Part<T: Scalar> {
    path: Option<String>,
    what: What<T>,
}

enum What<T: Scalar> {
    Module(Box<dyn Module<T>>),
    /// Added to its input, which has this shape.
    Residual(Shape, Chain<T>),
    /// Side by side, from an input of this shape.
    Concat(Shape, Vec<Chain<T>>),
}

/// Builds the network that computes a step from the input.
pub(super) fn network<T: Scalar>(steps: Steps<T>, output: usize) -> Result<Sequential<T>, Vec<Refused>> {
    let input = steps.shape(0);
    let chain = Tree::new(steps, output)
        .chain(output, 0, 0)
        .map_err(|refused| vec![refused])?;
    let built = assembled(chain, "", input);
    built.map_err(|error| vec![(0, error.to_string())])
}

struct Tree<T: Scalar> {
    steps: Steps<T>,
    /// For each step, the last one through which every path from the input leads to it.
    dominators: Vec<usize>,
    /// Steps that are part of the network already.
    is_taken: Vec<bool>,
}

impl<T: Scalar> Tree<T> {
    fn new(steps: Steps<T>, output: usize) -> Self {
        let mut dominators = vec![0; steps.0.len()];
        for (number, step) in steps.0.iter().enumerate().take(output + 1) {
            let common = |a: usize, b: usize| {
                let (mut a, mut b) = (a, b);
                while a != b {
                    if a > b {
                        a = dominators[a];
                    } else {
                        b = dominators[b];
                    }
                }
                a
            };
            dominators[number] = step.inputs.iter().copied().reduce(common).unwrap_or(0);
        }
        let is_taken = vec![false; steps.0.len()];
        Self {
            steps,
            dominators,
            is_taken,
        }
    }

    /// Returns the modules that compute `end` from `begin`.
    fn chain(&mut self, end: usize, begin: usize, depth: usize) -> Result<Chain<T>, Refused> {
        let mut chain = Vec::new();
        let mut step = end;
        while step != begin {
            let node = self.steps.0[step].node;
            if depth > DEEPEST {
                return Err((
                    node,
                    format!("its branches are nested in more than {DEEPEST} others"),
                ));
            }
            if std::mem::replace(&mut self.is_taken[step], true) {
                let reason =
                    "its output is used by branches that do not end at the same sum or concatenation";
                return Err((node, reason.to_owned()));
            }
            let path = self.steps.0[step].path.clone();
            let inputs = self.steps.0[step].inputs.clone();
            let before = match std::mem::replace(&mut self.steps.0[step].kind, Kind::Identity) {
                Kind::Identity => inputs[0],
                Kind::Modules(modules) => {
                    let parts = modules.into_iter().rev().map(|module| Part {
                        path: path.clone(),
                        what: What::Module(module),
                    });
                    chain.extend(parts);
                    inputs[0]
                }
                Kind::Add => {
                    let fork = self.dominators[step];
                    let (skip, branch) = if self.is_same(inputs[0], fork) {
                        (inputs[0], inputs[1])
                    } else {
                        (inputs[1], inputs[0])
                    };
                    if !self.is_same(skip, fork) {
                        let reason = "both of its inputs are computed: a Residual adds its own input";
                        return Err((node, reason.to_owned()));
                    }
                    let inner = self.chain(branch, fork, depth + 1)?;
                    let what = What::Residual(self.steps.shape(fork), inner);
                    chain.push(Part { path, what });
                    fork
                }
                Kind::Concat => {
                    let fork = self.dominators[step];
                    let branches = inputs.iter().map(|&input| self.chain(input, fork, depth + 1));
                    let branches = branches.collect::<Result<_, _>>()?;
                    let what = What::Concat(self.steps.shape(fork), branches);
                    chain.push(Part { path, what });
                    fork
                }
                Kind::Part(operator) => {
                    let whole = if operator == "Erf" { "GELU" } else { "softplus" };
                    return Err((node, format!("it is supported as a part of a {whole} only")));
                }
                Kind::Input | Kind::Affine(_) | Kind::Reorder(_) => {
                    return Err((node, "it is not computed from the input".to_owned()));
                }
            };
            step = before;
        }
        chain.reverse();
        Ok(without_idle_views(chain, self.steps.shape(begin)))
    }

    /// Returns whether a step has the columns of another one.
    fn is_same(&self, mut step: usize, other: usize) -> bool {
        while step != other {
            match self.steps.0[step].kind {
                Kind::Identity if !self.is_taken[step] => step = self.steps.0[step].inputs[0],
                _ => return false,
            }
        }
        true
    }
}

/// Drops a Flatten or Reshape if another one follows, or if it changes nothing.
fn without_idle_views<T: Scalar>(chain: Chain<T>, input: Shape) -> Chain<T> {
    let mut parts: Chain<T> = Vec::new();
    for mut part in chain {
        if let Some(before) = parts.pop_if(|before| before.is_view() && part.is_view()) {
            part.path = part.path.or(before.path);
        }
        parts.push(part);
    }
    let mut shape = input;
    parts.retain(|part| {
        let before = shape;
        shape = part.output(shape);
        !(part.is_view() && shape == before)
    });
    parts
}

impl<T: Scalar> Part<T> {
    fn is_view(&self) -> bool {
        match &self.what {
            What::Module(module) => matches!(&*module.description().kind, "Flatten" | "Reshape"),
            _ => false,
        }
    }

    fn output(&self, input: Shape) -> Shape {
        match &self.what {
            What::Module(module) => module.output_shape(input).unwrap_or(input),
            What::Residual(shape, _) => *shape,
            What::Concat(shape, branches) => {
                let last =
                    |chain: &Chain<T>| chain.iter().fold(*shape, |shape, part| part.output(shape)).size();
                Shape::from(branches.iter().map(last).sum::<usize>())
            }
        }
    }
}

/// Builds a chain of modules that is at `path` in the network.
fn assembled<T: Scalar>(
    chain: Chain<T>,
    path: &str,
    input: Shape,
) -> Result<Sequential<T>, brique_core::Error> {
    let mut network = Sequential::new(input);
    let mut used: Vec<String> = Vec::new();
    for (number, part) in chain.into_iter().enumerate() {
        let name = name_within(part.path.as_deref(), path).filter(|name| !used.contains(name));
        used.extend(name.clone());
        let inner = joined(path, &name.clone().unwrap_or(number.to_string()));
        let module = built(part.what, &inner)?;
        network = match name {
            Some(name) => network.then_named(&name, module)?,
            None => network.then(module)?,
        };
    }
    Ok(network)
}

fn built<T: Scalar>(what: What<T>, path: &str) -> Result<Box<dyn Module<T>>, brique_core::Error> {
    match what {
        What::Module(module) => Ok(module),
        What::Residual(shape, chain) => {
            let module = branch(chain, &joined(path, "module"), shape)?;
            Ok(Box::new(Residual::new(shape, module)?))
        }
        What::Concat(shape, branches) => {
            let mut concat = Concat::new(shape);
            let mut used: Vec<String> = Vec::new();
            for (number, chain) in branches.into_iter().enumerate() {
                let name = branch_name(&chain, path).filter(|name| !used.contains(name));
                used.extend(name.clone());
                let name = name.unwrap_or(number.to_string());
                let module = branch(chain, &joined(path, &name), shape)?;
                concat = concat.branch_named(&name, module)?;
            }
            Ok(Box::new(concat))
        }
    }
}

/// A single module is a branch itself.
fn branch<T: Scalar>(
    mut chain: Chain<T>,
    path: &str,
    input: Shape,
) -> Result<Box<dyn Module<T>>, brique_core::Error> {
    match chain.pop() {
        Some(part) if chain.is_empty() => built(part.what, path),
        last => {
            chain.extend(last);
            Ok(Box::new(assembled(chain, path, input)?))
        }
    }
}

/// Returns the name that the modules of a branch have in common.
fn branch_name<T: Scalar>(chain: &[Part<T>], path: &str) -> Option<String> {
    let own = chain
        .iter()
        .filter_map(|part| part.path.as_deref())
        .map(|full| own_part(full, path));
    let names: Vec<String> = own.filter(|own| !own.is_empty()).map(str::to_owned).collect();
    let name = match chain {
        [_] => names.into_iter().next(),
        _ => common(&names),
    };
    name_within(name.as_deref(), "")
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
