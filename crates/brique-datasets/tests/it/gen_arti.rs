//! Expected data: the course's `gen_arti` on numpy 2.4.6 after `numpy.random.seed(7)`, as IEEE 754 bits.

use brique_datasets::{DataType, Dataset, Error, GenArti, gen_arti};
use brique_random::{NumpyRandomState, RandomSource, portable};
use proptest::prelude::*;

fn bits(values: impl IntoIterator<Item = f64>) -> Vec<u64> {
    values.into_iter().map(f64::to_bits).collect()
}

fn check_original(data_type: DataType, inputs: [u64; 8], targets: [f64; 4]) {
    let parameters = GenArti {
        centerx: 2.5,
        centery: 2.5,
        sigma: 0.3,
        nbex: 4,
        data_type,
        epsilon: 0.05,
    };
    let data = gen_arti(&parameters, &mut NumpyRandomState::new(7)).unwrap();
    assert_eq!(bits(data.inputs().iter().copied()), inputs);
    assert_eq!(data.targets().iter().copied().collect::<Vec<_>>(), targets);
}

#[test]
fn two_gaussians_are_the_originals() {
    check_original(
        DataType::TwoGaussians,
        [
            0xc007_b501_d342_af8c,
            0xc004_168a_5ccd_f4e1,
            0xc004_1290_b8c9_a92f,
            0xc00c_4526_243a_30eb,
            0x4004_624e_7d5f_19f7,
            0x4005_ae5c_da4b_293c,
            0x400b_d088_0870_a386,
            0x4002_2915_82d9_9b8a,
        ],
        [-1.0, -1.0, 1.0, 1.0],
    );
}

#[test]
fn four_gaussians_are_the_originals() {
    check_original(
        DataType::FourGaussians,
        [
            0xc007_b501_d342_af8c,
            0x4003_e975_a332_0b1f,
            0x4003_ed6f_4736_56d1,
            0xc00c_4526_243a_30eb,
            0xc003_9db1_82a0_e609,
            0xc002_51a3_25b4_d6c4,
            0x400b_d088_0870_a386,
            0x4002_2915_82d9_9b8a,
        ],
        [-1.0, -1.0, 1.0, 1.0],
    );
}

#[test]
fn the_checkerboard_is_the_originals() {
    check_original(
        DataType::Checkerboard,
        [
            0x400e_ff96_9dbb_f1ee,
            0x3fd5_53ac_0679_39bf,
            0x3fa3_f651_8121_365e,
            0xc00b_7e46_f1db_7704,
            0xbfe2_9325_cea1_32a7,
            0x3ffc_775f_b580_dbd5,
            0xc00b_1ddb_2d75_aa74,
            0x4001_aa25_43c1_9785,
        ],
        [1.0, -1.0, -1.0, -1.0],
    );
}

fn exact(data_type: DataType, nbex: usize) -> Dataset {
    let parameters = GenArti {
        centerx: 2.0,
        centery: -5.0,
        sigma: 0.0,
        nbex,
        data_type,
        epsilon: 0.0,
    };
    gen_arti(&parameters, &mut portable(1)).unwrap()
}

fn count(data: &Dataset, x: [f64; 2], y: f64) -> usize {
    data.iter()
        .filter(|(input, target)| input[0] == x[0] && input[1] == x[1] && target[0] == y)
        .count()
}

proptest! {
    #[test]
    fn any_number_of_examples_fills_the_first_clusters_first(nbex in prop_oneof![0..9_usize, 90..110_usize]) {
        let two = exact(DataType::TwoGaussians, nbex);
        prop_assert_eq!(two.len(), nbex);
        prop_assert_eq!(count(&two, [2.0, -5.0], 1.0), nbex.div_ceil(2));
        prop_assert_eq!(count(&two, [-2.0, 5.0], -1.0), nbex / 2);

        let four = exact(DataType::FourGaussians, nbex);
        prop_assert_eq!(four.len(), nbex);
        for (place, (centre, label)) in
            [([2.0, -5.0], 1.0), ([-2.0, 5.0], 1.0), ([-2.0, -5.0], -1.0), ([2.0, 5.0], -1.0)].into_iter().enumerate()
        {
            prop_assert_eq!(count(&four, centre, label), (nbex + 3 - place) / 4);
        }
    }

    #[test]
    fn checkerboard_labels_are_those_of_the_cells(nbex in 0..200_usize) {
        let board = exact(DataType::Checkerboard, nbex);
        prop_assert_eq!(board.len(), nbex);
        for (x, y) in board.iter() {
            prop_assert!(x.iter().all(|value| (-4.0..4.0).contains(value)));
            // Cells (0, 1] × (0, 1] have 1 + 1 = 2, even: −1.
            let white = (x[0].ceil() as i64 + x[1].ceil() as i64).rem_euclid(2) == 1;
            prop_assert_eq!(y[0], if white { 1.0 } else { -1.0 });
        }
    }
}

