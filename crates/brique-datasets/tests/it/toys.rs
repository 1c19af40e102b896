//! Expected numbers: scikit-learn 1.9.1 with NumPy 2.4.6, `make_…(…, random_state=seed)`; digests of inputs, then
//! labels as `<f8`.

use std::f64::consts::TAU;

use brique_datasets::{Blobs, Circles, Dataset, Moons, Spirals, blobs, circles, moons, spirals};
use brique_random::{NumpyRandomState, RandomSource, portable};
use proptest::prelude::*;

use crate::digest;

fn check(data: &Dataset, first_rows: &[(&[f64], f64)], sha256: &str) {
    assert_eq!(data.targets().ncols(), 1);
    for ((x, y), (input, target)) in data.iter().zip(first_rows) {
        assert_eq!((x.to_vec(), y[0]), (input.to_vec(), *target));
    }
    assert_eq!(digest::of(data), sha256);
}

fn numpy_moons(examples: usize, noise: f64, seed: u32) -> Dataset {
    moons(&Moons { examples, noise }, &mut NumpyRandomState::new(seed)).unwrap()
}

#[test]
fn moons_are_scikit_learns() {
    check(
        &numpy_moons(200, 0.2, 42),
        &[
            (&[-1.106_896_654_353_475_3, 0.042_292_809_505_772_66], 0.0),
            (&[0.956_799_641_492_252_3, 0.456_750_491_738_495_8], 0.0),
            (&[0.733_516_277_312_478_9, 0.584_617_436_551_464], 0.0),
        ],
        "a310cdd79a8bbcb0215ab1e565877e6b2349059100ff7bf6501626f932c0bf68",
    );
    check(
        &numpy_moons(101, 0.0, 7),
        &[
            (&[-0.718_349_350_097_727_5, 0.695_682_550_603_486_5], 0.0),
            (&[-0.096_023_025_907_681_54, 0.995_379_112_949_198_2], 0.0),
            (&[1.187_381_314_585_724_8, -0.482_287_250_728_688_6], 1.0),
        ],
        "5df2e3e0dc66382372f8a194744946d032439a5948219f583a58780ceb73164e",
    );
}

#[test]
fn one_or_two_examples_make_moons_too() {
    check(
        &numpy_moons(1, 0.3, 3),
        &[(&[0.536_588_542_029_095_6, 0.630_952_955_153_596_8], 1.0)],
        "d69459909e9fafef4706f6c908d3da3a18f4998dbbd3c2a6790712d5f3363765",
    );
    check(
        &numpy_moons(2, 0.3, 3),
        &[
            (&[0.055_238_461_013_969_36, 0.198_213_449_685_947_06], 1.0),
            (&[0.897_405_898_690_363_5, -0.013_417_239_990_173_689], 0.0),
        ],
        "3fec2f5c0d92f1628ddc489e0e8ab37ca6e7d8084ef9efe0b874e93d3c61a9ab",
    );
}

fn numpy_circles(examples: usize, noise: f64, factor: f64, seed: u32) -> Dataset {
    let parameters = Circles {
        examples,
        noise,
        factor,
    };
    circles(&parameters, &mut NumpyRandomState::new(seed)).unwrap()
}

#[test]
fn circles_are_scikit_learns() {
    check(
        &numpy_circles(200, 0.1, 0.5, 42),
        &[
            (&[0.893_585_595_533_813_8, -0.351_166_816_408_935_16], 0.0),
            (&[0.621_767_348_711_137_4, 0.808_278_979_380_490_2], 0.0),
            (&[-0.232_287_310_504_307_18, 0.836_077_258_545_717_7], 0.0),
        ],
        "1bfc7f2224202d0e74faef66d3b797f1a0bd87acd0ea801fb811cafb2e3d7468",
    );
    check(
        &numpy_circles(33, 0.0, 0.8, 5),
        &[
            (&[-0.707_106_781_186_547_7, -0.707_106_781_186_547_5], 0.0),
            (&[0.591_207_133_776_527_3, 0.538_956_514_917_245_8], 1.0),
            (&[0.382_683_432_365_089_84, 0.923_879_532_511_286_7], 0.0),
        ],
        "379c88c289415d6583048e8a8cb7ac195d0f4236cc00cd1e0676f67c13e69f5a",
    );
    check(
        &numpy_circles(1, 0.2, 0.0, 9),
        &[(&[0.000_221_710_942_442_194_67, -0.057_908_813_850_039_764], 1.0)],
        "f1eab7726b1a2083fcd48e46ff6c6d53873f17a1d4042b493c420870184d6f02",
    );
}

