//! Golden values, as bits: what a seed has meant stays what it means.

use brique_core::Module;
use brique_datasets::{
    Blobs, Circles, DataType, Dataset, GenArti, Mnist1D, Moons, Selection, Spirals, TestSize, blobs, circles,
    digits, gen_arti, line, mnist_1d, moons, plane, spirals, train_test_indices,
};
use brique_layers::{Dropout, Init, Linear};
use brique_random::{NumpyRandomState, RandomSource, portable};
use brique_tensor::SimdLevel;
use brique_tensor::ndarray::Array2;

const SEED: u32 = 42;

/// Numbers as their bits in hexadecimal.
fn hex(numbers: impl IntoIterator<Item = f64>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|number| format!("{:016x}", number.to_bits()))
        .collect()
}

fn first_row(data: &Dataset) -> Vec<String> {
    hex(data
        .inputs()
        .row(0)
        .into_iter()
        .chain(data.targets().row(0))
        .copied())
}

fn first_parameters(init: Init) -> Vec<String> {
    let linear: Linear = Linear::new(3, 2, init, &mut portable(SEED.into())).unwrap();
    hex(linear.parameters().value().iter().copied().take(3))
}

fn indices(indices: &[usize]) -> Vec<String> {
    indices.iter().map(|index| format!("{index:x}")).collect()
}

/// The first draws of a generator, each kind from the start of its stream.
fn draws<R: RandomSource>(start: impl Fn() -> R) -> [Vec<String>; 3] {
    let (mut uniform, mut normal) = (start(), start());
    [
        hex([(); 4].map(|()| uniform.uniform(0.0, 1.0))),
        hex([(); 4].map(|()| normal.standard_normal())),
        indices(&start().permutation(10)),
    ]
}

fn arti(data_type: DataType, rng: &mut dyn RandomSource) -> Vec<String> {
    first_row(
        &gen_arti(
            &GenArti {
                data_type,
                ..GenArti::default()
            },
            rng,
        )
        .unwrap(),
    )
}

/// The first points of MNIST-1D.
fn first_points(rng: &mut dyn RandomSource) -> Vec<String> {
    let small = Mnist1D {
        examples: 20,
        ..Mnist1D::default()
    };
    let (train, _) = mnist_1d(&small, rng).unwrap();
    hex(train.inputs().iter().copied().take(4))
}

/// First training and first test indices of a split of 20 examples in two classes.
fn split(selection: Selection<'_>) -> Vec<String> {
    let split = train_test_indices(20, TestSize::Fraction(0.2), selection).unwrap();
    indices(&[&split.train[..4], &split.test].concat())
}

/// The first row of a mask.
fn dropped() -> Vec<String> {
    let dropout = Dropout::new(0.5, SEED.into()).unwrap();
    hex(dropout.forward(&Array2::ones((1, 12))).unwrap())
}

fn found() -> String {
    let lines: Vec<String> = values()
        .into_iter()
        .map(|(what, bits)| format!("{what}: {}", bits.join(" ")))
        .collect();
    lines.join("\n")
}

