use std::array::from_fn;

use brique_tensor::ndarray::Array2;
use brique_tensor::{
    Elementwise, Matrix, Scalar, Simd, SimdLevel, elementwise_delta, elementwise_forward,
    elementwise_forward_with_derivative, exp, exp_m1, exp_of_difference, inlined, ln_1p_of_positive,
    log_sum_exp, sigmoid, sigmoid_derivative, softplus, tanh, tanh_derivative,
};

use crate::exact::{BITS_OF_F32, BITS_OF_F64, BITS_WITHOUT_FUSED_OF_F32, BITS_WITHOUT_FUSED_OF_F64, EXACT};
use crate::levels::on_every_level;

/// The functions of one number whose domain is all numbers, in the order of the table of exact values.
const NAMES: [&str; 7] = [
    "exp",
    "exp_m1",
    "tanh",
    "tanh_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softplus",
];

/// The largest error allowed for each function, in units in the last place: measured, and rounded up.
const BOUNDS: [f64; 7] = [1.2, 1.7, 2.6, 2.5, 2.5, 2.5, 2.9];

/// Returns the values of all functions at `x`.
fn all<T: Scalar>(x: T) -> [T; 7] {
    [
        exp(x),
        exp_m1(x),
        tanh(x),
        tanh_derivative(x),
        sigmoid(x),
        sigmoid_derivative(x),
        softplus(x),
    ]
}

/// The function of index `N` as the value, and its negation as the derivative: the test can tell the two apart.
#[derive(Clone, Copy)]
struct Nth<const N: usize>;

impl<T: Scalar, const N: usize> Elementwise<T> for Nth<N> {
    #[allow(clippy::inline_always, reason = "as every function that has to be vectorized")]
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        match N {
            0 => inlined::exp(simd, x),
            1 => inlined::exp_m1(simd, x),
            2 => inlined::tanh(simd, x),
            3 => inlined::tanh_derivative(simd, x),
            4 => inlined::sigmoid(simd, x),
            5 => inlined::sigmoid_derivative(simd, x),
            _ => inlined::softplus(simd, x),
        }
    }

    #[allow(clippy::inline_always, reason = "as every function that has to be vectorized")]
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        -self.value(simd, x)
    }
}

fn forward<T: Scalar, const N: usize>(x: &Matrix<T>, y: &mut Matrix<T>) {
    elementwise_forward(Nth::<N>, x, y);
}

fn backward<T: Scalar, const N: usize>(x: &Matrix<T>, y: &mut Matrix<T>) {
    elementwise_delta(Nth::<N>, x, &Array2::from_elem(x.dim(), -T::one()), y);
}

fn value_beside_derivative<T: Scalar, const N: usize>(x: &Matrix<T>, y: &mut Matrix<T>) {
    elementwise_forward_with_derivative(Nth::<N>, x, y, &mut Array2::zeros(x.dim()));
}

fn derivative_beside_value<T: Scalar, const N: usize>(x: &Matrix<T>, y: &mut Matrix<T>) {
    elementwise_forward_with_derivative(Nth::<N>, x, &mut Array2::zeros(x.dim()), y);
    y.mapv_inplace(|derivative| -derivative);
}

type OfMatrix<T> = fn(&Matrix<T>, &mut Matrix<T>);

fn ways<T: Scalar, const N: usize>() -> [OfMatrix<T>; 4] {
    [
        forward::<T, N>,
        backward::<T, N>,
        value_beside_derivative::<T, N>,
        derivative_beside_value::<T, N>,
    ]
}

fn of_matrices<T: Scalar>() -> [[OfMatrix<T>; 4]; 7] {
    [
        ways::<T, 0>(),
        ways::<T, 1>(),
        ways::<T, 2>(),
        ways::<T, 3>(),
        ways::<T, 4>(),
        ways::<T, 5>(),
        ways::<T, 6>(),
    ]
}

