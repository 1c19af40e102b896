//! Auto-encoders of one seed: trained, and measured on the test digits.

use brique_core::Module;
use brique_datasets::{Dataset, Selection, TestSize, digits, train_test_split};
use brique_layers::{Init, Linear, Sequential, Sigmoid, Tanh};
use brique_losses::{BCELoss, CrossEntropyLoss};
use brique_optim::{Adam, Schedule};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_train::{Fit, Metric, evaluate, metrics};
use serde::{Deserialize, Serialize};

use super::principal;
use crate::{Error, serial};

/// The classes, and the pixels on a side of a picture.
pub(super) const CLASSES: usize = 10;
pub(super) const SIDE: usize = 8;
const PIXELS: usize = SIDE * SIDE;

/// The hidden layer on either side of the code.
pub(super) const HIDDEN: usize = 32;

/// The sizes of the code.
pub(super) const CODES: [usize; 4] = [2, 4, 8, 16];

/// The index of the size with which the auto-encoders remove noise.
pub(super) const DENOISING: usize = 2;

/// The standard deviations of the noise on every pixel.
pub(super) const NOISE: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

/// The settings that every training has in common.
pub(super) const EPOCHS: usize = 40;
pub(super) const BATCH: usize = 8;
pub(super) const STEP: f64 = 0.005;

const TEST_SHARE: f64 = 0.25;

/// The digits of one seed, with pixels from 0 to 1; targets are class numbers.
pub(super) struct Digits {
    train: Dataset<f32>,
    pub(super) test: Dataset<f32>,
}

impl Digits {
    /// The digits for the networks of this seed.
    pub(super) fn of_seed(seed: usize) -> Result<Self, Error> {
        Self::draw(&mut portable(seed as u64))
    }

    fn draw(rng: &mut dyn RandomSource) -> Result<Self, Error> {
        let data = digits::<f32>()?;
        let pixels = data.inputs() / 16.0;
        let data = data.with_inputs(pixels)?;
        let classes = data.classes();
        let selection = Selection::Stratified {
            classes: &classes,
            rng,
        };
        let (train, test) = train_test_split(&data, TestSize::Fraction(TEST_SHARE), selection)?;
        Ok(Self { train, test })
    }
}

/// The auto-encoder of one code size.
#[derive(Serialize, Deserialize)]
pub(super) struct Compressed {
    /// The mean squared error of a pixel of the test digits.
    pub(super) error: f64,
    /// The same with as many principal components of the training digits.
    pub(super) linear_error: f64,
    /// The test accuracy of a linear layer that was trained on the codes.
    pub(super) accuracy: f64,
    /// The codes of the test digits, and the digits that the decoder makes of them.
    #[serde(with = "serial::matrix")]
    pub(super) codes: Array2<f32>,
    #[serde(with = "serial::matrix")]
    pub(super) decoded: Array2<f32>,
}

/// The test digits with noise of one level, and without it again.
#[derive(Serialize, Deserialize)]
pub(super) struct Denoised {
    #[serde(with = "serial::matrix")]
    pub(super) noisy: Array2<f32>,
    #[serde(with = "serial::matrix")]
    pub(super) restored: Array2<f32>,
    /// The mean squared distances of a pixel from the clean digits: of the noisy digits, of the denoised ones, and of
    /// those from the auto-encoder that was trained without noise.
    pub(super) noisy_error: f64,
    pub(super) error: f64,
    pub(super) untrained_error: f64,
}

/// The results of one seed.
#[derive(Serialize, Deserialize)]
pub(super) struct Trained {
    pub(super) seed: usize,
    /// The numbers of digits for training and for testing.
    pub(super) sizes: [usize; 2],
    /// One for each size of the code.
    pub(super) compressed: Vec<Compressed>,
    /// One for each level of the noise.
    pub(super) denoised: Vec<Denoised>,
    /// The test accuracy of a linear layer that was trained on the pixels.
    pub(super) pixel_accuracy: f64,
}

/// Splits the digits of a seed, and trains all networks on the training part.
pub(super) fn train(seed: usize) -> Result<Trained, Error> {
    let mut rng = portable(seed as u64);
    let digits = Digits::draw(&mut rng)?;
    let clean = digits.train.inputs();
    let linear_errors = principal::errors(clean, digits.test.inputs(), &CODES);
    let (mut networks, mut compressed) = (Vec::new(), Vec::new());
    for (code, linear_error) in CODES.into_iter().zip(linear_errors) {
        let network = auto_encoder(code, clean, clean, seed, &mut rng)?;
        compressed.push(measure(&network, linear_error, &digits, seed, &mut rng)?);
        networks.push(network);
    }
    let denoised = denoise(&networks[DENOISING], &digits, seed, &mut rng)?;
    let pixel_accuracy = linear_accuracy(&digits.train, &digits.test, seed, &mut rng)?;
    Ok(Trained {
        seed,
        sizes: [digits.train.len(), digits.test.len()],
        compressed,
        denoised,
        pixel_accuracy,
    })
}

/// Trains 64–32–code–32–64 to make `targets` of `inputs`.
fn auto_encoder(
    code: usize,
    inputs: &Array2<f32>,
    targets: &Array2<f32>,
    seed: usize,
    rng: &mut dyn RandomSource,
) -> Result<Sequential<f32>, Error> {
    let mut network = Sequential::new(PIXELS)
        .then(Linear::new(PIXELS, HIDDEN, Init::XavierUniform, rng)?)?
        .then(Tanh)?
        .then(Linear::new(HIDDEN, code, Init::XavierUniform, rng)?)?
        .then(Tanh)?
        .then(Linear::new(code, HIDDEN, Init::XavierUniform, rng)?)?
        .then(Tanh)?
        .then(Linear::new(HIDDEN, PIXELS, Init::XavierUniform, rng)?)?
        .then(Sigmoid)?;
    let pairs = Dataset::new(inputs.clone(), targets.clone())?;
    fit(seed)?.run(&mut network, &BCELoss::new(), &mut Adam::new(STEP)?, &pairs)?;
    Ok(network)
}

