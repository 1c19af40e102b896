use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use brique_tensor::ndarray::Array2;
use brique_tensor::{
    Elementwise, Scalar, Simd, SimdLevel, Threads, affine_delta, affine_forward, affine_gradient,
    affine_overwrite_gradient, all_finite, combine, elementwise_delta, elementwise_forward,
    elementwise_forward_with_derivative, inlined, log_softmax_delta, log_softmax_forward, softmax_delta,
    softmax_forward, sum_of_pairs, update,
};

use crate::layouts::{layouts, numbers, same_bits};
use crate::levels::on_every_level;

/// `x·tanh(x)`
#[derive(Clone, Copy)]
struct Fold;

impl<T: Scalar> Elementwise<T> for Fold {
    #[allow(clippy::inline_always, reason = "as every function that has to be vectorized")]
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: T) -> T {
        x * inlined::tanh(simd, x)
    }

    #[allow(clippy::inline_always, reason = "as every function that has to be vectorized")]
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: T) -> T {
        inlined::tanh(simd, x) + x * inlined::tanh_derivative(simd, x)
    }
}

/// Checks that `work` gives the same bits on 1, 2, 3 and 5 threads as without `Threads`.
fn check_same_bits<T: Scalar>(what: &str, work: impl Fn() -> Vec<Array2<T>> + Sync) {
    let expected = work();
    // The division of work does not depend on the SIMD level: below the best level, one number of threads is enough.
    let is_best = SimdLevel::current() == SimdLevel::best();
    let counts: &[usize] = if is_best { &[1, 2, 3, 5] } else { &[3] };
    for &count in counts {
        let found = Threads::new(count).unwrap().run(&work);
        assert_eq!(found.len(), expected.len());
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!(
                same_bits(found, expected),
                "{what} on {count} threads, result {index}, {}",
                T::NAME
            );
        }
    }
}

/// Rows, inputs and outputs of layers whose products are cut: by columns, by rows, at sizes at which a cut could leave
/// a single column, with few columns, one row, and few terms per sum.
const SHAPES: [(usize, usize, usize); 14] = [
    (1000, 64, 64),
    (128, 784, 256),
    (700, 129, 129),
    (700, 129, 65),
    (700, 129, 66),
    (300, 100, 257),
    (2000, 700, 1),
    (700, 2000, 1),
    (3000, 300, 3),
    (1, 3000, 1000),
    (2, 1500, 701),
    (5000, 8, 64),
    (50_000, 5, 7),
    (3, 700, 700),
];

/// Returns all results of a linear layer for matrices row by row and column by column: other layouts are not cut.
fn layer<T: Scalar>((rows, inputs, outputs): (usize, usize, usize)) -> impl Fn() -> Vec<Array2<T>> + Sync {
    let parameters = numbers((inputs + 1, outputs), 1);
    let [x, transposed_x, ..] = layouts(&numbers((rows, inputs), 2));
    let [delta, transposed_delta, ..] = layouts(&numbers((rows, outputs), 3));
    move || {
        let mut results = results_of_layer(&x, &parameters, &delta);
        results.extend(results_of_layer(&transposed_x, &parameters, &transposed_delta));
        results
    }
}

fn results_of_layer<T: Scalar>(x: &Array2<T>, parameters: &Array2<T>, delta: &Array2<T>) -> Vec<Array2<T>> {
    let mut y = Array2::zeros(delta.dim());
    affine_forward(x, parameters, &mut y);
    let mut delta_x = Array2::zeros(x.dim());
    affine_delta(delta, parameters, &mut delta_x);
    let mut gradient = parameters.clone();
    affine_gradient(x, delta, &mut gradient);
    let mut fresh = Array2::from_elem(parameters.dim(), T::nan());
    affine_overwrite_gradient(x, delta, &mut fresh);
    vec![y, delta_x, gradient, fresh]
}

#[test]
fn products_have_the_same_bits() {
    on_every_level(|| {
        for shape in SHAPES {
            check_same_bits(&format!("the layer of {shape:?}"), layer::<f32>(shape));
            check_same_bits(&format!("the layer of {shape:?}"), layer::<f64>(shape));
        }
    });
}

