//! The three products of a linear layer, 256 × 256 · 256 × 256, as often as is asked for, at a SIMD level.
//!
//! What `.ci/instructions` counts the instructions of: `products LEVEL TYPE COUNT`, such as `products avx2 f32 10`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::env;
use std::error::Error;

use brique_tensor::{
    Scalar, SimdLevel, affine_delta, affine_forward, affine_gradient, aligned_zeros, ndarray::Array2,
};

const SIZE: usize = 256;

fn products<T: Scalar>(count: usize) -> T {
    let matrix = |rows| -> Array2<T> {
        let mut matrix = aligned_zeros((rows, SIZE));
        matrix.fill(T::from_f64(0.5));
        matrix
    };
    let (x, delta, parameters) = (matrix(SIZE), matrix(SIZE), matrix(SIZE + 1));
    let (mut y, mut delta_x, mut gradient) = (matrix(SIZE), matrix(SIZE), matrix(SIZE + 1));
    for _ in 0..count {
        affine_forward(&x, &parameters, &mut y);
        affine_delta(&delta, &parameters, &mut delta_x);
        affine_gradient(&x, &delta, &mut gradient);
    }
    y[[0, 0]] + delta_x[[0, 0]] + gradient[[0, 0]]
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [level, number, count] = arguments.as_slice() else {
        return Err("expected LEVEL TYPE COUNT, such as avx2 f32 10".into());
    };
    let (level, count): (SimdLevel, usize) = (level.parse()?, count.parse()?);
    let result = match number.as_str() {
        "f32" => level.run(|| products::<f32>(count).as_f64())?,
        "f64" => level.run(|| products::<f64>(count))?,
        _ => return Err(format!("there is no type '{number}', expected f32 or f64").into()),
    };
    println!("{result}");
    Ok(())
}
