//! The types with which the pool synchronizes its threads: those of the standard library, or, in the models, loom's.

#[cfg(all(test, loom))]
mod modelled;

#[cfg(all(test, loom))]
pub(super) use self::modelled::*;
#[cfg(not(all(test, loom)))]
pub(super) use self::standard::*;

#[cfg(not(all(test, loom)))]
mod standard {
    pub(in super::super) use std::sync::atomic::AtomicUsize;
    pub(in super::super) use std::sync::{Arc, Mutex};
    pub(in super::super) use std::thread::JoinHandle;
    pub(in super::super) use std::{hint, thread};

    /// The number of times that a thread looks for work before it sleeps: this takes a few tenths of a millisecond.
    pub(in super::super) const LOOKS: usize = 20_000;

    /// A cell with the methods of loom's.
    pub(in super::super) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(in super::super) fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        /// Calls `read` with a pointer to read from.
        pub(in super::super) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
            read(self.0.get())
        }

        /// Calls `write` with a pointer to write to.
        pub(in super::super) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
            write(self.0.get())
        }
    }
}