fn values() -> Vec<(&'static str, Vec<String>)> {
    let numpy = || NumpyRandomState::new(SEED);
    let ours = || portable(SEED.into());
    let [ours_uniform, ours_normal, ours_permutation] = draws(ours);
    let [numpy_uniform, numpy_normal, numpy_permutation] = draws(numpy);
    let classes: Vec<usize> = (0..20).map(|example| example % 2).collect();
    vec![
        ("portable, uniform", ours_uniform),
        ("portable, normal", ours_normal),
        ("portable, permutation", ours_permutation),
        ("NumPy, uniform", numpy_uniform),
        ("NumPy, normal", numpy_normal),
        ("NumPy, permutation", numpy_permutation),
        ("two Gaussians, NumPy", arti(DataType::TwoGaussians, &mut numpy())),
        (
            "four Gaussians, NumPy",
            arti(DataType::FourGaussians, &mut numpy()),
        ),
        ("checkerboard, NumPy", arti(DataType::Checkerboard, &mut numpy())),
        (
            "two Gaussians, portable",
            arti(DataType::TwoGaussians, &mut ours()),
        ),
        (
            "four Gaussians, portable",
            arti(DataType::FourGaussians, &mut ours()),
        ),
        (
            "checkerboard, portable",
            arti(DataType::Checkerboard, &mut ours()),
        ),
        ("line, NumPy", first_row(&line(&mut numpy()))),
        ("line, portable", first_row(&line(&mut ours()))),
        ("plane, NumPy", first_row(&plane(&mut numpy()))),
        ("plane, portable", first_row(&plane(&mut ours()))),
        (
            "moons, NumPy",
            first_row(&moons(&Moons::default(), &mut numpy()).unwrap()),
        ),
        (
            "moons, portable",
            first_row(&moons(&Moons::default(), &mut ours()).unwrap()),
        ),
        (
            "circles, NumPy",
            first_row(&circles(&Circles::default(), &mut numpy()).unwrap()),
        ),
        (
            "circles, portable",
            first_row(&circles(&Circles::default(), &mut ours()).unwrap()),
        ),
        (
            "blobs, NumPy",
            first_row(&blobs(&Blobs::default(), &mut numpy()).unwrap()),
        ),
        (
            "blobs, portable",
            first_row(&blobs(&Blobs::default(), &mut ours()).unwrap()),
        ),
        (
            "spirals, NumPy",
            first_row(&spirals(&Spirals::default(), &mut numpy()).unwrap()),
        ),
        (
            "spirals, portable",
            first_row(&spirals(&Spirals::default(), &mut ours()).unwrap()),
        ),
        ("MNIST-1D, NumPy", first_points(&mut numpy())),
        ("MNIST-1D, portable", first_points(&mut ours())),
        ("digits", first_row(&digits().unwrap())),
        ("Dropout", dropped()),
        ("Init::StandardNormal", first_parameters(Init::StandardNormal)),
        ("Init::Uniform(0.3)", first_parameters(Init::Uniform(0.3))),
        ("Init::PyTorch", first_parameters(Init::PyTorch)),
        ("Init::XavierUniform", first_parameters(Init::XavierUniform)),
        ("Init::XavierNormal", first_parameters(Init::XavierNormal)),
        ("Init::HeUniform", first_parameters(Init::HeUniform)),
        ("Init::HeNormal", first_parameters(Init::HeNormal)),
        ("split, NumPy", split(Selection::Shuffled(&mut numpy()))),
        ("split, portable", split(Selection::Shuffled(&mut ours()))),
        (
            "stratified split, NumPy",
            split(Selection::Stratified {
                classes: &classes,
                rng: &mut numpy(),
            }),
        ),
        (
            "stratified split, portable",
            split(Selection::Stratified {
                classes: &classes,
                rng: &mut ours(),
            }),
        ),
    ]
}

