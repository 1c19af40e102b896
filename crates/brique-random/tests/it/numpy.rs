//! Expected values: numpy 2.4.6, `numpy.random.RandomState`, as IEEE 754 bits.

use brique_random::{NumpyRandomState, RandomSource};

fn bits(values: impl IntoIterator<Item = f64>) -> Vec<u64> {
    values.into_iter().map(f64::to_bits).collect()
}

fn draws(n: usize, mut draw: impl FnMut() -> f64) -> Vec<u64> {
    bits((0..n).map(|_| draw()))
}

#[test]
fn random_sample_of_small_and_largest_seeds() {
    let first_three = |seed| {
        let mut state = NumpyRandomState::new(seed);
        draws(3, || state.random_sample())
    };
    assert_eq!(
        first_three(42),
        [
            0x3fd7_f877_1e5f_51ec,
            0x3fee_6c40_68bb_d654,
            0x3fe7_6c7e_8f1e_6751
        ]
    );
    assert_eq!(
        first_three(0),
        [
            0x3fe1_8fe1_565f_12a8,
            0x3fe6_e2d4_cf60_8733,
            0x3fe3_49d6_6b6e_894b
        ]
    );
    assert_eq!(
        first_three(u32::MAX),
        [
            0x3fb8_fe69_a392_4820,
            0x3fed_323d_8240_32b1,
            0x3fe9_3fc6_f61a_f3f9
        ]
    );
}

#[test]
fn uniform() {
    let mut state = NumpyRandomState::new(7);
    assert_eq!(
        draws(4, || state.uniform(-2.5, 0.1)),
        [
            0xc002_69ac_7268_aee0,
            0xbfde_38b5_12f7_2300,
            0xbff5_c31d_f6e9_ca29,
            0xbfe3_cec5_3e76_4032
        ]
    );
}

#[test]
fn standard_normal() {
    let mut state = NumpyRandomState::new(42);
    assert_eq!(
        draws(7, || state.standard_normal()),
        [
            0x3fdf_ca2a_28a9_307c,
            0xbfc1_b2a5_05de_052a,
            0x3fe4_b9dd_5024_5e68,
            0x3ff8_5e54_8e01_aa2b,
            0xbfcd_f8bc_df57_a640,
            0xbfcd_f833_2670_db3b,
            0x3ff9_4474_a840_7408
        ]
    );
}

#[test]
fn the_second_variate_waits_through_other_draws() {
    let mut state = NumpyRandomState::new(1 << 31);
    let before = [
        state.standard_normal(),
        state.random_sample(),
        state.standard_normal(),
        state.standard_normal(),
        state.normal(3.0, 0.5),
    ];
    assert_eq!(
        bits(before),
        [
            0x3fd4_61e9_b1db_9e84,
            0x3fe8_d0e1_c8a6_2528,
            0xbfd6_20d3_4199_8be7,
            0xc000_6393_fd87_ba29,
            0x400a_21dd_d639_8b87
        ]
    );
    assert_eq!(state.permutation(7), [0, 3, 2, 5, 4, 1, 6]);
    assert_eq!(state.normal(-1.0, 2.0).to_bits(), 0xbffd_2f3a_27f1_fd62);
}

#[test]
fn permutation() {
    let of_seed_5 = |n| NumpyRandomState::new(5).permutation(n);
    assert_eq!(of_seed_5(0), [0_usize; 0]);
    assert_eq!(of_seed_5(1), [0]);
    assert_eq!(of_seed_5(2), [0, 1]);
    assert_eq!(of_seed_5(3), [0, 1, 2]);
    let checksum = |order: &[usize]| -> usize { order.iter().enumerate().map(|(i, j)| i * j).sum() };
    assert_eq!(
        of_seed_5(100)[..12],
        [66, 32, 46, 28, 74, 23, 10, 20, 17, 35, 97, 37]
    );
    assert_eq!(checksum(&of_seed_5(100)), 253_113);
    assert_eq!(
        of_seed_5(1000)[..12],
        [544, 515, 193, 11, 279, 653, 643, 763, 198, 721, 236, 500]
    );
    assert_eq!(checksum(&of_seed_5(1000)), 243_748_383);
}

/// The numbers of `choice`, and the draw after them.
#[test]
fn uniform_integer() {
    let of_seed_7 = |maxima: &[usize]| {
        let mut state = NumpyRandomState::new(7);
        let integers: Vec<usize> = maxima.iter().map(|&max| state.uniform_integer(max)).collect();
        (integers, state.random_sample())
    };
    assert_eq!(
        of_seed_7(&[47; 8]),
        (vec![47, 4, 25, 3, 19, 23, 39, 28], 0.308_012_765_187_739_35)
    );
    assert_eq!(
        of_seed_7(&[0, 0, 1, 2, 999, (1 << 31) - 1, u32::MAX as usize]),
        (
            vec![0, 0, 1, 0, 537, 1_369_975_286, 1_882_953_283],
            0.978_222_897_078_582_5
        )
    );
}

fn check_diagonal_normal(variances: &[f64], expected: &[u64]) {
    let mut state = NumpyRandomState::new(9);
    let mean: Vec<f64> = (0..variances.len()).map(|i| i as f64).collect();
    let mut examples = vec![0.0; 2 * mean.len()];
    for example in examples.chunks_mut(mean.len()) {
        state
            .diagonal_normal(&mean, variances, example)
            .expect("mean and variances are sound");
    }
    assert_eq!(bits(examples), expected);
}

#[test]
fn diagonal_normal_draws_the_widest_component_first() {
    check_diagonal_normal(
        &[0.1, 0.2],
        &[
            0xbfb7_7099_572c_8747,
            0x3ff0_0207_d7c2_8bf5,
            0xbf70_afc7_47ff_b12a,
            0x3fe0_0735_7167_b02e,
        ],
    );
    check_diagonal_normal(
        &[0.2, 0.1, 0.3],
        &[
            0xbfc0_9310_71ab_b584,
            0x3fe4_b4c9_b99d_a89d,
            0x4000_013e_5660_721d,
            0xbfc5_a89e_dc5c_cf3a,
            0x3feb_2199_c2b1_f742,
            0x3fff_e319_100d_0d23,
        ],
    );
}

#[test]
fn diagonal_normal_without_spread_is_the_mean() {
    check_diagonal_normal(
        &[0.0, 1.0],
        &[
            0x0000_0000_0000_0000,
            0x3ff0_048a_6763_c1a1,
            0x0000_0000_0000_0000,
            0xbfbd_b685_6fd4_4bf0,
        ],
    );
}
