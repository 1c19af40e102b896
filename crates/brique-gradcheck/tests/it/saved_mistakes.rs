//! Mistakes in the values that a module saves in its forward pass.

use std::sync::{Arc, Mutex, PoisonError};

use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Zip, array};

use crate::module_mistakes::{ModuleMistake, mistake};
use crate::toy::{FromSaved, Toy};
use crate::toys::{softmax, softmax_of, tanh};

fn derivative(x: f64) -> f64 {
    1.0 - x.tanh().powi(2)
}

fn times_delta() -> FromSaved {
    Arc::new(|_, delta, saved, d| {
        Zip::from(d)
            .and(saved)
            .and(delta)
            .for_each(|d, saved, delta| *d = saved * delta);
    })
}

fn saving(toy: &mut Toy, save: impl Fn(&Matrix, &mut Matrix, &mut Matrix) + Send + Sync + 'static) {
    toy.saved = Some((Arc::new(save), times_delta()));
}

/// Saves its derivative.
pub fn saving_tanh() -> Toy {
    let mut toy = tanh();
    saving(&mut toy, |x, y, saved| {
        y.assign(&x.mapv(f64::tanh));
        saved.assign(&x.mapv(derivative));
    });
    toy
}

fn softmax_rows(x: &Matrix, y: &mut Matrix) {
    for (mut y, x) in y.rows_mut().into_iter().zip(x.rows()) {
        y.iter_mut()
            .zip(softmax_of(x.iter().copied()))
            .for_each(|(y, p)| *y = p);
    }
}

/// Saves its output p.
fn saving_softmax() -> Toy {
    let mut toy = softmax();
    let from_output: FromSaved = Arc::new(|_, delta, p, d| {
        for ((mut d, p), delta) in d.rows_mut().into_iter().zip(p.rows()).zip(delta.rows()) {
            let mean: f64 = p.iter().zip(delta).map(|(p, delta)| p * delta).sum();
            for ((d, p), delta) in d.iter_mut().zip(p).zip(delta) {
                *d = p * (delta - mean);
            }
        }
    });
    let saving = |x: &Matrix, y: &mut Matrix, saved: &mut Matrix| {
        softmax_rows(x, y);
        saved.assign(y);
    };
    toy.saved = Some((Arc::new(saving), from_output));
    toy
}

fn saving_instead(toy: &mut Toy, save: impl Fn(&Matrix, &mut Matrix, &mut Matrix) + Send + Sync + 'static) {
    if let Some((saving, _)) = &mut toy.saved {
        *saving = Arc::new(save);
    }
}

pub fn all() -> Vec<ModuleMistake> {
    of_the_derivative().into_iter().chain(of_the_output()).collect()
}

fn of_the_derivative() -> Vec<ModuleMistake> {
    vec![
        mistake(
            "output not written where the derivative is saved",
            saving_tanh,
            |toy| {
                saving(toy, |x, _, saved| saved.assign(&x.mapv(derivative)));
            },
        ),
        mistake("input saved instead of the derivative", saving_tanh, |toy| {
            saving(toy, |x, y, saved| {
                y.assign(&x.mapv(f64::tanh));
                saved.assign(x);
            });
        }),
        mistake("saved derivative added to what was there", saving_tanh, |toy| {
            saving(toy, |x, y, saved| {
                y.assign(&x.mapv(f64::tanh));
                Zip::from(saved)
                    .and(x)
                    .for_each(|saved, &x| *saved += derivative(x));
            });
        }),
        mistake("saved derivative rounded to f32", saving_tanh, |toy| {
            saving(toy, |x, y, saved| {
                y.assign(&x.mapv(f64::tanh));
                #[allow(clippy::cast_possible_truncation, reason = "it is the mistake")]
                saved.assign(&x.mapv(|x| f64::from(derivative(x) as f32)));
            });
        }),
        mistake("saved derivative returned as the delta", saving_tanh, |toy| {
            if let Some((_, from_saved)) = &mut toy.saved {
                *from_saved = Arc::new(|_, _, saved, d| d.assign(saved));
            }
        }),
        mistake("derivative saved in the module", saving_tanh, |toy| {
            let cache: Arc<Mutex<Array2<f64>>> = Arc::new(Mutex::new(array![[]]));
            let cached = Arc::clone(&cache);
            toy.saved = Some((
                Arc::new(move |x, y, _| {
                    y.assign(&x.mapv(f64::tanh));
                    *cached.lock().unwrap() = x.mapv(derivative);
                }),
                Arc::new(move |_, delta, _, d| {
                    let derivatives = cache.lock().unwrap();
                    if derivatives.dim() == d.dim() {
                        Zip::from(d)
                            .and(&*derivatives)
                            .and(delta)
                            .for_each(|d, derivative, delta| *d = derivative * delta);
                    }
                }),
            ));
        }),
        mistake("first row of the saved values not written", saving_tanh, |toy| {
            saving(toy, |x, y, saved| {
                y.assign(&x.mapv(f64::tanh));
                let rows = Zip::from(saved.rows_mut()).and(x.rows());
                let mut is_first = true;
                rows.for_each(|mut saved, x| {
                    if !std::mem::take(&mut is_first) {
                        saved.assign(&x.mapv(derivative));
                    }
                });
            });
        }),
    ]
}

fn of_the_output() -> Vec<ModuleMistake> {
    vec![
        mistake("logits saved instead of the output", saving_softmax, |toy| {
            saving_instead(toy, |x, y, saved| {
                softmax_rows(x, y);
                saved.assign(x);
            });
        }),
        mistake("output of the batch before saved", saving_softmax, |toy| {
            let before: Mutex<Option<Array2<f64>>> = Mutex::new(None);
            saving_instead(toy, move |x, y, saved| {
                softmax_rows(x, y);
                let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
                let before = before.replace(y.to_owned());
                let before = before.filter(|before| before.dim() == y.dim());
                saved.assign(before.as_deref().unwrap_or(y));
            });
        }),
        mistake(
            "output of the first batch saved for all others",
            saving_softmax,
            |toy| {
                let first: Mutex<Option<Array2<f64>>> = Mutex::new(None);
                saving_instead(toy, move |x, y, saved| {
                    softmax_rows(x, y);
                    let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
                    let first = first.get_or_insert_with(|| y.to_owned());
                    saved.assign(if first.dim() == y.dim() { first } else { y });
                });
            },
        ),
        mistake("rows of the saved output swapped", saving_softmax, |toy| {
            saving_instead(toy, |x, y, saved| {
                softmax_rows(x, y);
                let rows = y.rows().into_iter().rev();
                saved
                    .rows_mut()
                    .into_iter()
                    .zip(rows)
                    .for_each(|(mut saved, y)| saved.assign(&y));
            });
        }),
    ]
}
