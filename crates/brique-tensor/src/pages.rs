//! Pages of memory. Huge pages need fewer page-table lookups to access a large matrix.

#![allow(unsafe_code, reason = "the system is asked through its C interface")]

/// The page size. A processor first compares only the offsets within a page to detect a read of a number just written.
pub(crate) const PAGE_BYTES: usize = 4 * 1024;

/// The size of a huge page on x86-64, and on aarch64 with pages of 4 KiB.
pub(crate) const HUGE_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// Asks the system for huge pages for the part of `numbers` that fills them. Without huge pages, nothing changes.
///
/// Memory that has not been written yet is placed in huge pages at once, other memory at a later time of the system's
/// choice.
#[cfg(target_os = "linux")]
pub(crate) fn ask_for_huge_pages<T>(numbers: &mut [T]) {
    let skipped = numbers.as_ptr().addr().wrapping_neg() % HUGE_PAGE_BYTES;
    let whole = size_of_val(numbers).saturating_sub(skipped) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    if whole == 0 {
        return;
    }
    // SAFETY: the bytes belong to a mutable slice, and the advice does not change them, neither now nor for a later
    // owner of the memory. An error means that the system has no huge pages, which needs no handling.
    unsafe {
        let start = numbers.as_mut_ptr().byte_add(skipped);
        libc::madvise(start.cast(), whole, libc::MADV_HUGEPAGE);
    }
}

/// Does nothing: only Linux is asked for huge pages.
#[cfg(not(target_os = "linux"))]
pub(crate) fn ask_for_huge_pages<T>(_: &mut [T]) {}
