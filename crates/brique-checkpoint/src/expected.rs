//! The tensors that a description expects in a file.

use std::collections::BTreeSet;

use brique_core::{Description, Layout};

use crate::Error;
use crate::names::{check_name, check_word};

/// A tensor of a network, as its description gives it.
pub(crate) struct ExpectedTensor {
    pub(crate) name: String,
    pub(crate) shape: (usize, usize),
    pub(crate) layout: Layout,
}

/// Returns the tensors of a network with their paths, in the order of [`visit_tensors`](brique_core::visit_tensors).
///
/// # Errors
///
/// If a path cannot be the name of a tensor. A long name of an outer module, repeated in every path, would take more
/// memory than the file.
pub(crate) fn expected_tensors(description: &Description) -> Result<Vec<ExpectedTensor>, Error> {
    let mut tensors = Vec::new();
    visit_expected(description, &mut |tensor| tensors.push(tensor))?;
    Ok(tensors)
}

/// As [`expected_tensors`], one tensor at a time: their paths may need much more memory than the description.
pub(crate) fn visit_expected(
    description: &Description,
    visit: &mut dyn FnMut(ExpectedTensor),
) -> Result<(), Error> {
    visit_inside("", description, visit)
}

fn visit_inside(
    path: &str,
    description: &Description,
    visit: &mut dyn FnMut(ExpectedTensor),
) -> Result<(), Error> {
    for tensor in &description.tensors {
        visit(ExpectedTensor {
            name: path_of(path, &tensor.name)?,
            shape: tensor.shape,
            layout: tensor.layout,
        });
    }
    description.inner.iter().try_for_each(|inner| {
        let name = path_of(path, &inner.name)?;
        visit_inside(&format!("{name}."), &inner.module, visit)
    })
}

fn path_of(path: &str, name: &str) -> Result<String, Error> {
    check_name(name).map_err(|reason| refused(name, reason))?;
    let path = format!("{path}{name}");
    check_name(&path).map_err(|reason| refused(&path, reason))?;
    Ok(path)
}

fn refused(name: &str, reason: &'static str) -> Error {
    let name = name.to_owned();
    Error::Name { name, reason }
}

/// Returns the number of tensors in a network.
pub(crate) fn tensor_count(description: &Description) -> usize {
    let inner = description.inner.iter().map(|inner| tensor_count(&inner.module));
    description.tensors.len() + inner.sum::<usize>()
}

/// Checks what an error or a reader of the description relies on: kinds and attributes have short names, no name is
/// there twice, a vector has a single row, and the weights of a convolution have whole kernels.
pub(crate) fn check_description(description: &Description) -> Result<(), Error> {
    let attributes = description.attributes.iter().map(|attribute| &attribute.name);
    for word in attributes.clone().chain([&description.kind]) {
        check_word(word).map_err(|reason| refused(word, reason))?;
    }
    check_once(attributes)?;
    check_once(description.inner.iter().map(|inner| &inner.name))?;
    for tensor in &description.tensors {
        let reason = match tensor.layout {
            Layout::Vector if tensor.shape.0 != 1 => "is that of a vector, expected a single row",
            Layout::ChannelsFirst(kernel)
                if kernel.size() == 0 || !tensor.shape.0.is_multiple_of(kernel.size()) =>
            {
                "is that of a convolution, expected as many rows as whole kernels have elements"
            }
            _ => continue,
        };
        return Err(refused(&tensor.name, reason));
    }
    let mut inner = description.inner.iter();
    inner.try_for_each(|inner| check_description(&inner.module))
}

fn check_once<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(refused(name, "is there twice, expected each name once"));
        }
    }
    Ok(())
}

/// Returns an error if a name cannot be that of a tensor, or is there twice.
pub(crate) fn check_names(tensors: &[ExpectedTensor]) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for ExpectedTensor { name, .. } in tensors {
        let refuse = |reason| {
            let name = name.clone();
            Err(Error::Name { name, reason })
        };
        if let Err(reason) = check_name(name) {
            return refuse(reason);
        }
        if !names.insert(name) {
            return refuse("is there twice");
        }
    }
    Ok(())
}
