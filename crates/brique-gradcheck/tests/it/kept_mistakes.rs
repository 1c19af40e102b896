//! Mistakes in what a module keeps on its way forward.

use std::sync::{Arc, Mutex};

use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Zip, array};

use crate::module_mistakes::{ModuleMistake, mistake};
use crate::toy::{FromKept, Toy};
use crate::toys::tanh;

fn slope(x: f64) -> f64 {
    1.0 - x.tanh().powi(2)
}

fn times_delta() -> FromKept {
    Arc::new(|_, delta, d| Zip::from(d).and(delta).for_each(|d, &delta| *d *= delta))
}

fn keeping(toy: &mut Toy, keep: impl Fn(&Matrix, &mut Matrix, &mut Matrix) + Send + Sync + 'static) {
    toy.kept = Some((Arc::new(keep), times_delta()));
}

/// Keeps its slope.
fn keeping_tanh() -> Toy {
    let mut toy = tanh();
    keeping(&mut toy, |x, y, kept| {
        y.assign(&x.mapv(f64::tanh));
        kept.assign(&x.mapv(slope));
    });
    toy
}

pub fn all() -> Vec<ModuleMistake> {
    vec![
        mistake(
            "output left as it was where the slope is kept",
            keeping_tanh,
            |toy| {
                keeping(toy, |x, _, kept| kept.assign(&x.mapv(slope)));
            },
        ),
        mistake("input kept, and taken for the slope", keeping_tanh, |toy| {
            keeping(toy, |x, y, kept| {
                y.assign(&x.mapv(f64::tanh));
                kept.assign(x);
            });
        }),
        mistake("kept slope added to what was there", keeping_tanh, |toy| {
            keeping(toy, |x, y, kept| {
                y.assign(&x.mapv(f64::tanh));
                Zip::from(kept).and(x).for_each(|kept, &x| *kept += slope(x));
            });
        }),
        mistake("kept slope rounded to f32", keeping_tanh, |toy| {
            keeping(toy, |x, y, kept| {
                y.assign(&x.mapv(f64::tanh));
                #[allow(clippy::cast_possible_truncation, reason = "it is the mistake")]
                kept.assign(&x.mapv(|x| f64::from(slope(x) as f32)));
            });
        }),
        mistake("kept slope handed on for the delta", keeping_tanh, |toy| {
            if let Some((_, from_kept)) = &mut toy.kept {
                *from_kept = Arc::new(|_, _, _| ());
            }
        }),
        mistake("slope kept in the module", keeping_tanh, |toy| {
            let cache: Arc<Mutex<Array2<f64>>> = Arc::new(Mutex::new(array![[]]));
            let kept = Arc::clone(&cache);
            toy.kept = Some((
                Arc::new(move |x, y, _| {
                    y.assign(&x.mapv(f64::tanh));
                    *kept.lock().unwrap() = x.mapv(slope);
                }),
                Arc::new(move |_, delta, d| {
                    let slopes = cache.lock().unwrap();
                    if slopes.dim() == d.dim() {
                        Zip::from(d)
                            .and(&*slopes)
                            .and(delta)
                            .for_each(|d, slope, delta| *d = slope * delta);
                    }
                }),
            ));
        }),
    ]
}