fn functions<T: Scalar>(shape: (usize, usize)) -> Vec<Array2<T>> {
    let (x, delta) = (numbers(shape, 4), numbers(shape, 5));
    let mut results = Vec::new();
    for (x, delta) in layouts(&x).into_iter().zip(layouts(&delta)) {
        let (mut y, mut delta_x) = (Array2::zeros(shape), Array2::zeros(shape));
        elementwise_forward(Fold, &x, &mut y);
        elementwise_delta(Fold, &x, &delta, &mut delta_x);
        let (mut value, mut derivative) = (Array2::zeros(shape), Array2::zeros(shape));
        elementwise_forward_with_derivative(Fold, &x, &mut value, &mut derivative);
        results.extend([y, delta_x, value, derivative]);
    }
    results
}

#[test]
fn functions_of_one_number_have_the_same_bits() {
    on_every_level(|| {
        for shape in [(300, 400), (1, 120_000), (120_000, 1), (2, 60_001), (7, 17_003)] {
            check_same_bits(&format!("a function of {shape:?}"), || functions::<f32>(shape));
            check_same_bits(&format!("a function of {shape:?}"), || functions::<f64>(shape));
        }
    });
}

fn softmaxes<T: Scalar>(shape: (usize, usize)) -> Vec<Array2<T>> {
    let (x, delta) = (numbers(shape, 6), numbers(shape, 7));
    let mut results = [(); 4].map(|()| Array2::zeros(shape));
    let [p, p_delta, y, y_delta] = &mut results;
    softmax_forward(&x, p);
    softmax_delta(&x, &delta, p_delta);
    log_softmax_forward(&x, y);
    log_softmax_delta(&x, &delta, y_delta);
    results.into()
}

#[test]
fn softmax_has_the_same_bits() {
    on_every_level(|| {
        for shape in [(12_000, 10), (400, 300), (3, 40_000)] {
            check_same_bits(&format!("the softmax of {shape:?}"), || softmaxes::<f32>(shape));
            check_same_bits(&format!("the softmax of {shape:?}"), || softmaxes::<f64>(shape));
        }
    });
}

fn pairs<T: Scalar>(shape: (usize, usize)) -> Vec<Array2<T>> {
    let (a, b) = (numbers(shape, 8), numbers(shape, 9));
    let step = |a: T, b: T| a - T::from_f64(0.1) * b / (b.abs() + T::from_f64(1e-8)).sqrt();
    let mut results = Vec::new();
    for (a, b) in layouts(&a).into_iter().zip(layouts(&b)) {
        let (mut updated, mut combined) = (a.clone(), Array2::zeros(shape));
        update(&mut updated, &b, step);
        combine(&a, &b, &mut combined, step);
        let sum = Array2::from_elem((1, 1), sum_of_pairs(&a, &b, step));
        results.extend([updated, combined, sum]);
    }
    results
}

#[test]
fn functions_of_two_numbers_have_the_same_bits() {
    on_every_level(|| {
        for shape in [(785, 256), (1, 200_003), (200_003, 1)] {
            check_same_bits(&format!("pairs of {shape:?}"), || pairs::<f32>(shape));
            check_same_bits(&format!("pairs of {shape:?}"), || pairs::<f64>(shape));
        }
    });
}

#[test]
fn numbers_that_are_not_finite_are_found_in_every_part() {
    on_every_level(|| {
        let mut matrix = numbers::<f64>((1000, 201), 10);
        for count in [1, 2, 3, 5] {
            let threads = Threads::new(count).unwrap();
            assert!(threads.run(|| all_finite(&matrix)));
            for index in (0..1000).step_by(50).chain([499, 500, 999]) {
                for wrong in [f64::NAN, f64::NEG_INFINITY] {
                    let right = std::mem::replace(&mut matrix[[index, index % 201]], wrong);
                    assert!(
                        !threads.run(|| all_finite(&matrix)),
                        "{wrong} in row {index} on {count} threads"
                    );
                    matrix[[index, index % 201]] = right;
                }
            }
        }
    });
}

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(100);

/// Returns whether the first and the last number of an update of 300,000 are computed at the same time.
///
/// Each waits for the other, but not longer than `patience`.
fn is_cut(patience: Duration) -> bool {
    let mut a = Array2::<f64>::zeros((1, 300_000));
    let mut b = a.clone();
    (b[[0, 0]], b[[0, 299_999]]) = (1.0, 1.0);
    let arrived = AtomicUsize::new(0);
    update(&mut a, &b, |_, b| {
        if b == 0.0 {
            return 0.0;
        }
        arrived.fetch_add(1, Ordering::SeqCst);
        let start = Instant::now();
        while arrived.load(Ordering::SeqCst) < 2 && start.elapsed() < patience {
            spin_loop();
        }
        arrived.load(Ordering::SeqCst) as f64
    });
    // The second to arrive always finds 2. If the first finds 2 as well, both were computed at the same time.
    a[[0, 0]] == 2.0 && a[[0, 299_999]] == 2.0
}