/// Random bits from a linear congruential generator, for numbers of all signs and exponents.
fn bits(n: usize) -> impl Iterator<Item = u64> {
    (0..n).scan(0x9e37_79b9_7f4a_7c15_u64, |state, _| {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Some(*state ^ (*state >> 29))
    })
}

fn specials() -> Vec<f64> {
    let mut numbers = vec![
        0.0,
        f64::INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1e-45,
        1.2e-38,
    ];
    numbers.extend(EXACT.iter().map(|row| row[0]));
    // The numbers at which the power of two changes.
    numbers.extend((1..3000).map(|half| f64::from(half) * 0.5 * std::f64::consts::LN_2));
    numbers.extend(numbers.clone().iter().map(|x| -x));
    numbers
}

fn f64s() -> Vec<f64> {
    let random = bits(100_000).enumerate().map(|(i, bits)| {
        if i % 2 == 0 {
            f64::from_bits(bits)
        } else {
            // From −800 to 800: beyond, all functions have reached their limits.
            (bits >> 11) as f64 / (1_u64 << 53) as f64 * 1600.0 - 800.0
        }
    });
    specials().into_iter().chain(random).collect()
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the lower bits are random as well"
)]
fn f32s() -> Vec<f32> {
    let random = bits(100_000).enumerate().map(|(i, bits)| {
        if i % 2 == 0 {
            f32::from_bits(bits as u32)
        } else {
            (bits >> 40) as f32 / (1_u32 << 24) as f32 * 220.0 - 110.0
        }
    });
    specials().into_iter().map(f32::from_f64).chain(random).collect()
}

/// Returns whether two numbers and their signs are equal. All NaN are equal, for any bits.
fn same<T: Scalar>(a: T, b: T) -> bool {
    a.is_nan() && b.is_nan() || a == b && a.is_sign_negative() == b.is_sign_negative()
}

/// Returns the unit in the last place of `T` at a number.
fn ulp<T: Scalar>(at: f64) -> f64 {
    let smallest = T::min_positive_value().as_f64();
    let power = at.abs().max(smallest).log2().floor().exp2();
    // The logarithm may have been rounded up to a whole number.
    let power = if power > at.abs().max(smallest) {
        power / 2.0
    } else {
        power
    };
    power * T::epsilon().as_f64()
}

/// Returns whether a number is within some units in the last place of an exact one, or both are the same infinity or
/// NaN.
fn is_near<T: Scalar>(found: T, exact: f64, ulps: f64) -> bool {
    let rounded = T::from_f64(exact);
    same(found, rounded) || (found.as_f64() - exact).abs() <= ulps * ulp::<T>(exact)
}

#[test]
fn exact_values_within_their_bounds() {
    on_every_level(|| {
        for row in EXACT {
            let found = all(row[0]);
            for (function, (&exact, bound)) in row[1..].iter().zip(BOUNDS).enumerate() {
                // The exact values of the table are rounded themselves.
                assert!(
                    is_near(found[function], exact, bound + 0.5),
                    "{}({:e}) is {:e}, expected {exact:e}",
                    NAMES[function],
                    row[0],
                    found[function]
                );
            }
        }
    });
}

/// Returns the values by the standard library in `f64`; its errors are too small to matter in `f32`.
fn of_f64(x: f64) -> [f64; 7] {
    let (decay, square_of_decay) = ((-x.abs()).exp(), (-2.0 * x.abs()).exp());
    [
        x.exp(),
        x.exp_m1(),
        x.tanh(),
        4.0 * square_of_decay / (1.0 + square_of_decay).powi(2),
        if x < 0.0 { decay } else { 1.0 } / (1.0 + decay),
        decay / (1.0 + decay).powi(2),
        if x < 0.0 { 0.0 } else { x } + decay.ln_1p(),
    ]
}