/// The last step of a training is nearly 0, so that it does not matter in which epoch it ends.
fn fit<'a>(seed: usize) -> Result<Fit<'a, f32>, Error> {
    let order = (seed as u64 + 1) << 32;
    let schedule = Schedule::cosine(0.0)?;
    Ok(Fit::new(EPOCHS, BATCH).shuffle(order).schedule_by_step(schedule))
}

/// The outputs of the first four modules, the encoder.
fn encode(network: &Sequential<f32>, inputs: &Array2<f32>) -> Result<Array2<f32>, Error> {
    let mut values = inputs.clone();
    for (_, module) in (0..4).map_while(|number| network.inner(number)) {
        values = module.forward(&values)?;
    }
    Ok(values)
}

fn measure(
    network: &Sequential<f32>,
    linear_error: f64,
    digits: &Digits,
    seed: usize,
    rng: &mut dyn RandomSource,
) -> Result<Compressed, Error> {
    let encoded = |data: &Dataset<f32>| -> Result<Dataset<f32>, Error> {
        Ok(data.clone().with_inputs(encode(network, data.inputs())?)?)
    };
    let (train, test) = (encoded(&digits.train)?, encoded(&digits.test)?);
    let accuracy = linear_accuracy(&train, &test, seed, rng)?;
    let decoded = network.forward(digits.test.inputs())?;
    Ok(Compressed {
        error: mean_squared_error(digits.test.inputs(), &decoded),
        linear_error,
        accuracy,
        codes: test.into_parts().0,
        decoded,
    })
}

/// The test accuracy of a linear layer that is trained on these inputs for the cross-entropy.
fn linear_accuracy(
    train: &Dataset<f32>,
    test: &Dataset<f32>,
    seed: usize,
    rng: &mut dyn RandomSource,
) -> Result<f64, Error> {
    let mut layer = Linear::new(train.inputs().ncols(), CLASSES, Init::XavierUniform, rng)?;
    let loss = CrossEntropyLoss::new();
    fit(seed)?.run(&mut layer, &loss, &mut Adam::new(STEP)?, train)?;
    let accuracy = Metric::new("accuracy", metrics::accuracy);
    let evaluation = evaluate(&layer, &loss, test, &[accuracy])?;
    Ok(evaluation.metrics.iter().sum())
}

/// Trains an auto-encoder that removes noise, and measures it beside one that was trained without noise.
fn denoise(
    clean: &Sequential<f32>,
    digits: &Digits,
    seed: usize,
    rng: &mut dyn RandomSource,
) -> Result<Vec<Denoised>, Error> {
    let train = digits.train.inputs();
    let mut noisy = train.clone();
    // Each training digit has noise of one level, the levels in turn.
    for (mut row, &level) in noisy.outer_iter_mut().zip(NOISE.iter().cycle()) {
        row.mapv_inplace(|pixel| with_noise(pixel, level, rng));
    }
    let network = auto_encoder(CODES[DENOISING], &noisy, train, seed, rng)?;
    let truth = digits.test.inputs();
    let mut levels = Vec::new();
    for level in NOISE {
        let noisy = truth.mapv(|pixel| with_noise(pixel, level, rng));
        let restored = network.forward(&noisy)?;
        levels.push(Denoised {
            noisy_error: mean_squared_error(truth, &noisy),
            error: mean_squared_error(truth, &restored),
            untrained_error: mean_squared_error(truth, &clean.forward(&noisy)?),
            noisy,
            restored,
        });
    }
    Ok(levels)
}

#[expect(clippy::cast_possible_truncation, reason = "a pixel of single precision")]
fn with_noise(pixel: f32, deviation: f64, rng: &mut dyn RandomSource) -> f32 {
    pixel + rng.normal(0.0, deviation) as f32
}

/// The mean of the squared differences of all pixels.
fn mean_squared_error(truth: &Array2<f32>, other: &Array2<f32>) -> f64 {
    let squares = truth
        .iter()
        .zip(other)
        .map(|(y, yhat)| f64::from(y - yhat).powi(2));
    squares.sum::<f64>() / truth.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_from_0_to_1_and_no_test_digit_is_learnt_from() {
        let digits = Digits::draw(&mut portable(3)).unwrap();
        assert_eq!((digits.train.len(), digits.test.len()), (1347, 450));
        let all = digits.train.inputs().iter().chain(digits.test.inputs());
        assert!(all.clone().all(|pixel| (0.0..=1.0).contains(pixel)));
        let ink: f64 = all.map(|&pixel| f64::from(pixel)).sum();
        let expected: f64 = brique_datasets::digits::<f64>().unwrap().inputs().sum() / 16.0;
        assert!((ink - expected).abs() < 1e-6);
    }

    #[test]
    fn the_encoder_is_the_first_half_of_the_network() {
        let mut rng = portable(1);
        let inputs = Array2::from_shape_simple_fn((3, PIXELS), || with_noise(0.5, 0.1, &mut rng));
        let network = auto_encoder(2, &inputs, &inputs, 0, &mut portable(2)).unwrap();
        let mut values = encode(&network, &inputs).unwrap();
        assert_eq!(values.dim(), (3, 2));
        for number in 4..8 {
            let (_, module) = network.inner(number).unwrap();
            values = module.forward(&values).unwrap();
        }
        assert_eq!(values, network.forward(&inputs).unwrap());
    }
}