#[test]
fn blobs_are_scikit_learns() {
    check(
        &blobs(&Blobs::default(), &mut NumpyRandomState::new(0)).unwrap(),
        &[
            (&[2.631_858_338_047_819, 0.689_364_904_359_941_9], 1.0),
            (&[0.080_803_517_352_819_43, 4.690_689_825_307_652], 0.0),
            (&[3.002_519_489_206_626, 0.742_653_566_847_102_6], 1.0),
        ],
        "6c0890b64e96bc61924f404ccd380f318c7a223d5db4b082d6c07e2422bec1c5",
    );
    let uneven = Blobs {
        examples: 101,
        classes: 4,
        features: 3,
        deviation: 2.5,
        center_box: (-1.0, 3.5),
    };
    check(
        &blobs(&uneven, &mut NumpyRandomState::new(11)).unwrap(),
        &[
            (
                &[
                    0.856_789_332_541_454,
                    -1.600_415_129_343_152,
                    2.293_395_026_804_828_4,
                ],
                3.0,
            ),
            (
                &[
                    3.970_077_745_198_032,
                    -0.058_849_588_586_116_66,
                    -1.773_378_121_521_882,
                ],
                3.0,
            ),
            (
                &[
                    2.646_805_793_951_821_3,
                    2.806_317_771_654_387_4,
                    -1.300_647_291_314_823_5,
                ],
                1.0,
            ),
        ],
        "33d6fd2aa971513edfd3ebfd22cf8e256ff02afebee5a72392a1fc00d21eba35",
    );
    let fewer_examples_than_classes = Blobs {
        examples: 2,
        classes: 5,
        ..Blobs::default()
    };
    check(
        &blobs(&fewer_examples_than_classes, &mut NumpyRandomState::new(1)).unwrap(),
        &[],
        "4aad067b94b91b4a8ff1f826ed54fbab026720f9d4ea85a025f515bec60ab958",
    );
}

/// Two arms of two points that make half a turn: at radius ½ a quarter of it is done, at radius 1 all.
#[test]
fn spirals_by_hand() {
    let parameters = Spirals {
        examples: 4,
        classes: 2,
        noise: 0.0,
        turns: 0.5,
    };
    let data = spirals(&parameters, &mut portable(1)).unwrap();
    let mut rows: Vec<[f64; 3]> = data.iter().map(|(x, y)| [y[0], x[0], x[1]]).collect();
    rows.sort_by(|a, b| {
        a[0].total_cmp(&b[0])
            .then(a[2].abs().total_cmp(&b[2].abs()).reverse())
    });
    let expected = [
        [0.0, 0.0, 0.5],
        [0.0, -1.0, 0.0],
        [1.0, 0.0, -0.5],
        [1.0, 1.0, 0.0],
    ];
    for (row, expected) in rows.iter().zip(expected) {
        let differences = row.iter().zip(expected).map(|(found, expected)| found - expected);
        assert!(
            differences.map(f64::abs).all(|difference| difference < 1e-15),
            "{rows:?}"
        );
    }
}

