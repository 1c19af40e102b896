//! The report's artificial data, generated with the same draws.

use brique_random::RandomSource;
use brique_tensor::ndarray::Array2;

use crate::checks::{check_finite, check_not_negative};
use crate::memory::{COPIES, check_memory};
use crate::{Dataset, Error};

/// The kind of data that [`gen_arti`] generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DataType {
    /// Type 0: one Gaussian around (cx, cy) labelled +1, one around (−cx, −cy) labelled −1. A line separates them.
    #[default]
    TwoGaussians,
    /// Type 1, XOR: Gaussians around (cx, cy) and (−cx, −cy) labelled +1, around (−cx, cy) and (cx, −cy) labelled −1.
    FourGaussians,
    /// Type 2: uniform on [−4, 4]², labelled `2·((⌈x₁⌉ + ⌈x₂⌉) mod 2) − 1` before the noise is added.
    Checkerboard,
}

/// The parameters of [`gen_arti`], with the report's names and defaults.
///
/// ```
/// use brique_datasets::{DataType, GenArti, gen_arti};
/// use brique_random::portable;
///
/// let xor = GenArti {
///     data_type: DataType::FourGaussians,
///     nbex: 10,
///     ..GenArti::default()
/// };
/// let data = gen_arti(&xor, &mut portable(3))?;
/// assert_eq!(data.inputs().dim(), (10, 2));
/// let ones = data.targets().iter().filter(|&&y| y == 1.0).count();
/// assert_eq!(ones, 6); // clusters of 3, 3, 2 and 2
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GenArti {
    /// The first coordinate cx of the Gaussians' centres. Default 1.
    pub centerx: f64,
    /// The second coordinate cy of the Gaussians' centres. Default 1; the original never reads it, and uses cx twice.
    pub centery: f64,
    /// The VARIANCE of each coordinate within a Gaussian, not its standard deviation. Default 0.1.
    pub sigma: f64,
    /// The number of examples. Default 1000.
    pub nbex: usize,
    /// The kind of data. Default [`DataType::TwoGaussians`].
    pub data_type: DataType,
    /// The STANDARD DEVIATION of the noise added to every coordinate, after the labels are set. Default 0.02.
    pub epsilon: f64,
}

impl Default for GenArti {
    fn default() -> Self {
        Self {
            centerx: 1.0,
            centery: 1.0,
            sigma: 0.1,
            nbex: 1000,
            data_type: DataType::TwoGaussians,
            epsilon: 0.02,
        }
    }
}

impl GenArti {
    /// Creates parameters for this kind of data, with the course's defaults for all other parameters.
    ///
    /// ```
    /// use brique_datasets::{DataType, GenArti};
    ///
    /// assert_eq!(GenArti::of(DataType::FourGaussians).nbex, GenArti::default().nbex);
    /// ```
    #[must_use]
    pub fn of(data_type: DataType) -> Self {
        Self {
            data_type,
            ..Self::default()
        }
    }
}

/// Generates artificial data for two classes: inputs of shape (nbex, 2), targets ±1 of shape (nbex, 1).
///
/// The order of the draws is the report's: the points cluster by cluster (positives first), the noise on the first
/// column, the noise on the second, and one permutation of the rows. With
/// [`NumpyRandomState`](brique_random::NumpyRandomState) the data equals the original's if the original accepts the
/// parameters and centerx = centery, because the original reads only the first of the two. In addition, this function
/// accepts any number of examples; the first clusters receive the remainder.
///
/// # Errors
///
/// If sigma or epsilon is negative, a parameter is not finite, or there would be more examples than memory can
/// address; nothing is drawn then.
///
/// Source: the report's course, `gen_arti`; for 0/1 targets see [`Dataset::with_zero_one_targets`].
pub fn gen_arti(parameters: &GenArti, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
    check_finite("gen_arti", "centerx", parameters.centerx)?;
    check_finite("gen_arti", "centery", parameters.centery)?;
    check_not_negative("gen_arti", "sigma", parameters.sigma)?;
    check_not_negative("gen_arti", "epsilon", parameters.epsilon)?;
    check_memory("gen_arti", "nbex", (parameters.nbex, 2), COPIES)?;

    let (mut inputs, targets) = match parameters.data_type {
        DataType::TwoGaussians => gaussians(&[(1.0, 1.0, 1.0), (-1.0, -1.0, -1.0)], parameters, rng),
        DataType::FourGaussians => gaussians(
            &[
                (1.0, 1.0, 1.0),
                (-1.0, -1.0, 1.0),
                (-1.0, 1.0, -1.0),
                (1.0, -1.0, -1.0),
            ],
            parameters,
            rng,
        ),
        DataType::Checkerboard => checkerboard(parameters.nbex, rng),
    };
    for mut column in inputs.columns_mut() {
        for value in &mut column {
            *value += rng.normal(0.0, parameters.epsilon);
        }
    }
    let order = rng.permutation(parameters.nbex);
    Ok(Dataset::of_equal_lengths(inputs, targets).gather(&order))
}

/// Draws a Gaussian for each (sign of cx, sign of cy, label), in that order.
fn gaussians(
    clusters: &[(f64, f64, f64)],
    GenArti {
        centerx,
        centery,
        sigma,
        nbex,
        ..
    }: &GenArti,
    rng: &mut dyn RandomSource,
) -> (Array2<f64>, Array2<f64>) {
    let mut inputs = Array2::zeros((*nbex, 2));
    let mut targets = Array2::zeros((*nbex, 1));
    let deviation = sigma.sqrt();
    let mut rows = inputs.outer_iter_mut().zip(targets.iter_mut());
    for (index, (sign_x, sign_y, label)) in clusters.iter().enumerate() {
        let with_one_of_the_remainder = usize::from(index < nbex % clusters.len());
        for (mut input, target) in rows
            .by_ref()
            .take(nbex / clusters.len() + with_one_of_the_remainder)
        {
            input[0] = rng.normal(sign_x * centerx, deviation);
            input[1] = rng.normal(sign_y * centery, deviation);
            *target = *label;
        }
    }
    (inputs, targets)
}

fn checkerboard(nbex: usize, rng: &mut dyn RandomSource) -> (Array2<f64>, Array2<f64>) {
    let inputs = Array2::from_shape_simple_fn((nbex, 2), || rng.uniform(-4.0, 4.0));
    let colour = |row: usize| (inputs[[row, 0]].ceil() + inputs[[row, 1]].ceil()).rem_euclid(2.0);
    let targets = Array2::from_shape_fn((nbex, 1), |(row, _)| 2.0 * colour(row) - 1.0);
    (inputs, targets)
}
