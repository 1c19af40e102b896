//! Gradients kept small, and norms that lose nothing.

use brique_gradcheck::strategies::{Numbers, matrix, sizes};
use brique_optim::{clip_norm, clip_value};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

use crate::bag::Bag;
use crate::numbers;

/// Two parameters of these gradients.
fn of<T: Scalar>(first: Array2<T>, second: Array2<T>) -> Bag<T> {
    Bag::new([
        (Array2::ones(first.dim()), first),
        (Array2::ones(second.dim()), second),
    ])
}

fn pairs<T: Scalar>(numbers: Numbers) -> impl Strategy<Value = Bag<T>> {
    (sizes::<2>(), sizes::<2>())
        .prop_flat_map(move |([a, b], [c, d])| (matrix(a, b, numbers), matrix(c, d, numbers)))
        .prop_map(|(first, second)| of(first, second))
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{found}, expected {expected}"
    );
}

#[test]
fn clip_norm_is_pytorchs() {
    for (largest, [norm, expected @ ..]) in [(1.0, numbers::CLIP_TO_1), (5.0, numbers::CLIP_TO_5)] {
        let mut bag = of(array![[-1.25], [0.5]], array![[-0.5]]);
        close(clip_norm(&mut bag, largest).unwrap(), norm, 4e-16);
        for (found, expected) in bag.gradients().into_iter().zip(expected) {
            close(found, expected, 1e-15);
        }
        assert_eq!(bag.values(), [1.0; 3]);
    }
}

fn check_clip_norm<T: Scalar>(bag: &Bag<T>, largest: f64, tolerance: f64) {
    let squares = |bag: &Bag<T>| {
        bag.gradients()
            .into_iter()
            .map(|g| g.as_f64().powi(2))
            .sum::<f64>()
    };
    let mut clipped = bag.clone();
    let norm = clip_norm(&mut clipped, largest).unwrap();
    close(norm, squares(bag).sqrt(), 1e-14);
    if norm + 1e-6 <= largest {
        assert_eq!(&clipped, bag);
        return;
    }
    assert!(squares(&clipped).sqrt() <= largest * (1.0 + tolerance));
    for (found, g) in clipped.gradients().into_iter().zip(bag.gradients()) {
        close(found.as_f64(), g.as_f64() * largest / (norm + 1e-6), tolerance);
    }
}

proptest! {
    #[test]
    fn clip_norm_follows_its_formula(double in pairs::<f64>(Numbers::Tame), single in pairs::<f32>(Numbers::Tame), largest in 0.0..9.0) {
        check_clip_norm(&double, largest, 1e-14);
        check_clip_norm(&single, largest, 1e-6);
    }

    #[test]
    fn norms_of_huge_gradients_do_not_overflow(bag in pairs::<f32>(Numbers::Huge)) {
        let mut larger = bag.clone();
        larger.set_gradients(|index, _| bag.gradients()[index] * 1e18);
        check_clip_norm(&larger, 1.0, 1e-6);
    }

    #[test]
    fn clip_value_follows_its_formula(bag in pairs::<f64>(Numbers::Special), largest in 0.0..2.0) {
        let mut clipped = bag.clone();
        clip_value(&mut clipped, largest).unwrap();
        for (found, g) in clipped.gradients().into_iter().zip(bag.gradients()) {
            if g.is_nan() {
                prop_assert!(found.is_nan());
            } else {
                prop_assert_eq!(found, g.clamp(-largest, largest));
            }
        }
    }
}

#[test]
fn norms_whose_squares_leave_the_range_of_f64_are_right() {
    for unit in [1e200, 1e-200, 1e-320, 0.0] {
        let mut bag = of(array![[3.0 * unit]], array![[4.0 * unit, 0.0]]);
        close(clip_norm(&mut bag, f64::INFINITY).unwrap(), 5.0 * unit, 1e-3);
        assert_eq!(bag.gradients(), [3.0 * unit, 4.0 * unit, 0.0]);
    }
}

#[test]
fn a_million_gradients_lose_no_digits() {
    // Not a whole number of blocks, so that the rest is summed too.
    let count = 1_000_003;
    let mut bag = of(Array2::<f32>::from_elem((count, 1), 0.1), Array2::zeros((0, 2)));
    let expected = f64::from(0.1_f32) * (count as f64).sqrt();
    close(clip_norm(&mut bag, f64::INFINITY).unwrap(), expected, 1e-15);
}

#[test]
fn gradients_without_a_norm_are_refused_and_stay() {
    for (found, shown) in [(f64::NAN, "NaN"), (f64::NEG_INFINITY, "-inf")] {
        let mut bag = of(array![[1.0]], array![[2.0, 9.0], [found, f64::INFINITY]]);
        assert_eq!(
            clip_norm(&mut bag, 1.0).unwrap_err().to_string(),
            format!(
                "gradient_norm: the gradient of parameter 1 of Bag(2) is {shown} at [1, 0], \
                 expected finite numbers: there is no norm to scale by"
            )
        );
        assert_eq!(bag.gradients()[..3], [1.0, 2.0, 9.0]);
    }
    let mut bag = of(array![[f64::MAX]], array![[f64::MAX]]);
    assert_eq!(
        clip_norm(&mut bag, 1.0).unwrap_err().to_string(),
        "gradient_norm: the norm of the gradients is inf, expected a number that is finite in f64"
    );
    assert_eq!(bag.gradients(), [f64::MAX; 2]);
}

#[test]
fn bounds_that_mean_nothing_are_refused() {
    for found in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        let mut bag = of(array![[3.0]], array![[4.0]]);
        let expected = |index| format!("{index}: largest is {found}, expected a number of at least 0");
        assert_eq!(
            clip_norm(&mut bag, found).unwrap_err().to_string(),
            expected("clip_norm")
        );
        assert_eq!(
            clip_value(&mut bag, found).unwrap_err().to_string(),
            expected("clip_value")
        );
        assert_eq!(bag.gradients(), [3.0, 4.0]);
    }
}
