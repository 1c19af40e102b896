//! Random sources, threads, SIMD levels, and sizes that no memory has.

use brique::core::{Description, Layout, TensorDescription};
use brique::prelude::*;
use brique::tensor::{SimdLevel, is_allocatable};

use super::{HUGE, Row, gives, refused, refused_undrawn};

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (mean, variances, example) in [(1, 2, 2), (2, 1, 2), (2, 2, 1), (0, 1, 0)] {
        let found =
            format!("mean has {mean} components, variances {variances}, the example to fill {example}");
        rows.push(refused_undrawn(found.clone(), &[&found], move |rng| {
            rng.diagonal_normal(&vec![0.0; mean], &vec![1.0; variances], &mut vec![0.0; example])
        }));
    }
    for variance in [
        -1.0,
        -f64::MIN_POSITIVE,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        let found = format!("variances[1] is {variance}, expected a finite number of at least 0");
        rows.push(refused_undrawn(
            format!("variance {variance}"),
            &[&found],
            move |rng| {
                let mut example = [3.0, 4.0];
                let result = rng.diagonal_normal(&[0.0; 2], &[1.0, variance], &mut example);
                super::unless_changed(&[3.0, 4.0], &example, result)
            },
        ));
    }
    rows.push(refused(
        "no threads",
        &["0 threads are asked for, expected at least 1"],
        || Threads::new(0),
    ));
    rows.push(gives("threads MAX", "(18446744073709551615, 7)", || {
        let threads = Threads::new(usize::MAX).unwrap();
        (threads.count(), threads.run(|| 7))
    }));
    for name in ["", "AVX2", "sse"] {
        let found =
            format!("there is no SIMD level '{name}', expected one of baseline, simd128, avx2, avx512");
        rows.push(refused(format!("level {name:?}"), &[&found], move || {
            name.parse::<SimdLevel>()
        }));
    }
    for (rows_of, columns) in [
        (HUGE, 1),
        (1, HUGE),
        (usize::MAX, 0),
        (0, usize::MAX),
        (usize::MAX, usize::MAX),
    ] {
        rows.push(gives(
            format!("memory for {rows_of} · {columns}"),
            "false",
            move || {
                is_allocatable::<f64>((rows_of, columns), 1) || is_allocatable::<f32>((rows_of, columns), 4)
            },
        ));
    }
    rows.push(gives("copies without end", "false", || {
        is_allocatable::<f64>((1, 1), usize::MAX)
    }));
    rows.push(gives("a mean of too many", "18446744073709551615", || {
        Reduction::Mean.divisor(usize::MAX, 2)
    }));
    rows.push(gives("a shape of too many", "18446744073709551615", || {
        Shape::from([usize::MAX, 2]).size()
    }));
    rows.push(gives("a shape of nothing", "0", || {
        Shape::from([usize::MAX, 2, 0]).size()
    }));
    rows.push(gives("a description of too many", "18446744073709551615", || {
        let tensor = |name: &str| TensorDescription {
            name: name.to_owned(),
            shape: (usize::MAX, 2),
            layout: Layout::Matrix,
        };
        let description = Description {
            tensors: vec![tensor("weight"), tensor("bias")],
            ..Description::new("Linear")
        };
        description.parameter_count()
    }));
    rows
}