/// Who changes one of these changes the results of everybody who has used that seed: it has to be meant, and told.
const GOLDEN: &str = "
portable, uniform: 3fea0ec9a9e88ecd 3fd467905d15dbcc 3fef7c0f9f61849d 3fe66fb3ec019b06
portable, normal: 3feab3627bf1d0be bfe07a9388e170e3 3ff6860d5903a0df 3fddb9a0e1db8f0b
portable, permutation: 2 1 4 6 9 5 3 8 7 0
NumPy, uniform: 3fd7f8771e5f51ec 3fee6c4068bbd654 3fe76c7e8f1e6751 3fe32835d6632cb0
NumPy, normal: 3fdfca2a28a9307c bfc1b2a505de052a 3fe4b9dd50245e68 3ff85e548e01aa2b
NumPy, permutation: 8 1 5 0 7 2 9 4 3 6
two Gaussians, NumPy: 3ff57c7ce3db828e 3fe10c45c9105bdd 3ff0000000000000
four Gaussians, NumPy: bfe507063848fae3 bff779dd1b77d211 3ff0000000000000
checkerboard, NumPy: c0082b22bea192f2 c007d501d6b23ab6 3ff0000000000000
two Gaussians, portable: bff0a8dbda8dbc2c bfe2659f2904b970 bff0000000000000
four Gaussians, portable: bff0a8dbda8dbc2c 3ff6cd306b7da348 bff0000000000000
checkerboard, portable: c00f4794bc9127df bfe1b09029f2bd61 3ff0000000000000
line, NumPy: 0000000000000000 4013f94545152610
line, portable: 0000000000000000 4016acd89efc7430
plane, NumPy: 3fd7f8771e5f51ec 3fee6c4068bbd654 3fe76c7e8f1e6751 40146f17f6c1807f
plane, portable: 3fea0ec9a9e88ecd 3fd467905d15dbcc 3fef7c0f9f61849d 4013f9831934be71
moons, NumPy: 3ff84b5601762163 bfd6baa8b62137f6 3ff0000000000000
moons, portable: 3fffde5f349dec76 3fd7d0dc4f2a3930 3ff0000000000000
circles, NumPy: bfdb6f306026abb0 bfe59d6332b68ba0 3ff0000000000000
circles, portable: 3fe7cd6217f2af1e bfd2d91506ed5413 3ff0000000000000
blobs, NumPy: c01ee7dae200ea96 c020ca37c7b0f4d7 4000000000000000
blobs, portable: 401a1fcbff6af3b6 40046228a0aa35b6 4000000000000000
spirals, NumPy: 3fd287a87e8a24e5 3fe3b064b4e793c8 3ff0000000000000
spirals, portable: bfedc13f780f79cc 3fce8f1b7f771195 3ff0000000000000
MNIST-1D, NumPy: 3fe00e5f8100bfa2 3fdfd21dd9a99de1 3fc7f14d43862342 bfc43af5e24f1f21
MNIST-1D, portable: bfff90c5e7404cd9 bff49ffb650f9d9c bfe0c66b20734f04 bfc0b3ba55b02fa0
digits: 0000000000000000 0000000000000000 4014000000000000 402a000000000000 4022000000000000 3ff0000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 402a000000000000 402e000000000000 4024000000000000 402e000000000000 4014000000000000 0000000000000000 0000000000000000 4008000000000000 402e000000000000 4000000000000000 0000000000000000 4026000000000000 4020000000000000 0000000000000000 0000000000000000 4010000000000000 4028000000000000 0000000000000000 0000000000000000 4020000000000000 4020000000000000 0000000000000000 0000000000000000 4014000000000000 4020000000000000 0000000000000000 0000000000000000 4022000000000000 4020000000000000 0000000000000000 0000000000000000 4010000000000000 4026000000000000 0000000000000000 3ff0000000000000 4028000000000000 401c000000000000 0000000000000000 0000000000000000 4000000000000000 402c000000000000 4014000000000000 4024000000000000 4028000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 4018000000000000 402a000000000000 4024000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
Dropout: 4000000000000000 0000000000000000 4000000000000000 4000000000000000 0000000000000000 0000000000000000 0000000000000000 4000000000000000 0000000000000000 4000000000000000 0000000000000000 0000000000000000
Init::StandardNormal: 3feab3627bf1d0be bfe07a9388e170e3 3ff6860d5903a0df
Init::Uniform(0.3): 3fc8237d97c7bd1e bfbbd43f209856e2 3fd294df8c0e9f23
Init::PyTorch: 3fd73a37b49baf5c bfcac74f39fd147c 3fe1e14daba8a798
Init::XavierUniform: 3fe60913cb762258 bfd9678481c7f2d2 3ff0f6694a0db2ae
Init::XavierNormal: 3fe0e313adb78f33 bfd4d81fb45c15a3 3fec7d8b0bb29476
Init::HeUniform: 3fec7299797110b2 bfe06600a7f57cf5 3ff5e60763ac319d
Init::HeNormal: 3fe5cd11782c1858 bfdae8e800d56d77 3ff263f63c488c34
split, NumPy: 8 5 b 3 0 11 f 1
split, portable: 9 5 12 8 10 11 13 6
stratified split, NumPy: 12 a 1 9 c 6 5 d
stratified split, portable: a c 6 12 3 e 0 1
";

#[test]
fn every_seed_means_what_it_has_meant_at_every_simd_level() {
    for level in SimdLevel::available() {
        let found = level.run(found).unwrap();
        assert_eq!(found, GOLDEN.trim(), "\n{found}\nat SIMD level {level}");
    }
}
