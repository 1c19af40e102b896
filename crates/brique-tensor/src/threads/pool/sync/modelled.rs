//! The types of loom, which explores the executions of a model.

#![allow(clippy::expect_used, reason = "a model that cannot go on fails")]

pub(in super::super) use loom::cell::UnsafeCell;
pub(in super::super) use loom::hint;
pub(in super::super) use loom::sync::Mutex;
pub(in super::super) use loom::sync::atomic::AtomicUsize;
pub(in super::super) use std::sync::Arc;

pub(in super::super) use self::thread::JoinHandle;

/// A thread sleeps after its first look.
pub(in super::super) const LOOKS: usize = 1;

/// Threads that park with `Notify`, which also wakes up without a reason.
///
/// loom's own `unpark` would hide mistakes: the other thread sees all that happened before, even if it does not park.
pub(in super::super) mod thread {
    use std::cell::RefCell;
    use std::io;
    use std::sync::Arc;

    use loom::sync::Notify;

    pub(in super::super::super) use loom::thread::yield_now;

    loom::thread_local! {
        static TOKEN: RefCell<Option<Arc<Notify>>> = RefCell::new(None);
    }

    pub(in super::super::super) fn park() {
        let token = TOKEN.with(|token| token.borrow().clone());
        token.expect("only workers park").wait();
    }

    pub(in super::super::super) struct Builder(loom::thread::Builder);

    impl Builder {
        pub(in super::super::super) fn new() -> Self {
            Self(loom::thread::Builder::new())
        }

        pub(in super::super::super) fn name(self, name: String) -> Self {
            Self(self.0.name(name))
        }

        pub(in super::super::super) fn spawn(
            self,
            work: impl FnOnce() + Send + 'static,
        ) -> io::Result<JoinHandle<()>> {
            let token = Arc::new(Notify::new());
            let own = Arc::clone(&token);
            let handle = self.0.spawn(move || {
                TOKEN.with(|token| token.replace(Some(own)));
                work();
            })?;
            Ok(JoinHandle {
                handle,
                thread: Thread { token },
            })
        }
    }

    #[derive(Debug)]
    pub(in super::super::super) struct JoinHandle<T> {
        handle: loom::thread::JoinHandle<T>,
        thread: Thread,
    }

    impl<T> JoinHandle<T> {
        pub(in super::super::super) fn join(self) -> std::thread::Result<T> {
            self.handle.join()
        }

        pub(in super::super::super) fn thread(&self) -> &Thread {
            &self.thread
        }
    }

    #[derive(Debug)]
    pub(in super::super::super) struct Thread {
        token: Arc<Notify>,
    }

    impl Thread {
        pub(in super::super::super) fn unpark(&self) {
            self.token.notify();
        }
    }
}
