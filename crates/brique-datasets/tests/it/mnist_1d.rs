//! MNIST-1D against the authors' package, and the properties of any parameters.

use brique_datasets::{Dataset, Error, Mnist1D, mnist_1d};
use brique_random::{NumpyRandomState, RandomSource, portable};
use proptest::prelude::*;

const REFERENCE: &str = include_str!("../data/mnist_1d.txt");

/// The numbers of a line of the reference.
fn reference(name: &str) -> Vec<f64> {
    let mut lines = REFERENCE.lines().map(str::split_whitespace);
    let words = lines.find_map(|mut words| (words.next() == Some(name)).then_some(words));
    words
        .expect(name)
        .map(|word| word.parse().expect("a number"))
        .collect()
}

/// Compares the beginning of `found` with a line of the reference.
fn check<'a>(name: &str, found: impl IntoIterator<Item = &'a f64>, tolerance: f64) {
    let expected = reference(name);
    let found: Vec<f64> = found.into_iter().copied().take(expected.len()).collect();
    assert_eq!(found.len(), expected.len(), "{name}");
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance,
            "{name}[{index}] is {found}, expected {expected}"
        );
    }
}

fn absolute_sum(data: &Dataset) -> f64 {
    data.inputs().iter().map(|x| x.abs()).sum()
}

fn check_case(name: &str, seed: u32, parameters: &Mnist1D) -> (Dataset, Dataset) {
    let (train, test) = mnist_1d(parameters, &mut NumpyRandomState::new(seed)).unwrap();
    let line = |part: &str| format!("{name}.{part}");
    check(&line("train_length"), &[train.len() as f64], 0.0);
    check(&line("test_length"), &[test.len() as f64], 0.0);
    check(&line("train_labels"), train.targets(), 0.0);
    check(&line("test_labels"), test.targets(), 0.0);
    check(&line("train"), train.inputs(), 1e-12);
    check(&line("test"), test.inputs(), 1e-12);
    let sums = [absolute_sum(&train), absolute_sum(&test)];
    check(&line("absolute_sums"), &sums, 1e-12 * sums[0]);
    let columns = train.inputs().columns().into_iter().map(|column| column.sum());
    // The rounding of numbers near 1 grows with their number.
    let tolerance = 1e-14 * train.len().max(100) as f64;
    check(&line("column_sums"), &columns.collect::<Vec<_>>(), tolerance);
    (train, test)
}

#[test]
fn templates_are_the_published_ones() {
    check("templates", &Mnist1D::templates(), 1e-15);
    assert_eq!(reference("templates").len(), Mnist1D::templates().len());
}

#[test]
fn the_published_data_set() {
    let (train, _) = check_case("published", 42, &Mnist1D::default());
    check("published.train_last", train.inputs().row(3999), 1e-12);
}

#[test]
fn shuffled_points_are_the_published_ones() {
    let parameters = Mnist1D {
        shuffle_points: true,
        ..Mnist1D::default()
    };
    let (train, _) = check_case("shuffled", 42, &parameters);
    check("shuffled.train_last", train.inputs().row(3999), 1e-12);
}

#[test]
fn every_number_of_a_small_data_set() {
    let parameters = Mnist1D {
        examples: 60,
        ..Mnist1D::default()
    };
    let (train, test) = check_case("small", 43, &parameters);
    assert_eq!(reference("small.train").len(), train.inputs().len());
    assert_eq!(reference("small.train_labels").len(), train.len());
    assert_eq!(reference("small.test").len(), test.inputs().len());
    assert_eq!(reference("small.test_labels").len(), test.len());
}

#[test]
fn other_parameters_do_what_they_do_in_the_package() {
    let parameters = Mnist1D {
        examples: 200,
        train_fraction: 0.5,
        padding: (10, 20),
        scale: 0.8,
        max_translation: 12,
        correlated_noise: 0.1,
        independent_noise: 0.1,
        shear: 0.2,
        length: 32,
        ..Mnist1D::default()
    };
    let (train, _) = check_case("other", 44, &parameters);
    check("other.train_last", train.inputs().row(99), 1e-12);
}