#[test]
fn work_is_shared_where_threads_are_asked_for() {
    assert!(!is_cut(SHORT));
    assert!(!Threads::new(1).unwrap().run(|| is_cut(SHORT)));
    for count in [2, 3, 5] {
        let threads = Threads::new(count).unwrap();
        assert!(threads.run(|| is_cut(LONG)), "{count} threads");
        assert!(!is_cut(SHORT), "after {count} threads");
    }
}

/// The identity, which counts the numbers that other threads than `here` compute.
#[derive(Clone, Copy)]
struct CountElsewhere<'a> {
    here: ThreadId,
    elsewhere: &'a AtomicUsize,
}

impl Elementwise<f64> for CountElsewhere<'_> {
    fn value<S: Simd>(self, _: S, x: f64) -> f64 {
        if thread::current().id() != self.here {
            self.elsewhere.fetch_add(1, Ordering::Relaxed);
        }
        x
    }

    fn derivative<S: Simd>(self, _: S, _: f64) -> f64 {
        1.0
    }
}

#[test]
fn a_matrix_of_one_row_is_cut_between_columns() {
    for (rows, columns) in [(1, 160_000), (2, 80_000), (160_000, 1)] {
        let x = Array2::zeros((rows, columns));
        let elsewhere = AtomicUsize::new(0);
        let count = CountElsewhere {
            here: thread::current().id(),
            elsewhere: &elsewhere,
        };
        let threads = Threads::new(2).unwrap();
        threads.run(|| elementwise_forward(count, &x, &mut Array2::zeros(x.dim())));
        assert_eq!(elsewhere.into_inner(), 80_000, "{rows} rows");
    }
}

#[test]
fn there_are_as_many_threads_as_asked_for() {
    for count in [1, 2, 3, 5] {
        assert_eq!(Threads::new(count).unwrap().count(), count);
    }
    assert_eq!(
        Threads::new(2).unwrap().run(|| "what the work gives"),
        "what the work gives"
    );
}

#[test]
fn no_threads_are_none() {
    let error = Threads::new(0).unwrap_err();
    assert_eq!(error.to_string(), "0 threads are asked for, expected at least 1");
}

#[test]
fn within_one_another_the_inner_number_counts() {
    let (one, two, three) = (
        Threads::new(1).unwrap(),
        Threads::new(2).unwrap(),
        Threads::new(3).unwrap(),
    );
    assert!(two.run(|| three.run(|| is_cut(LONG)) && two.run(|| is_cut(LONG)) && is_cut(LONG)));
    let [within, behind] = two.run(|| [one.run(|| is_cut(SHORT)), is_cut(LONG)]);
    assert!(!within && behind);
    let layer = layer::<f32>((700, 129, 129));
    let (found, expected) = (three.run(|| two.run(&layer)), layer());
    assert!(
        found
            .iter()
            .zip(&expected)
            .all(|(found, expected)| same_bits(found, expected))
    );
}

/// Returns the message of the panic of `work` on these threads.
fn panic_of(threads: &Threads, work: impl FnOnce() + Send) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| threads.run(work))).unwrap_err();
    (*panic.downcast::<&str>().unwrap()).to_owned()
}

#[test]
fn a_panic_goes_through_and_the_number_of_threads_is_put_back() {
    let (one, two) = (Threads::new(1).unwrap(), Threads::new(2).unwrap());
    let behind = two.run(|| {
        assert_eq!(panic_of(&one, || panic!("on one")), "on one");
        is_cut(LONG)
    });
    assert!(behind, "the number of the inner threads stayed");
    assert_eq!(panic_of(&two, || panic!("on two")), "on two");
    assert!(!is_cut(SHORT) && two.run(|| is_cut(LONG)));
    // The panic is in a part that another thread may compute.
    let mut a = Array2::<f64>::zeros((1, 300_000));
    let mut b = a.clone();
    b[[0, 299_999]] = 1.0;
    let step = |_, b| if b == 0.0 { b } else { panic!("in a part") };
    assert_eq!(panic_of(&two, || update(&mut a, &b, step)), "in a part");
    assert!(two.run(|| is_cut(LONG)));
    // The parts of both threads panic: one panic arrives, and none is left for the next kernel.
    b[[0, 0]] = 1.0;
    assert_eq!(panic_of(&two, || update(&mut a, &b, step)), "in a part");
    assert!(two.run(|| is_cut(LONG)));
}
