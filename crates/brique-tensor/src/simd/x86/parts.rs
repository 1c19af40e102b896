//! The first elements of a SIMD vector.

#![allow(
    unsafe_code,
    reason = "SIMD instructions cannot be called without unsafe code"
)]

use std::arch::x86_64 as instructions;

/// At index n, a mask of the first n of 16 elements.
pub(super) const FIRST_OF_16: [u16; 17] = [
    0, 0x1, 0x3, 0x7, 0xf, 0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff, 0x1fff, 0x3fff, 0x7fff, 0xffff,
];

/// At index n, a mask of the first n of 8 elements.
pub(super) const FIRST_OF_8: [u8; 9] = [0, 0x1, 0x3, 0x7, 0xf, 0x1f, 0x3f, 0x7f, 0xff];

/// From index `8 − n` on, a mask of the first n of 8 elements.
pub(super) const FIRST_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// From index `4 − n` on, a mask of the first n of 4 elements.
pub(super) const FIRST_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

/// Stores the first `count` of 8 elements. A store under a mask takes about 20 micro-operations on some processors.
///
/// # Safety
///
/// The processor has AVX2, `count` is less than 8, and as many numbers may be written to `target`.
#[inline(always)]
pub(super) unsafe fn store_first_of_8(mut target: *mut f32, count: usize, x: instructions::__m256) {
    // SAFETY: the three stores write the numbers whose count has the digits 4, 2 and 1, at any address.
    unsafe {
        let mut part = instructions::_mm256_castps256_ps128(x);
        if count & 4 != 0 {
            instructions::_mm_storeu_ps(target, part);
            part = instructions::_mm256_extractf128_ps::<1>(x);
            target = target.add(4);
        }
        if count & 2 != 0 {
            instructions::_mm_storel_epi64(target.cast(), instructions::_mm_castps_si128(part));
            part = instructions::_mm_movehl_ps(part, part);
            target = target.add(2);
        }
        if count & 1 != 0 {
            instructions::_mm_store_ss(target, part);
        }
    }
}

/// As [`store_first_of_8`], for 4 elements.
///
/// # Safety
///
/// The processor has AVX2, `count` is less than 4, and as many numbers may be written to `target`.
#[inline(always)]
pub(super) unsafe fn store_first_of_4(mut target: *mut f64, count: usize, x: instructions::__m256d) {
    // SAFETY: the two stores write the numbers whose count has the digits 2 and 1, at any address.
    unsafe {
        let mut part = instructions::_mm256_castpd256_pd128(x);
        if count & 2 != 0 {
            instructions::_mm_storeu_pd(target, part);
            part = instructions::_mm256_extractf128_pd::<1>(x);
            target = target.add(2);
        }
        if count & 1 != 0 {
            instructions::_mm_store_sd(target, part);
        }
    }
}
