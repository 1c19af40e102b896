//! MNIST-1D: short signals of ten classes, which random transformations make of ten templates.

mod interpolate;
mod smooth;
mod templates;
mod transform;

use brique_random::RandomSource;
use brique_tensor::ndarray::{Array2, Axis};

use crate::checks::check_not_negative;
use crate::memory::{COPIES, check_memory};
use crate::statistics::mean_and_scale;
use crate::toys::shares;
use crate::{Dataset, Error};
use templates::{CLASSES, POINTS, templates};
use transform::transformed;

/// A signal that is transformed takes less memory than this many signals of the length before the last transformation.
const SIGNALS: usize = 10;

/// The parameters of [`mnist_1d`], with the published defaults.
///
/// The package of the authors has other names for them; each field names the published one.
///
/// ```
/// use brique_datasets::{Mnist1D, mnist_1d};
/// use brique_random::NumpyRandomState;
///
/// // A larger training set, and a test set of another seed.
/// let of = |examples| Mnist1D { examples, train_fraction: 1.0, ..Mnist1D::default() };
/// let (train, _) = mnist_1d(&of(300), &mut NumpyRandomState::new(1))?;
/// let (test, _) = mnist_1d(&of(100), &mut NumpyRandomState::new(2))?;
/// assert_eq!(train.inputs().dim(), (300, 40));
/// assert_eq!(test.targets().dim(), (100, 1));
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mnist1D {
    /// The number of examples of both sets together (`num_samples`). Default 5000.
    ///
    /// The ten classes have equal numbers of examples, and the first classes receive the remainder. The package drops
    /// the remainder.
    pub examples: usize,
    /// The fraction of the examples that are in the training set, from 0 to 1 (`train_split`). Default 0.8.
    pub train_fraction: f64,
    /// The length of a signal until the last transformation is this plus the largest padding (`template_len`). Default
    /// 12.
    pub template_length: usize,
    /// The smallest and the largest number of zeros after a template (`padding`). Default (36, 60).
    pub padding: (usize, usize),
    /// A signal is multiplied by a number from 1 − scale/2 to 1 + scale/2 (`scale_coeff`). Default 0.4.
    pub scale: f64,
    /// A signal is rotated by fewer points than this (`max_translation`). Default 48.
    pub max_translation: usize,
    /// The standard deviation of the noise in the zeros after a template, before this noise is smoothed
    /// (`corr_noise_scale`). Default 0.25.
    pub correlated_noise: f64,
    /// The standard deviation of the independent noise on every point (`iid_noise_scale`). Default 0.02.
    pub independent_noise: f64,
    /// A line with a rise from −shear/2 to shear/2 is subtracted from a signal (`shear_scale`). Default 0.75.
    pub shear: f64,
    /// Whether the points of all signals are shuffled, in the same order (`shuffle_seq`). Default false.
    pub shuffle_points: bool,
    /// The number of points of an example (`final_seq_length`). Default 40.
    pub length: usize,
}

impl Default for Mnist1D {
    fn default() -> Self {
        Self {
            examples: 5000,
            train_fraction: 0.8,
            template_length: 12,
            padding: (36, 60),
            scale: 0.4,
            max_translation: 48,
            correlated_noise: 0.25,
            independent_noise: 0.02,
            shear: 0.75,
            shuffle_points: false,
            length: 40,
        }
    }
}

impl Mnist1D {
    /// Returns the ten templates, of shape (10, 12). Row k is the signal of class k before the transformations.
    ///
    /// ```
    /// use brique_datasets::Mnist1D;
    ///
    /// let templates = Mnist1D::templates();
    /// assert_eq!(templates.dim(), (10, 12));
    /// assert!(templates.column(0).iter().all(|&value| value == 0.0));
    /// ```
    #[must_use]
    pub fn templates() -> Array2<f64> {
        let templates = templates();
        Array2::from_shape_fn((CLASSES, POINTS), |(class, point)| templates[class][point])
    }

    /// Returns the length of a signal until the last transformation.
    fn dilated_length(&self) -> usize {
        self.template_length.saturating_add(self.padding.1)
    }
}

