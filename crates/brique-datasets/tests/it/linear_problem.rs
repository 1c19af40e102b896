//! Expected data: numpy 2.4.6 after `numpy.random.seed(42)`, as IEEE 754 bits.

use brique_datasets::{Error, LinearProblem, line, linspace, plane};
use brique_random::{NumpyRandomState, RandomSource, portable};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

#[test]
fn the_line_is_the_reports() {
    let data = line(&mut NumpyRandomState::new(42));
    let target = |row: usize| data.targets()[[row, 0]].to_bits();
    assert_eq!(
        [0, 1, 50, 99].map(target),
        [
            0x4013_f945_4515_2610,
            0x4010_1b23_4306_f8e3,
            0x4033_ccb8_07f0_05e8,
            0x4040_c3f2_18fe_1763
        ]
    );
    let input = |row: usize| data.inputs()[[row, 0]].to_bits();
    assert_eq!(
        [1, 50, 98].map(input),
        [
            0x3fb9_dbcc_4867_6f31,
            0x4014_33b7_9890_cede,
            0x4023_cc48_676f_3122
        ]
    );
    assert_eq!((data.len(), data.inputs()[[99, 0]]), (100, 10.0));
}

#[test]
fn the_plane_is_the_reports() {
    let data = plane(&mut NumpyRandomState::new(42));
    assert_eq!(data.inputs().dim(), (100, 3));
    assert_eq!(
        [0, 1, 2].map(|column| data.inputs()[[99, column]].to_bits()),
        [
            0x3fcb_a005_ff71_abe4,
            0x3fe3_eeb8_01d4_3d51,
            0x3fb5_d954_daf1_da60
        ]
    );
    let expected = [
        0x4014_6f17_f6c1_807f_u64,
        0x4015_91a0_9953_236a,
        0x401e_5974_add6_de26,
        0x4013_d993_7ca7_71c1,
    ];
    for (row, expected) in [0, 1, 50, 99].into_iter().zip(expected) {
        // NumPy's product of a row with the weights may round its last digit otherwise.
        let distance = data.targets()[[row, 0]].to_bits().abs_diff(expected);
        assert!(distance <= 2, "row {row} is {distance} ULP away");
    }
}

#[test]
fn linspace_rounds_as_numpy_does() {
    let bits: Vec<u64> = linspace(-1.3, 2.7, 7).into_iter().map(f64::to_bits).collect();
    assert_eq!(
        bits,
        [
            0xbff4_cccc_cccc_cccd,
            0xbfe4_4444_4444_4445,
            0x3fa1_1111_1111_1100,
            0x3fe6_6666_6666_6666,
            0x3ff5_dddd_dddd_dddd,
            0x4000_4444_4444_4444,
            0x4005_9999_9999_999a
        ]
    );
    assert_eq!(linspace(1.0, 2.0, 0), [0.0; 0]);
}

#[test]
fn linspace_ends_where_it_is_told_to() {
    for n in 2..200 {
        let points = linspace(0.1, 0.7, n);
        assert_eq!((points.len(), points[0], points[n - 1]), (n, 0.1, 0.7));
    }
}

proptest! {
    #[test]
    fn targets_are_the_formula_plus_noise(
        weights in proptest::collection::vec(-5.0..5.0_f64, 0..5), bias in -5.0..5.0_f64, noise in 0.0..3.0_f64,
        n in prop_oneof![Just(0_usize), Just(1), 2..20_usize], seed: u64,
    ) {
        let mut rng = portable(seed);
        let inputs = Array2::from_shape_simple_fn((n, weights.len()), || rng.standard_normal());
        let problem = LinearProblem { weights: weights.clone(), bias, noise };
        let data = problem.dataset(inputs.clone(), &mut portable(seed)).unwrap();
        let mut rng = portable(seed);
        for (row, (x, y)) in data.iter().enumerate() {
            prop_assert_eq!(x, inputs.row(row));
            let exact: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>() + bias;
            prop_assert!((y[0] - exact - noise * rng.standard_normal()).abs() < 1e-12);
        }
    }
}

#[test]
fn what_does_not_fit_is_named_and_nothing_is_drawn() {
    let good = LinearProblem {
        weights: vec![1.0, 2.0],
        bias: 0.0,
        noise: 1.0,
    };
    let inputs = Array2::zeros((3, 2));
    let refused = |problem: &LinearProblem, inputs: &Array2<f64>| {
        let mut rng = portable(1);
        let error = problem.dataset(inputs.clone(), &mut rng).unwrap_err();
        assert_eq!(rng, portable(1));
        error
    };
    assert_eq!(
        refused(&good, &Array2::zeros((3, 4))).to_string(),
        "the inputs have 4 columns, expected 2: one for each weight of the linear problem"
    );
    for problem in [
        LinearProblem {
            weights: vec![1.0, f64::NAN],
            ..good.clone()
        },
        LinearProblem {
            bias: f64::INFINITY,
            ..good.clone()
        },
        LinearProblem {
            noise: -1.0,
            ..good.clone()
        },
    ] {
        assert!(matches!(
            refused(&problem, &inputs),
            Error::Parameter {
                function: "LinearProblem",
                ..
            }
        ));
    }
    let one_bad = LinearProblem {
        weights: vec![1.0, f64::NAN],
        ..good.clone()
    };
    assert_eq!(
        refused(&one_bad, &inputs).to_string(),
        "LinearProblem: weights is NaN at index 1, expected finite numbers"
    );
    assert_eq!(
        good.dataset(array![[1.0, 1.0]], &mut portable(1)).unwrap().len(),
        1
    );
}