#[test]
fn numbers_of_f32_within_their_bounds() {
    on_every_level(|| {
        for x in f32s() {
            let (found, exact) = (all(x), of_f64(f64::from(x)));
            for function in 0..NAMES.len() {
                assert!(
                    is_near(found[function], exact[function], BOUNDS[function]),
                    "{}({x:e}) is {:e}, expected {:e}",
                    NAMES[function],
                    found[function],
                    exact[function]
                );
            }
        }
    });
}

#[test]
fn logarithms_within_their_bounds() {
    on_every_level(|| {
        for x in f32s().into_iter().filter(|x| *x >= 0.0 && *x < f32::MAX / 4.0) {
            assert!(is_near(ln_1p_of_positive(x), f64::from(x).ln_1p(), 2.1), "{x:e}");
        }
        for x in f64s().into_iter().filter(|x| *x >= 0.0 && *x < f64::MAX / 4.0) {
            // The standard library's logarithms are within one unit in the last place.
            assert!(is_near(ln_1p_of_positive(x), x.ln_1p(), 3.1), "{x:e}");
        }
        assert!(ln_1p_of_positive(f64::NAN).is_nan());
    });
}

fn check_every_way_gives_the_same_bits<T: Scalar>(numbers: &[T]) {
    let x = Array2::from_shape_vec((1, numbers.len()), numbers.to_vec()).unwrap();
    let expected: Vec<[T; 7]> = numbers.iter().map(|&x| all(x)).collect();
    for (function, ways) in of_matrices::<T>().into_iter().enumerate() {
        for way in ways {
            let mut y = Array2::zeros(x.dim());
            way(&x, &mut y);
            for (index, (&found, expected)) in y.iter().zip(&expected).enumerate() {
                let expected = expected[function];
                assert!(
                    same(found, expected),
                    "{} of {:e}: {found:e}, or {expected:e}",
                    NAMES[function],
                    numbers[index]
                );
            }
        }
    }
}

#[test]
fn matrices_and_numbers_have_the_same_bits_at_every_level() {
    on_every_level(|| {
        check_every_way_gives_the_same_bits(&f32s());
        check_every_way_gives_the_same_bits(&f64s());
    });
}

fn check_every_layout_gives_the_same_bits<T: Scalar>(numbers: &[T]) {
    for columns in 0..40 {
        let x = Array2::from_shape_vec((3, columns), numbers[..3 * columns].to_vec()).unwrap();
        for way in of_matrices::<T>().into_iter().flatten() {
            let mut y = Array2::zeros(x.dim());
            way(&x, &mut y);
            let mut of_columns = Array2::zeros((columns, 3));
            way(&x.t(), &mut of_columns);
            let mut backwards = Array2::zeros((3, 2 * columns));
            let mut every_second = backwards.view_mut();
            every_second.slice_axis_inplace(
                brique_tensor::ndarray::Axis(1),
                brique_tensor::ndarray::Slice::new(0, None, -2),
            );
            way(&x, &mut every_second);
            assert!(y.iter().zip(of_columns.t()).all(|(&a, &b)| same(a, b)));
            assert!(y.iter().zip(&every_second).all(|(&a, &b)| same(a, b)));
        }
    }
}

#[test]
fn layouts_have_the_same_bits() {
    on_every_level(|| {
        check_every_layout_gives_the_same_bits(&f32s());
        check_every_layout_gives_the_same_bits(&f64s());
    });
}

/// Every processor computes these bits. On a processor with other results this test fails.
#[test]
fn pinned_bits() {
    on_every_level(|| {
        let found = [-0.7_f32, 3.1, -88.0].map(|x| all(x).map(f32::to_bits));
        assert_eq!(found, of_level(BITS_OF_F32, BITS_WITHOUT_FUSED_OF_F32));
        let found = [-0.7_f64, 2.3, -708.5].map(|x| all(x).map(f64::to_bits));
        assert_eq!(found, of_level(BITS_OF_F64, BITS_WITHOUT_FUSED_OF_F64));
    });
}

