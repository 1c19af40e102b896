//! Neural networks with explicit backward passes: layers, losses, optimisers, training and data sets under one name.
//!
//! Start with [`prelude`], which contains the items that most programs need, and with the example below. Each crate of
//! the library is a module here:
//!
//! | module | contents | start with |
//! |---|---|---|
//! | `tensor` | numbers, matrices and products | [`Matrix`](prelude::Matrix) |
//! | `random` | sources of randomness, which are always passed as arguments | [`portable`](prelude::portable) |
//! | `core` | the traits of modules and losses | [`Module`](prelude::Module), [`Loss`](prelude::Loss) |
//! | `layers` | modules | [`Sequential`](prelude::Sequential), [`Linear`](prelude::Linear) |
//! | `losses` | losses | [`MSELoss`](prelude::MSELoss), [`CrossEntropyLoss`](prelude::CrossEntropyLoss) |
//! | `optim` | optimisers and schedules | [`Adam`](prelude::Adam), [`SGD`](prelude::SGD) |
//! | `train` | training steps, epochs, complete training runs, metrics | [`Fit`](prelude::Fit), [`Stepper`](prelude::Stepper) |
//! | `datasets` | data sets, splits and readers | [`Dataset`](prelude::Dataset) |
//! | `checkpoint` | networks in files | [`save`](prelude::save), [`load`](prelude::load) |
//! | `onnx` | networks as ONNX files, and ONNX files as networks, with the feature `onnx` | `onnx::export`, `onnx::import` |
//! | `gradcheck` | checks that gradients are correct; not in a browser | `gradcheck::Judge` |
//!
//! `cargo xtask doc --open`, in a clone of the repository, documents all of them; the documentation of this crate alone
//! contains the prelude.
//!
//! A network that learns XOR, whose classes no line separates:
//!
//! ```
//! use brique::prelude::*;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let (xor, mut rng) = (GenArti::of(DataType::FourGaussians), portable(1));
//!     let data = gen_arti(&xor, &mut rng)?.with_zero_one_targets()?;
//!     let selection = Selection::Shuffled(&mut rng);
//!     let (train, test) = train_test_split(&data, TestSize::default(), selection)?;
//!     let mut network: Sequential = Sequential::new(2)
//!         .then(Linear::new(2, 8, Init::XavierUniform, &mut rng)?)?
//!         .then(Tanh)?
//!         .then(Linear::new(8, 1, Init::XavierUniform, &mut rng)?)?;
//!     let (loss, mut adam) = (BCEWithLogitsLoss::new(), Adam::new(0.01)?);
//!     let fit = Fit::new(30, 32).shuffle(7);
//!     fit.run(&mut network, &loss, &mut adam, &train)?;
//!     let logits = network.predict(test.inputs())?;
//!     let accuracy = metrics::accuracy_of_logits(test.targets(), &logits)?;
//!     println!("{network:#}\naccuracy {accuracy}");
//!     assert!(accuracy > 0.98);
//!     Ok(())
//! }
//! ```
//!
//! A program can also depend on the single crates, which contain the same items.

pub use brique_checkpoint as checkpoint;
pub use brique_core as core;
pub use brique_datasets as datasets;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use brique_gradcheck as gradcheck;
pub use brique_layers as layers;
pub use brique_losses as losses;
#[cfg(feature = "onnx")]
pub use brique_onnx as onnx;
pub use brique_optim as optim;
pub use brique_random as random;
pub use brique_tensor as tensor;
pub use brique_train as train;

/// The items that most programs need.
///
/// It does not contain the error types of the crates, which share a name; `Box<dyn Error>` accepts all of them.
pub mod prelude {
    pub use brique_checkpoint::{load, save};
    pub use brique_core::{Fault, Loss, Module, Parameter, Reduction, Shape};
    pub use brique_datasets::{
        Blobs, Circles, CsvOptions, CsvReport, DataType, Dataset, Fill, FittedPreparation, GenArti,
        InputColumns, LabelColumn, Missing, Mnist1D, Moons, Preparation, ReadLimits, Selection, Spirals,
        Split, Standardizer, TestSize, TextColumn, balanced_class_weights, blobs, circles, class_indices,
        digits, gen_arti, k_fold, line, mnist_1d, moons, one_hot, plane, read_csv, read_csv_report,
        read_mnist, read_usps, spirals, train_test_split,
    };
    pub use brique_layers::{
        AvgPool1D, AvgPool2D, Concat, Conv1D, Conv2D, Dropout, ELU, Flatten, GELU, GlobalAvgPool, GroupNorm,
        Init, LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1D, MaxPool2D, ReLU, Reshape,
        Residual, Sequential, SiLU, Sigmoid, Softmax, Softplus, Tanh, Window, Workspace, registry,
    };
    pub use brique_losses::{
        BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, ElementwiseLoss, HingeLoss, HuberLoss, L1Loss, MSELoss,
        NLLLoss, WeightedLoss,
    };
    pub use brique_optim::{
        Adagrad, Adam, AdamW, CustomOptimizer, Optimizer, RMSprop, ReduceOnPlateau, SGD, Schedule, clip_norm,
        clip_value, gradient_norm,
    };
    pub use brique_random::{NumpyRandomState, RandomSource, portable};
    pub use brique_tensor::ndarray::{self, Array2, array};
    // The page of `Scalar` links to a hidden trait, and such a link is dead in another crate.
    #[doc(no_inline)]
    pub use brique_tensor::Scalar;
    pub use brique_tensor::{Matrix, Threads};
    pub use brique_train::{
        Batch, Checkpoints, Epoch, Evaluation, Fit, FitError, Goal, History, Metric, Optim, Stepper, Stopped,
        Training, Weights, evaluate, metrics, predict_proba, sgd,
    };
}

/// The README's examples, included so that their code is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The examples of the page on modules, losses, optimisers and data sets of one's own, compiled and run too.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/your_own.md")]
struct YourOwn;

/// The example of the page on small tables, compiled and run too.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/small_tables.md")]
struct SmallTables;