#[test]
fn another_seed_gives_another_data_set() {
    let small = Mnist1D {
        examples: 30,
        ..Mnist1D::default()
    };
    let of = |seed| mnist_1d(&small, &mut NumpyRandomState::new(seed)).unwrap();
    assert_eq!(of(1), of(1));
    let ((one, _), (other, _)) = (of(1), of(2));
    let rows = one.inputs().outer_iter();
    assert!(rows.zip(other.inputs().outer_iter()).all(|(a, b)| a != b));
    assert_ne!(one.targets(), other.targets());
}

/// No example without its transformations: a template, and zeros.
#[test]
fn without_noise_an_example_is_its_template() {
    let still = Mnist1D {
        examples: 10,
        train_fraction: 1.0,
        template_length: 12,
        padding: (12, 12),
        scale: 0.0,
        max_translation: 1,
        correlated_noise: 0.0,
        independent_noise: 0.0,
        shear: 0.0,
        shuffle_points: false,
        length: 24,
    };
    let (data, _) = mnist_1d(&still, &mut portable(1)).unwrap();
    let templates = Mnist1D::templates();
    let mean = templates.sum() / 240.0;
    let variance = templates.iter().map(|x| x * x).sum::<f64>() / 240.0 - mean * mean;
    for (x, y) in data.iter() {
        let template = templates.row(y[0] as usize);
        for (point, x) in x.iter().enumerate() {
            let expected = template.get(point).copied().unwrap_or(0.0) - mean;
            assert!((x - expected / variance.sqrt()).abs() < 1e-6);
        }
    }
}

#[test]
fn numbers_that_are_all_equal_become_zero() {
    let flat = Mnist1D {
        examples: 20,
        scale: 0.0,
        max_translation: 1,
        independent_noise: 0.0,
        shear: 0.0,
        length: 1,
        ..Mnist1D::default()
    };
    let (train, test) = mnist_1d(&flat, &mut portable(1)).unwrap();
    assert!(
        train
            .inputs()
            .iter()
            .chain(test.inputs())
            .all(|x| x.abs() < 1e-12)
    );
}

#[test]
fn defaults_are_the_published_ones() {
    let Mnist1D {
        examples,
        train_fraction,
        template_length,
        padding,
        scale,
        max_translation,
        correlated_noise,
        independent_noise,
        shear,
        shuffle_points,
        length,
    } = Mnist1D::default();
    assert_eq!((examples, template_length, length), (5000, 12, 40));
    assert_eq!((train_fraction, scale, shear), (0.8, 0.4, 0.75));
    assert_eq!((padding, max_translation), ((36, 60), 48));
    assert_eq!((correlated_noise, independent_noise), (0.25, 0.02));
    assert!(!shuffle_points);
}

/// The message, after a look at whether something was drawn.
fn refused(parameters: &Mnist1D) -> String {
    let mut rng = portable(1);
    let error: Error = mnist_1d(parameters, &mut rng).unwrap_err();
    assert_eq!(rng, portable(1), "something was drawn");
    error.to_string()
}

#[test]
fn bad_parameters_are_named() {
    type Change = fn(&mut Mnist1D, f64);
    let numbers: [(&str, Change); 4] = [
        ("scale", |parameters, value| parameters.scale = value),
        ("correlated_noise", |parameters, value| {
            parameters.correlated_noise = value;
        }),
        ("independent_noise", |parameters, value| {
            parameters.independent_noise = value;
        }),
        ("shear", |parameters, value| parameters.shear = value),
    ];
    for (name, change) in numbers {
        for value in [-0.1, f64::NAN, f64::INFINITY] {
            let mut parameters = Mnist1D::default();
            change(&mut parameters, value);
            assert_eq!(
                refused(&parameters),
                format!("mnist_1d: {name} is {value}, expected a finite number of at least 0")
            );
        }
    }
    for train_fraction in [-0.1, 1.1, f64::NAN] {
        let parameters = Mnist1D {
            train_fraction,
            ..Mnist1D::default()
        };
        assert_eq!(
            refused(&parameters),
            format!("mnist_1d: train_fraction is {train_fraction}, expected a number from 0 to 1")
        );
    }
}