/// Generates MNIST-1D, and returns (train, test): inputs of shape (n, length), and the classes 0 to 9 as targets of
/// shape (n, 1).
///
/// Each class has a template of 12 points, whose line resembles the digit. With u uniform in [0, 1), z standard normal,
/// and every u and z drawn separately, an example is made of its template in these steps:
///
/// ```text
/// add 10⁻⁸; append ⌊low + u·(high − low + 1)⌋ zeros, (low, high) = padding
/// interpolate at n = template_length + high equally spaced points
/// x ← (1 + scale·(u − ½))·x
/// rotate to the right by k points, 0 ≤ k < max_translation
/// at points with x = 0:   x ← G(correlated_noise·z)
/// x ← x + independent_noise·z
/// xᵢ ← xᵢ − shear·(u − ½)·tᵢ, t from −½ to ½
/// interpolate at `length` equally spaced points
/// ```
///
/// G convolves with a Gaussian of deviation 2. A rotation by more than n points does not change the signal. Finally, the
/// numbers of both sets together are shifted and scaled to mean 0 and variance 1; numbers that are all equal become 0.
/// The training set contains the first ⌊examples · `train_fraction`⌋ examples of a random order.
///
/// Draws: the examples class by class, each in the order of the steps, with n normal numbers for both kinds of noise;
/// one permutation of the examples; one permutation of the points, if they are shuffled. With
/// [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the data equals that of the authors' `make_dataset`
/// (package `mnist1d`, version 0.0.2.post1) with the seed s within 10⁻¹², if the number of examples is a multiple of 10;
/// the default parameters and the seed 42 are those of the published data set. Another seed, or another generator, gives
/// other data of the same distribution.
///
/// # Errors
///
/// If a fraction is outside [0, 1], a scale, noise or shear is negative or not finite, the larger padding comes first,
/// `max_translation`, `length` or the length before the last interpolation is 0, or memory cannot hold the data; nothing
/// is drawn then.
///
/// Source: S. Greydanus and D. Kobak, *Scaling Down Deep Learning with MNIST-1D*, 2024, <https://arxiv.org/abs/2011.14439>.
/// The templates are those of <https://github.com/greydanus/mnist1d>, Apache License 2.0.
///
/// ```
/// use brique_datasets::{Mnist1D, mnist_1d};
/// use brique_random::NumpyRandomState;
///
/// let (parameters, mut rng) = (Mnist1D::default(), NumpyRandomState::new(42));
/// let (train, test) = mnist_1d(&parameters, &mut rng)?;
/// assert_eq!((train.len(), test.len()), (4000, 1000));
/// assert_eq!(train.inputs().ncols(), 40);
/// assert_eq!(train.targets()[[0, 0]], 2.0);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn mnist_1d(parameters: &Mnist1D, rng: &mut dyn RandomSource) -> Result<(Dataset, Dataset), Error> {
    check(parameters)?;
    let mut data = class_by_class(parameters, rng);
    standardise(&mut data.inputs);
    let order = rng.permutation(parameters.examples);
    if parameters.shuffle_points {
        let points = rng.permutation(parameters.length);
        data.inputs = data.inputs.select(Axis(1), &points);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number of training examples is rounded down, and at most that of all examples"
    )]
    let train_length = (parameters.examples as f64 * parameters.train_fraction) as usize;
    let (train, test) = order.split_at(train_length.min(order.len()));
    Ok((data.gather(train), data.gather(test)))
}

/// Draws the signals of all classes, in the order of the classes.
fn class_by_class(parameters: &Mnist1D, rng: &mut dyn RandomSource) -> Dataset {
    let mut inputs = Array2::zeros((parameters.examples, parameters.length));
    let mut targets = Array2::zeros((parameters.examples, 1));
    let mut rows = inputs.outer_iter_mut().zip(targets.iter_mut());
    let templates = templates();
    for (class, share) in shares(parameters.examples, CLASSES).enumerate() {
        for (mut input, target) in rows.by_ref().take(share) {
            let signal = transformed(&templates[class], parameters, rng);
            for (x, value) in input.iter_mut().zip(signal) {
                *x = value;
            }
            *target = class as f64;
        }
    }
    Dataset::of_equal_lengths(inputs, targets)
}

/// Shifts and scales all numbers together to mean 0 and variance 1.
fn standardise(inputs: &mut Array2<f64>) {
    let columns = inputs.ncols();
    let number = |index: usize| inputs[[index / columns, index % columns]];
    let (mean, scale) = mean_and_scale(inputs.len(), number);
    inputs.mapv_inplace(|x| (x - mean) / scale);
}

fn check(parameters: &Mnist1D) -> Result<(), Error> {
    for (parameter, value) in [
        ("scale", parameters.scale),
        ("correlated_noise", parameters.correlated_noise),
        ("independent_noise", parameters.independent_noise),
        ("shear", parameters.shear),
    ] {
        check_not_negative("mnist_1d", parameter, value)?;
    }
    check_train_fraction(parameters.train_fraction)?;
    check_padding(parameters.padding)?;
    for (parameter, value) in [
        ("max_translation", parameters.max_translation),
        ("length", parameters.length),
        ("template_length + padding.1", parameters.dilated_length()),
    ] {
        check_positive(parameter, value)?;
    }
    let longest = parameters.dilated_length().saturating_add(POINTS);
    check_memory("mnist_1d", "template_length + padding.1", (longest, 1), SIGNALS)?;
    check_memory("mnist_1d", "length", (parameters.length, 1), SIGNALS)?;
    let shape = (parameters.examples, parameters.length);
    check_memory("mnist_1d", "examples", shape, COPIES)
}

fn check_train_fraction(fraction: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&fraction) {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "mnist_1d",
        parameter: "train_fraction",
        found: fraction.to_string(),
        expected: "a number from 0 to 1",
    })
}

fn check_padding((low, high): (usize, usize)) -> Result<(), Error> {
    if low <= high {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "mnist_1d",
        parameter: "padding",
        found: format!("({low}, {high})"),
        expected: "two numbers, the lower one first",
    })
}

fn check_positive(parameter: &'static str, value: usize) -> Result<(), Error> {
    if value > 0 {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "mnist_1d",
        parameter,
        found: "0".to_owned(),
        expected: "at least 1",
    })
}
