//! Tests at every SIMD level of the processor.

use brique_tensor::SimdLevel;

/// Calls `check` at every SIMD level that this processor has, from the best to the baseline.
pub fn on_every_level(check: impl Fn()) {
    for level in SimdLevel::available().into_iter().rev() {
        #[allow(clippy::print_stderr, reason = "shown if the test fails")]
        {
            eprintln!("at SIMD level {level}:");
        }
        level.run(&check).unwrap();
    }
}

/// A `proptest!` whose tests run all of their cases at every SIMD level.
macro_rules! proptest_on_every_level {
    (#![proptest_config($config:expr)] $($(#[$attribute:meta])* fn $name:ident($($arguments:tt)*) $body:block)*) => {$(
        $(#[$attribute])*
        fn $name() {
            proptest! {
                #![proptest_config($config)]
                fn cases($($arguments)*) $body
            }
            $crate::levels::on_every_level(cases);
        }
    )*};
    ($(#[$attribute:meta])* fn $($tests:tt)*) => {
        $crate::levels::proptest_on_every_level! {
            #![proptest_config(ProptestConfig::default())]
            $(#[$attribute])* fn $($tests)*
        }
    };
}

pub(crate) use proptest_on_every_level;