#[test]
fn sigma_is_a_variance_and_epsilon_a_deviation() {
    let parameters = GenArti {
        centerx: 0.0,
        centery: 0.0,
        sigma: 4.0,
        nbex: 40_000,
        epsilon: 3.0,
        ..GenArti::default()
    };
    let data = gen_arti(&parameters, &mut portable(5)).unwrap();
    for column in data.inputs().columns() {
        let variance = column.iter().map(|value| value * value).sum::<f64>() / 40_000.0;
        assert!((variance - (4.0 + 9.0)).abs() < 0.3, "{variance}");
    }
}

#[test]
fn defaults_are_the_reports() {
    let expected = GenArti {
        centerx: 1.0,
        centery: 1.0,
        sigma: 0.1,
        nbex: 1000,
        data_type: DataType::TwoGaussians,
        epsilon: 0.02,
    };
    assert_eq!(GenArti::default(), expected);
}

#[test]
fn bad_parameters_are_named_and_nothing_is_drawn() {
    let default = GenArti::default;
    let cases = [
        (
            GenArti {
                sigma: -0.1,
                ..default()
            },
            "sigma is -0.1, expected a finite number of at least 0",
        ),
        (
            GenArti {
                sigma: f64::NAN,
                ..default()
            },
            "sigma is NaN, expected a finite number of at least 0",
        ),
        (
            GenArti {
                epsilon: -1.0,
                ..default()
            },
            "epsilon is -1, expected a finite number of at least 0",
        ),
        (
            GenArti {
                epsilon: f64::INFINITY,
                ..default()
            },
            "epsilon is inf, expected a finite number of at least 0",
        ),
        (
            GenArti {
                centerx: f64::NAN,
                ..default()
            },
            "centerx is NaN, expected a finite number",
        ),
        (
            GenArti {
                centery: f64::INFINITY,
                ..default()
            },
            "centery is inf, expected a finite number",
        ),
    ];
    for (parameters, message) in cases {
        let mut rng = portable(1);
        let error = gen_arti(&parameters, &mut rng).unwrap_err();
        assert!(matches!(
            error,
            Error::Parameter {
                function: "gen_arti",
                ..
            }
        ));
        assert_eq!(error.to_string(), format!("gen_arti: {message}"));
        assert_eq!(rng.standard_normal(), portable(1).standard_normal());
    }
}

#[test]
fn zero_one_targets() {
    let data = gen_arti(
        &GenArti {
            nbex: 50,
            ..GenArti::default()
        },
        &mut portable(1),
    )
    .unwrap();
    let binary = data.clone().with_zero_one_targets().unwrap();
    assert_eq!(binary.inputs(), data.inputs());
    assert_eq!(binary.targets(), &data.targets().mapv(|y| f64::midpoint(y, 1.0)));
    let error = binary.with_zero_one_targets().unwrap_err();
    assert!(error.to_string().contains("is 0, expected -1 or 1"), "{error}");
}

#[test]
fn more_examples_than_memory_can_address_are_refused() {
    for data_type in [
        DataType::TwoGaussians,
        DataType::FourGaussians,
        DataType::Checkerboard,
    ] {
        let parameters = GenArti {
            nbex: usize::MAX,
            data_type,
            ..GenArti::default()
        };
        let error = gen_arti(&parameters, &mut portable(1)).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("expected as many as memory can address"),
            "{error}"
        );
    }
}
