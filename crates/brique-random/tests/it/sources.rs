use brique_random::{Error, NumpyRandomState, RandomSource, portable};
use proptest::prelude::*;

/// Both sources, at the start of the streams of one seed.
fn sources(seed: u32) -> [Box<dyn RandomSource>; 2] {
    [
        Box::new(NumpyRandomState::new(seed)),
        Box::new(portable(seed.into())),
    ]
}

/// A source that implements only what it has to.
struct Required(Box<dyn RandomSource>);

impl RandomSource for Required {
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        self.0.uniform(low, high)
    }

    fn standard_normal(&mut self) -> f64 {
        self.0.standard_normal()
    }

    fn shuffle(&mut self, indices: &mut [usize]) {
        self.0.shuffle(indices);
    }
}

proptest! {
    #[test]
    fn permutation_holds_every_index_once(seed: u32, n in prop_oneof![Just(0_usize), Just(1), 2..300_usize]) {
        for mut source in sources(seed) {
            let mut order = source.permutation(n);
            order.sort_unstable();
            prop_assert_eq!(order, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn uniform_stays_inside(seed: u32, low in -1e6..1e6_f64, width in 0.0..1e6_f64) {
        for mut source in sources(seed) {
            let value = source.uniform(low, low + width);
            prop_assert!((low..=low + width).contains(&value));
        }
    }

    #[test]
    fn uniform_integer_is_at_most_max(seed: u32, max in prop_oneof![Just(0_usize), Just(1), 2..300_usize, any::<usize>()]) {
        for mut source in sources(seed) {
            prop_assert!(source.uniform_integer(max) <= max);
            prop_assert!(Required(source).uniform_integer(max) <= max);
        }
    }

    #[test]
    fn same_seed_same_draws(seed: u32) {
        for (mut one, mut other) in sources(seed).into_iter().zip(sources(seed)) {
            prop_assert_eq!(one.permutation(9), other.permutation(9));
            prop_assert_eq!(one.uniform_integer(99), other.uniform_integer(99));
            prop_assert_eq!(one.uniform(0.0, 1.0).to_bits(), other.uniform(0.0, 1.0).to_bits());
            prop_assert_eq!(one.standard_normal().to_bits(), other.standard_normal().to_bits());
        }
    }

    #[test]
    fn normal_shifts_and_stretches(seed: u32, mean in -9.0..9.0_f64, deviation in 0.0..9.0_f64) {
        for (mut one, mut other) in sources(seed).into_iter().zip(sources(seed)) {
            prop_assert_eq!(one.normal(mean, deviation), mean + deviation * other.standard_normal());
        }
    }
}

#[test]
fn draws_have_their_distributions() {
    let n = 100_000;
    for mut source in sources(3) {
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / f64::from(n);
            (
                mean,
                values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n),
            )
        };
        let uniforms: Vec<f64> = (0..n).map(|_| source.uniform(-1.0, 5.0)).collect();
        let (mean, variance) = moments(&uniforms);
        assert!(
            (mean - 2.0).abs() < 0.03 && (variance - 3.0).abs() < 0.03,
            "uniform: {mean}, {variance}"
        );

        let normals: Vec<f64> = (0..n).map(|_| source.standard_normal()).collect();
        let (mean, variance) = moments(&normals);
        assert!(
            mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03,
            "normal: {mean}, {variance}"
        );
        let beyond_two = normals.iter().filter(|z| z.abs() > 2.0).count();
        assert!(
            (4300..4800).contains(&beyond_two),
            "{beyond_two} of {n} beyond two deviations"
        );
    }
}

#[test]
fn each_integer_is_equally_likely() {
    let [numpy, portable] = sources(3);
    let [by_default, _] = sources(4);
    for mut source in [numpy, portable, Box::new(Required(by_default))] {
        let mut counts = [0_i32; 6];
        for _ in 0..60_000 {
            counts[source.uniform_integer(5)] += 1;
        }
        // The standard deviation of a count is 91.
        assert!(
            counts.iter().all(|count| (count - 10_000).abs() < 400),
            "{counts:?}"
        );
    }
}

#[test]
fn each_index_can_come_to_each_place() {
    for mut source in sources(3) {
        let mut met = [[false; 6]; 6];
        for _ in 0..500 {
            for (place, index) in source.permutation(6).into_iter().enumerate() {
                met[place][index] = true;
            }
        }
        assert_eq!(met, [[true; 6]; 6]);
    }
}

#[test]
fn diagonal_normal_names_what_is_wrong_and_draws_nothing() {
    for (mut source, mut untouched) in sources(1).into_iter().zip(sources(1)) {
        let mut example = [7.0; 2];
        assert_eq!(
            source.diagonal_normal(&[0.0; 2], &[1.0; 3], &mut example),
            Err(Error::Lengths {
                mean: 2,
                variances: 3,
                example: 2
            })
        );
        assert_eq!(
            source.diagonal_normal(&[0.0; 2], &[1.0; 2], &mut example[..1]),
            Err(Error::Lengths {
                mean: 2,
                variances: 2,
                example: 1
            })
        );
        let error = source
            .diagonal_normal(&[0.0; 2], &[1.0, -0.5], &mut example)
            .unwrap_err();
        assert_eq!(
            error,
            Error::Variance {
                index: 1,
                found: -0.5
            }
        );
        assert_eq!(
            error.to_string(),
            "diagonal_normal: variances[1] is -0.5, expected a finite number of at least 0"
        );
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(
                source
                    .diagonal_normal(&[0.0; 2], &[bad, 1.0], &mut example)
                    .is_err()
            );
        }
        assert_eq!(example, [7.0; 2]);
        assert_eq!(
            source.standard_normal().to_bits(),
            untouched.standard_normal().to_bits()
        );
    }
}

#[test]
fn a_borrowed_rand_generator_is_a_source() {
    let mut rng = portable(5);
    let expected = rng.clone().standard_normal();
    let borrowed: &mut dyn RandomSource = &mut rng;
    assert_eq!(borrowed.standard_normal().to_bits(), expected.to_bits());
}

/// The stream of seed 42: another generator, another seeding, or other ways of drawing would show here first.
#[test]
fn the_portable_stream_stays_what_it_is() {
    let mut rng = portable(42);
    let bits: Vec<u64> = [
        rng.uniform(0.0, 1.0),
        rng.uniform(-4.0, 4.0),
        rng.standard_normal(),
        rng.standard_normal(),
        rng.normal(1.0, 0.1),
    ]
    .map(f64::to_bits)
    .to_vec();
    assert_eq!(
        bits,
        [
            0x3fea_0ec9_a9e8_8ecd,
            0xbff7_30df_45d4_4868,
            0x3ff6_860d_5903_a0df,
            0x3fdd_b9a0_e1db_8f0b,
            0x3ff1_869f_381e_25d4
        ]
    );
    assert_eq!(rng.permutation(10), [5, 3, 8, 0, 7, 1, 9, 4, 2, 6]);
    assert_eq!([9, 999].map(|max| rng.uniform_integer(max)), [1, 605]);
}
