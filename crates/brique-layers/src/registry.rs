//! Builds every module of this crate from its description.

use std::collections::BTreeSet;

use brique_core::{Description, Error, Fault, InnerModules, Module, Registry};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::{
    AvgPool1D, AvgPool2D, Concat, Conv1D, Conv2D, Dropout, ELU, Flatten, GELU, GlobalAvgPool, GroupNorm,
    LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1D, MaxPool2D, ReLU, Reshape, Residual,
    Sequential, SiLU, Sigmoid, Softmax, Softplus, Tanh,
};

/// Returns a registry with every module of this crate. [`Registry::register`] adds a new kind.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{Linear, Sequential, Tanh, registry};
/// use brique_layers::ndarray::array;
///
/// let network = Sequential::new(1)
///     .then(Linear::from_parameters(array![[2.0], [0.5]])?)?
///     .then(Tanh)?;
/// let same_architecture = registry::<f64>().build(&network.describe())?;
/// assert_eq!(same_architecture.describe(), network.describe());
/// # Ok::<(), brique_core::Error>(())
/// ```
#[must_use]
pub fn registry<T: Scalar>() -> Registry<T> {
    let mut registry = Registry::default();
    registry.register("Linear", |d, _| {
        let (inputs, outputs) = (d.size("in")?, d.size("out")?);
        d.check_tensors(&[("weight", (inputs, outputs)), ("bias", (1, outputs))])?;
        crate::addressable::check_addressable::<T>(inputs, outputs)
            .map_err(|fault| Error::new(d, "build", fault))?;
        let linear = Linear::from_parameters(Array2::zeros((inputs + 1, outputs)))?;
        Ok(Box::new(linear))
    });
    registry.register("ReLU", |_, _| Ok(Box::new(ReLU)));
    registry.register("LeakyReLU", |d, _| {
        Ok(Box::new(LeakyReLU::new(d.number("negative_slope")?)?))
    });
    registry.register("ELU", |d, _| Ok(Box::new(ELU::new(d.number("alpha")?)?)));
    registry.register("Tanh", |_, _| Ok(Box::new(Tanh)));
    registry.register("Sigmoid", |_, _| Ok(Box::new(Sigmoid)));
    registry.register("SiLU", |_, _| Ok(Box::new(SiLU)));
    registry.register("GELU", |_, _| Ok(Box::new(GELU)));
    registry.register("Softplus", |_, _| Ok(Box::new(Softplus)));
    registry.register("LogSigmoid", |_, _| Ok(Box::new(LogSigmoid)));
    registry.register("Softmax", |_, _| Ok(Box::new(Softmax)));
    registry.register("LogSoftmax", |_, _| Ok(Box::new(LogSoftmax)));
    registry.register("LayerNorm", |d, _| {
        let values = d.size("values")?;
        d.check_tensors(&[("weight", (1, values)), ("bias", (1, values))])?;
        Ok(Box::new(LayerNorm::new(values)?))
    });
    registry.register("Conv1D", |d, _| Ok(Box::new(Conv1D::described(d)?)));
    registry.register("Conv2D", |d, _| Ok(Box::new(Conv2D::described(d)?)));
    registry.register("MaxPool1D", |d, _| Ok(Box::new(MaxPool1D::described(d)?)));
    registry.register("MaxPool2D", |d, _| Ok(Box::new(MaxPool2D::described(d)?)));
    registry.register("AvgPool1D", |d, _| Ok(Box::new(AvgPool1D::described(d)?)));
    registry.register("AvgPool2D", |d, _| Ok(Box::new(AvgPool2D::described(d)?)));
    registry.register("GlobalAvgPool", |d, _| {
        Ok(Box::new(GlobalAvgPool::new(d.shape("in")?)?))
    });
    registry.register("Flatten", |_, _| Ok(Box::new(Flatten)));
    registry.register("Reshape", |d, _| Ok(Box::new(Reshape::new(d.shape("shape")?))));
    registry.register("GroupNorm", |d, _| Ok(Box::new(GroupNorm::described(d)?)));
    registry.register("Dropout", |d, _| {
        Ok(Box::new(Dropout::new(d.number("rate")?, d.integer("seed")?)?))
    });
    registry.register("Sequential", sequential);
    registry.register("Residual", residual);
    registry.register("Concat", concat);
    registry
}

fn sequential<T: Scalar>(d: &Description, inner: InnerModules<T>) -> Result<Box<dyn Module<T>>, Error> {
    check_names(d, &inner)?;
    Ok(Box::new(Sequential::of_modules(d.shape("in")?, inner)?))
}

fn residual<T: Scalar>(d: &Description, inner: InnerModules<T>) -> Result<Box<dyn Module<T>>, Error> {
    let (shape, count) = (d.shape("in")?, inner.len());
    let mut inner = inner.into_iter();
    if let (Some((_, module)), None) = (inner.next(), inner.next()) {
        return Ok(Box::new(Residual::new(shape, module)?));
    }
    let fault = Fault::Value {
        argument: "the number of modules inside".into(),
        found: count.to_string(),
        expected: "1".into(),
    };
    Err(Error::new(d, "build", fault))
}

fn concat<T: Scalar>(d: &Description, inner: InnerModules<T>) -> Result<Box<dyn Module<T>>, Error> {
    check_names(d, &inner)?;
    let concat = inner
        .into_iter()
        .try_fold(Concat::new(d.shape("in")?), |concat, (name, module)| {
            concat.named(name, module)
        })?;
    Ok(Box::new(concat.with_paths()))
}

fn check_names<T: Scalar>(d: &Description, inner: &InnerModules<T>) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    let Some((name, _)) = inner.iter().find(|(name, _)| !names.insert(name)) else {
        return Ok(());
    };
    let fault = Fault::Value {
        argument: "the name of a module inside".into(),
        found: format!("{name:?}"),
        expected: "a name that no other module has".into(),
    };
    Err(Error::new(d, "build", fault))
}