#[test]
fn bad_sizes_are_named() {
    type Change = fn(&mut Mnist1D);
    let cases: [(&str, Change); 4] = [
        (
            "padding is (3, 2), expected two numbers, the lower one first",
            |parameters| parameters.padding = (3, 2),
        ),
        ("max_translation is 0, expected at least 1", |parameters| {
            parameters.max_translation = 0;
        }),
        ("length is 0, expected at least 1", |parameters| {
            parameters.length = 0;
        }),
        (
            "template_length + padding.1 is 0, expected at least 1",
            |parameters| (parameters.template_length, parameters.padding) = (0, (0, 0)),
        ),
    ];
    for (message, change) in cases {
        let mut parameters = Mnist1D::default();
        change(&mut parameters);
        assert_eq!(refused(&parameters), format!("mnist_1d: {message}"));
    }
    let too_large: [Change; 5] = [
        |parameters| parameters.examples = usize::MAX,
        |parameters| parameters.length = usize::MAX,
        |parameters| parameters.template_length = usize::MAX,
        |parameters| parameters.padding = (0, usize::MAX),
        |parameters| parameters.padding = (usize::MAX, usize::MAX),
    ];
    for change in too_large {
        let mut parameters = Mnist1D::default();
        change(&mut parameters);
        let message = refused(&parameters);
        assert!(
            message.ends_with("expected as many as memory can address"),
            "{message}"
        );
    }
}

fn small_parameters() -> impl Strategy<Value = Mnist1D> {
    let sizes = (0..25_usize, 0..14_usize, 1..50_usize);
    let padding = (0..30_usize, 0..30_usize);
    let options = (0.0..=1.0_f64, 1..60_usize, any::<bool>(), 0.0..2.0_f64);
    (sizes, padding, options).prop_map(|(sizes, padding, options)| Mnist1D {
        examples: sizes.0,
        train_fraction: options.0,
        // The length before the last interpolation is at least 1.
        template_length: sizes.1 + usize::from(padding.0 + padding.1 == 0),
        padding: (padding.0, padding.0 + padding.1),
        scale: options.3,
        max_translation: options.1,
        shuffle_points: options.2,
        length: sizes.2,
        ..Mnist1D::default()
    })
}

proptest! {
    #[test]
    fn sizes_classes_and_moments_are_as_documented(parameters in small_parameters(), seed: u32) {
        let sources: [Box<dyn RandomSource>; 2] =
            [Box::new(NumpyRandomState::new(seed)), Box::new(portable(seed.into()))];
        for mut rng in sources {
            let (train, test) = mnist_1d(&parameters, &mut *rng).unwrap();
            let n = parameters.examples;
            prop_assert_eq!(train.len(), (n as f64 * parameters.train_fraction).floor() as usize);
            prop_assert_eq!(train.len() + test.len(), n);
            prop_assert_eq!(train.inputs().ncols(), parameters.length);
            prop_assert_eq!(test.inputs().ncols(), parameters.length);
            for class in 0..10 {
                let all = train.targets().iter().chain(test.targets());
                let members = all.filter(|&&target| target == class as f64).count();
                prop_assert_eq!(members, (n + 9 - class) / 10);
            }
            let numbers: Vec<f64> = train.inputs().iter().chain(test.inputs()).copied().collect();
            prop_assert!(numbers.iter().all(|x| x.is_finite()));
            if numbers.len() > 1 {
                let count = numbers.len() as f64;
                prop_assert!((numbers.iter().sum::<f64>() / count).abs() < 1e-9);
                prop_assert!((numbers.iter().map(|x| x * x).sum::<f64>() / count - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn shuffling_points_only_reorders_them(seed: u32) {
        let plain = Mnist1D { examples: 10, train_fraction: 1.0, ..Mnist1D::default() };
        let shuffled = Mnist1D { shuffle_points: true, ..plain.clone() };
        let (one, _) = mnist_1d(&plain, &mut NumpyRandomState::new(seed)).unwrap();
        let (other, _) = mnist_1d(&shuffled, &mut NumpyRandomState::new(seed)).unwrap();
        prop_assert_eq!(one.targets(), other.targets());
        let columns = |data: &Dataset| {
            let mut columns: Vec<Vec<u64>> =
                data.inputs().columns().into_iter().map(|c| c.iter().map(|x| x.to_bits()).collect()).collect();
            columns.sort_unstable();
            columns
        };
        prop_assert_eq!(columns(&one), columns(&other));
    }
}
