use brique_tensor::ndarray::{Array2, array};
use brique_tensor::{Scalar, Threads, update_with_buffers};
use proptest::prelude::*;

use crate::layouts::{layouts, same_bits};
use crate::levels::{on_every_level, proptest_on_every_level};
use crate::strategies::{integers, size};

/// A formula in which every argument and every result is another one.
fn formula<T: Scalar>(a: T, b: T, [m, v]: [T; 2]) -> (T, [T; 2]) {
    let third = T::from_f64(1.0 / 3.0);
    let (m, v) = (m * third + b, v + b * b);
    (a - m / (v.sqrt() + T::one()), [m, v])
}

fn by_definition<T: Scalar>(a: &mut Array2<T>, b: &Array2<T>, [m, v]: [&mut Array2<T>; 2]) {
    let (rows, columns) = a.dim();
    for index in (0..rows).flat_map(|row| (0..columns).map(move |column| [row, column])) {
        (a[index], [m[index], v[index]]) = formula(a[index], b[index], [m[index], v[index]]);
    }
}

fn check<T: Scalar>([a, b, m, v]: &[Array2<T>; 4]) {
    let v = v * v;
    let mut expected = [a.clone(), m.clone(), v.clone()];
    let [of_a, of_m, of_v] = &mut expected;
    by_definition(of_a, b, [of_m, of_v]);
    for a in layouts(a) {
        for m in layouts(m) {
            let (mut a, mut m, mut v) = (a.clone(), m, v.clone());
            update_with_buffers(&mut a, b, [&mut m, &mut v], formula);
            for (found, expected) in [&a, &m, &v].into_iter().zip(&expected) {
                assert!(same_bits(found, expected), "{found}, expected {expected}");
            }
        }
    }
}

fn four<T: Scalar>() -> impl Strategy<Value = [Array2<T>; 4]> {
    (size(), size()).prop_flat_map(|(rows, columns)| [(); 4].map(|()| integers(rows, columns)))
}

proptest_on_every_level! {
    #[test]
    fn each_element_is_updated_with_its_buffers(f64s in four::<f64>(), f32s in four::<f32>()) {
        check(&f64s);
        check(&f32s);
    }
}

#[test]
fn updates_on_threads_have_the_same_bits() {
    let numbers =
        |seed: usize| Array2::from_shape_fn((701, 431), |(i, j)| ((i * 431 + j) * seed % 1009) as f64 / 7.0);
    on_every_level(|| {
        let ways = [1, 3].map(|threads| {
            let (mut a, b, mut m, mut v) = (numbers(31), numbers(37), numbers(41), numbers(43));
            let update = || update_with_buffers(&mut a, &b, [&mut m, &mut v], formula);
            Threads::new(threads).unwrap().run(update);
            [a, m, v]
        });
        assert_eq!(ways[0], ways[1]);
        let (mut a, mut m, mut v) = (numbers(31), numbers(41), numbers(43));
        by_definition(&mut a, &numbers(37), [&mut m, &mut v]);
        assert_eq!(ways[0], [a, m, v]);
    });
}

#[test]
#[should_panic(expected = "a buffer has shape (1, 1), expected (1, 2)")]
fn the_shape_of_a_buffer_is_told() {
    update_with_buffers(
        &mut array![[1.0, 2.0]],
        &array![[1.0, 2.0]],
        [&mut array![[1.0]]],
        |a, _, buffers| (a, buffers),
    );
}