#[test]
fn spirals_draw_a_permutation_and_then_the_noise() {
    let clean = Spirals {
        examples: 5,
        classes: 3,
        ..Spirals::default()
    };
    let noisy = Spirals {
        noise: 0.25,
        ..clean.clone()
    };
    let without = spirals(&clean, &mut NumpyRandomState::new(4)).unwrap();
    let with = spirals(&noisy, &mut NumpyRandomState::new(4)).unwrap();
    assert_eq!(without.targets(), with.targets());

    let mut rng = NumpyRandomState::new(4);
    let order = rng.permutation(5);
    let classes = [0.0, 0.0, 1.0, 1.0, 2.0];
    assert_eq!(
        with.targets().column(0).to_vec(),
        order.iter().map(|&row| classes[row]).collect::<Vec<_>>()
    );
    for (before, after) in without.inputs().iter().zip(with.inputs()) {
        assert_eq!(*after, before + rng.normal(0.0, 0.25));
    }
}

fn examples() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0_usize), Just(1), 2..60_usize]
}

proptest! {
    #[test]
    fn a_point_of_a_spiral_is_where_the_formula_puts_it(n in examples(), classes in 1..6_usize, turns in -3.0..3.0_f64, seed: u64) {
        let parameters = Spirals { examples: n, classes, noise: 0.0, turns };
        let data = spirals(&parameters, &mut portable(seed)).unwrap();
        prop_assert_eq!(data.inputs().dim(), (n, 2));
        let mut members = vec![Vec::new(); classes];
        for (x, y) in data.iter() {
            let radius = x[0].hypot(x[1]);
            let angle = TAU * (turns * radius + y[0] / classes as f64);
            prop_assert!((x[0] - radius * angle.cos()).abs() < 1e-12);
            prop_assert!((x[1] - radius * angle.sin()).abs() < 1e-12);
            members[y[0] as usize].push(radius);
        }
        for (class, radii) in members.iter_mut().enumerate() {
            prop_assert_eq!(radii.len(), (n + classes - 1 - class) / classes);
            radii.sort_by(f64::total_cmp);
            for (i, radius) in radii.iter().enumerate() {
                prop_assert!((radius - (i + 1) as f64 / radii.len() as f64).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn without_noise_moons_and_circles_lie_on_their_curves(n in examples(), factor in 0.0..1.0_f64, seed: u64) {
        let data = moons(&Moons { examples: n, noise: 0.0 }, &mut portable(seed)).unwrap();
        prop_assert_eq!(data.targets().sum(), n.div_ceil(2) as f64);
        for (x, y) in data.iter() {
            let (x0, x1) = if y[0] == 0.0 { (x[0], x[1]) } else { (1.0 - x[0], 0.5 - x[1]) };
            prop_assert!((x0.hypot(x1) - 1.0).abs() < 1e-12 && x1 > -1e-12);
        }
        let data = circles(&Circles { examples: n, noise: 0.0, factor }, &mut portable(seed)).unwrap();
        prop_assert_eq!(data.targets().sum(), n.div_ceil(2) as f64);
        for (x, y) in data.iter() {
            let radius = if y[0] == 0.0 { 1.0 } else { factor };
            prop_assert!((x[0].hypot(x[1]) - radius).abs() < 1e-12);
        }
    }

    #[test]
    fn blobs_without_deviation_are_their_centres(n in examples(), classes in 1..6_usize, features in 0..4_usize, seed: u64) {
        let parameters = Blobs { examples: n, classes, features, deviation: 0.0, center_box: (2.0, 3.0) };
        let data = blobs(&parameters, &mut portable(seed)).unwrap();
        prop_assert_eq!(data.inputs().dim(), (n, features));
        prop_assert!(data.inputs().iter().all(|value| (2.0..=3.0).contains(value)));
        for (x, y) in data.iter() {
            let (first, _) = data.iter().find(|(_, other)| other == y).unwrap();
            prop_assert_eq!(x, first);
        }
        for class in 0..classes {
            let members = data.targets().iter().filter(|&&y| y == class as f64).count();
            prop_assert_eq!(members, (n + classes - 1 - class) / classes);
        }
    }
}