/// Returns the bits at the current level: without fused multiply-add, one number has others.
fn of_level<T>(mut bits: [[T; 7]; 3], (number, function, other): (usize, usize, T)) -> [[T; 7]; 3] {
    if !SimdLevel::current().has_fused_multiply_add() {
        bits[number][function] = other;
    }
    bits
}

fn check_limits<T: Scalar>() {
    let (zero, one, infinity) = (T::zero(), T::one(), T::infinity());
    let half = one / (one + one);
    let quarter = half * half;
    let same_all = |found: [T; 7], expected: [T; 7]| found.iter().zip(expected).all(|(&a, b)| same(a, b));
    assert!(same_all(
        all(infinity),
        [infinity, infinity, one, zero, one, zero, infinity]
    ));
    assert!(same_all(
        all(-infinity),
        [zero, -one, -one, zero, zero, zero, zero]
    ));
    let at_zero = |zero| [one, zero, zero, one, half, quarter, softplus(zero)];
    assert!(same_all(all(zero), at_zero(zero)));
    assert!(same_all(all(-zero), at_zero(-zero)));
    assert!(all(T::nan()).iter().all(|y| y.is_nan()));
}

#[test]
fn limits_and_signs() {
    on_every_level(|| {
        check_limits::<f32>();
        check_limits::<f64>();
    });
}

#[test]
fn differences_are_as_if_they_were_not_rounded() {
    on_every_level(|| {
        // The difference a − b is rounded to a, although e^(1e-14) is not 1.
        let (a, b) = (300.0, 1e-14);
        let exact = exp(a) * (1.0 - 1e-14);
        assert!(is_near(exp_of_difference(a, b), exact, 4.0));
        assert!(!is_near(exp(a - b), exact, 4.0));
        assert!(exp_of_difference(f64::INFINITY, f64::INFINITY).is_nan());
        assert_eq!(exp_of_difference(f64::NEG_INFINITY, 3.0), 0.0);
        assert_eq!(exp_of_difference(-1e300, 1.0), 0.0);
        assert_eq!(exp_of_difference(1e300, 1.0), f64::INFINITY);
        assert_eq!(exp_of_difference(f64::MAX, -f64::MAX), f64::INFINITY);
    });
}

#[test]
fn sums_of_powers() {
    on_every_level(|| {
        assert_eq!(log_sum_exp::<f64>([].into_iter()), f64::NEG_INFINITY);
        assert_eq!(
            log_sum_exp([-1000.0, -1000.0].into_iter()),
            -1000.0 + 2.0_f64.ln()
        );
        assert_eq!(log_sum_exp([0.0, f64::INFINITY].into_iter()), f64::INFINITY);
        assert!(log_sum_exp([0.0, f64::NAN, 1.0].into_iter()).is_nan());
        let thousand: [f64; 1000] = from_fn(|_| 0.0);
        assert!(is_near(log_sum_exp(thousand.into_iter()), 1000.0_f64.ln(), 2.0));
    });
}

#[test]
#[should_panic(expected = "y has shape (2, 2), expected (2, 3): that of x")]
fn shapes_of_values_are_told() {
    elementwise_forward(
        Nth::<0>,
        &Array2::<f64>::zeros((2, 3)),
        &mut Array2::zeros((2, 2)),
    );
}

#[test]
#[should_panic(expected = "delta has shape (3, 2), expected (2, 3): that of x")]
fn shapes_of_deltas_are_told() {
    let x = Array2::<f64>::zeros((2, 3));
    elementwise_delta(Nth::<0>, &x, &Array2::zeros((3, 2)), &mut Array2::zeros((2, 3)));
}

#[test]
#[should_panic(expected = "derivative has shape (3, 2), expected (2, 3): that of x")]
fn shapes_of_derivatives_are_told() {
    let x = Array2::<f64>::zeros((2, 3));
    let (mut y, mut derivative) = (Array2::zeros((2, 3)), Array2::zeros((3, 2)));
    elementwise_forward_with_derivative(Nth::<0>, &x, &mut y, &mut derivative);
}
