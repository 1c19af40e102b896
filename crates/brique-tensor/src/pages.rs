//! Pages of memory, and huge ones: large matrices are found in them with fewer looks into the tables of the system.

#![allow(unsafe_code, reason = "the system is asked through its C interface")]

/// Processors tell what is read from what was just written by its place on a page of so many bytes, at first.
pub(crate) const PAGE_BYTES: usize = 4 * 1024;

/// What the system calls huge on x86-64, and with pages of 4 KiB on aarch64.
pub(crate) const HUGE_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// Asks the system for huge pages where numbers fill them; where it has none, nothing changes.
///
/// Numbers that were not written yet come to lie in huge pages at once, others when the system finds the time.
#[cfg(target_os = "linux")]
pub(crate) fn ask_for_huge_pages<T>(numbers: &mut [T]) {
    let skipped = numbers.as_ptr().addr().wrapping_neg() % HUGE_PAGE_BYTES;
    let whole = size_of_val(numbers).saturating_sub(skipped) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    if whole == 0 {
        return;
    }
    // SAFETY: the bytes are those of a slice that nobody else can reach, and the advice leaves them as they are, also for
    // whoever has the memory afterwards. An error says that the system has no huge pages: there is nothing to mend.
    unsafe {
        let start = numbers.as_mut_ptr().byte_add(skipped);
        libc::madvise(start.cast(), whole, libc::MADV_HUGEPAGE);
    }
}

/// Only Linux is asked.
#[cfg(not(target_os = "linux"))]
pub(crate) fn ask_for_huge_pages<T>(_: &mut [T]) {}
