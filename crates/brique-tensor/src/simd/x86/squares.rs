//! Transposition of a square block of SIMD vectors.
//!
//! Instructions that stay within the 16-byte parts of their vectors have twice the throughput of those that move any element
//! to any other. They transpose the squares of such parts; then the parts are transposed.

#![allow(
    unsafe_code,
    reason = "SIMD instructions cannot be called without unsafe code"
)]

use std::arch::x86_64 as instructions;
use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};

/// Transposes 16 vectors of 16 `f32`.
///
/// # Safety
///
/// The processor has AVX-512.
#[inline(always)]
pub(super) unsafe fn of_16_f32(rows: [__m512; 16]) -> [__m512; 16] {
    let mut square = rows;
    for first in [0, 4, 8, 12] {
        // SAFETY: the processor has the instructions.
        unsafe {
            let low = instructions::_mm512_unpacklo_ps(rows[first], rows[first + 1]);
            let high = instructions::_mm512_unpackhi_ps(rows[first], rows[first + 1]);
            let other_low = instructions::_mm512_unpacklo_ps(rows[first + 2], rows[first + 3]);
            let other_high = instructions::_mm512_unpackhi_ps(rows[first + 2], rows[first + 3]);
            let (low, high) = (
                instructions::_mm512_castps_pd(low),
                instructions::_mm512_castps_pd(high),
            );
            let other_low = instructions::_mm512_castps_pd(other_low);
            let other_high = instructions::_mm512_castps_pd(other_high);
            let columns = [
                instructions::_mm512_unpacklo_pd(low, other_low),
                instructions::_mm512_unpackhi_pd(low, other_low),
                instructions::_mm512_unpacklo_pd(high, other_high),
                instructions::_mm512_unpackhi_pd(high, other_high),
            ];
            for column in 0..4 {
                square[first + column] = instructions::_mm512_castpd_ps(columns[column]);
            }
        }
    }
    let mut transposed = square;
    for column in 0..4 {
        // SAFETY: the processor has the instructions.
        unsafe {
            let parts = parts_transposed([
                instructions::_mm512_castps_pd(square[column]),
                instructions::_mm512_castps_pd(square[column + 4]),
                instructions::_mm512_castps_pd(square[column + 8]),
                instructions::_mm512_castps_pd(square[column + 12]),
            ]);
            for index in 0..4 {
                transposed[4 * index + column] = instructions::_mm512_castpd_ps(parts[index]);
            }
        }
    }
    transposed
}

/// Transposes 8 vectors of 8 `f64`.
///
/// # Safety
///
/// The processor has AVX-512.
#[inline(always)]
pub(super) unsafe fn of_8_f64(rows: [__m512d; 8]) -> [__m512d; 8] {
    // SAFETY: the processor has the instructions.
    unsafe {
        let even = parts_transposed([
            instructions::_mm512_unpacklo_pd(rows[0], rows[1]),
            instructions::_mm512_unpacklo_pd(rows[2], rows[3]),
            instructions::_mm512_unpacklo_pd(rows[4], rows[5]),
            instructions::_mm512_unpacklo_pd(rows[6], rows[7]),
        ]);
        let odd = parts_transposed([
            instructions::_mm512_unpackhi_pd(rows[0], rows[1]),
            instructions::_mm512_unpackhi_pd(rows[2], rows[3]),
            instructions::_mm512_unpackhi_pd(rows[4], rows[5]),
            instructions::_mm512_unpackhi_pd(rows[6], rows[7]),
        ]);
        [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
    }
}

/// Returns four vectors of which number i has part i of each of the given ones. A part has 16 bytes.
///
/// # Safety
///
/// The processor has AVX-512.
#[inline(always)]
unsafe fn parts_transposed([a, b, c, d]: [__m512d; 4]) -> [__m512d; 4] {
    const LOWER: i32 = 0b01_00_01_00;
    const UPPER: i32 = 0b11_10_11_10;
    const EVEN: i32 = 0b10_00_10_00;
    const ODD: i32 = 0b11_01_11_01;
    // SAFETY: the processor has the instruction.
    unsafe {
        let lower = instructions::_mm512_shuffle_f64x2::<LOWER>(a, b);
        let other_lower = instructions::_mm512_shuffle_f64x2::<LOWER>(c, d);
        let upper = instructions::_mm512_shuffle_f64x2::<UPPER>(a, b);
        let other_upper = instructions::_mm512_shuffle_f64x2::<UPPER>(c, d);
        [
            instructions::_mm512_shuffle_f64x2::<EVEN>(lower, other_lower),
            instructions::_mm512_shuffle_f64x2::<ODD>(lower, other_lower),
            instructions::_mm512_shuffle_f64x2::<EVEN>(upper, other_upper),
            instructions::_mm512_shuffle_f64x2::<ODD>(upper, other_upper),
        ]
    }
}

/// Transposes 8 vectors of 8 `f32`.
///
/// # Safety
///
/// The processor has AVX2.
#[inline(always)]
pub(super) unsafe fn of_8_f32(rows: [__m256; 8]) -> [__m256; 8] {
    let mut square = rows;
    for first in [0, 4] {
        // SAFETY: the processor has the instructions.
        unsafe {
            let low = instructions::_mm256_unpacklo_ps(rows[first], rows[first + 1]);
            let high = instructions::_mm256_unpackhi_ps(rows[first], rows[first + 1]);
            let other_low = instructions::_mm256_unpacklo_ps(rows[first + 2], rows[first + 3]);
            let other_high = instructions::_mm256_unpackhi_ps(rows[first + 2], rows[first + 3]);
            square[first] = instructions::_mm256_shuffle_ps::<0b01_00_01_00>(low, other_low);
            square[first + 1] = instructions::_mm256_shuffle_ps::<0b11_10_11_10>(low, other_low);
            square[first + 2] = instructions::_mm256_shuffle_ps::<0b01_00_01_00>(high, other_high);
            square[first + 3] = instructions::_mm256_shuffle_ps::<0b11_10_11_10>(high, other_high);
        }
    }
    let mut transposed = square;
    for column in 0..4 {
        let (first, second) = (square[column], square[column + 4]);
        // SAFETY: the processor has the instruction.
        unsafe {
            transposed[column] = instructions::_mm256_permute2f128_ps::<0x20>(first, second);
            transposed[column + 4] = instructions::_mm256_permute2f128_ps::<0x31>(first, second);
        }
    }
    transposed
}

/// Transposes 4 vectors of 4 `f64`.
///
/// # Safety
///
/// The processor has AVX2.
#[inline(always)]
pub(super) unsafe fn of_4_f64([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    // SAFETY: the processor has the instructions.
    unsafe {
        let (low, high) = (
            instructions::_mm256_unpacklo_pd(a, b),
            instructions::_mm256_unpackhi_pd(a, b),
        );
        let other_low = instructions::_mm256_unpacklo_pd(c, d);
        let other_high = instructions::_mm256_unpackhi_pd(c, d);
        [
            instructions::_mm256_permute2f128_pd::<0x20>(low, other_low),
            instructions::_mm256_permute2f128_pd::<0x20>(high, other_high),
            instructions::_mm256_permute2f128_pd::<0x31>(low, other_low),
            instructions::_mm256_permute2f128_pd::<0x31>(high, other_high),
        ]
    }
}
