//! 2, 3.1 and 3.2: measures what the report claims about its modules, its loss and its linear layer.

use brique_core::{Loss, Module};
use brique_layers::{Init, Linear};
use brique_losses::MSELoss;
use brique_random::{NumpyRandomState, RandomSource};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;
use serde_json::json;

use crate::report_data::DATA_SEED;
use crate::{Agreement, Claim, Error, Experiment, Outcome, Settings, Workers};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "contract",
    summary: "2, 3.1, 3.2 What the report says of Module, Loss, MSELoss and Linear, measured",
    steps: |_| 1,
    agreement: Agreement::RoundingErrors,
    run,
};

const EXAMPLES: usize = 64;
const INPUTS: usize = 5;
const OUTPUTS: usize = 3;
/// The step of central differences: near the cube root of the precision, which balances rounding and truncation errors.
const DIFFERENCE: f64 = 1e-5;

/// A layer, a batch and the targets of the batch, all drawn from a normal distribution.
struct Case {
    linear: Linear,
    x: Array2<f64>,
    y: Array2<f64>,
}

impl Case {
    fn draw() -> Result<Self, Error> {
        let mut rng = NumpyRandomState::new(DATA_SEED);
        let linear = Linear::new(INPUTS, OUTPUTS, Init::StandardNormal, &mut rng)?;
        let mut normal =
            |columns| Array2::from_shape_simple_fn((EXAMPLES, columns), || rng.standard_normal());
        Ok(Self {
            linear,
            x: normal(INPUTS),
            y: normal(OUTPUTS),
        })
    }

    fn loss_of(&self, linear: &Linear, x: &Matrix) -> Result<f64, Error> {
        Ok(MSELoss::new().forward(&self.y, &linear.forward(x)?)?)
    }
}

fn run(_settings: &Settings, _workers: &mut Workers<'_>, progress: &dyn Fn()) -> Result<Outcome, Error> {
    let case = Case::draw()?;
    let claims = [module_claims(&case)?, loss_claims(&case)?, linear_claims(&case)?].concat();
    progress();
    let results = claims
        .iter()
        .map(|claim| (claim.id.replace("contract.", ""), json!(claim.measured)))
        .collect();
    let headline = format!("{} properties measured", claims.len());
    Ok(Outcome {
        results,
        claims,
        figures: Vec::new(),
        chapter: CHAPTER.to_owned(),
        headline,
    })
}

fn module_claims(case: &Case) -> Result<Vec<Claim>, Error> {
    let mut linear = case.linear.clone();
    let delta = MSELoss::new().backward(&case.y, &linear.forward(&case.x)?)?;
    linear.backward_update_gradient(&case.x, &delta)?;
    let once = linear.parameters().gradient().to_owned();
    linear.backward_update_gradient(&case.x, &delta)?;
    let accumulated = distance(linear.parameters().gradient(), &(&once + &once));

    let expected = linear.parameters().value().to_owned() - linear.parameters().gradient().to_owned() * 0.5;
    linear.update_parameters(0.5)?;
    let updated = distance(linear.parameters().value(), &expected);

    linear.zero_grad();
    let zeroed = distance(linear.parameters().gradient(), &Array2::zeros(once.dim()));
    Ok(vec![
        Claim::at_most(
            "contract.backward_update_gradient_adds",
            "backward_update_gradient adds: twice is double once, largest difference",
            accumulated,
            0.0,
        ),
        Claim::at_most(
            "contract.update_parameters",
            "update_parameters(s) leaves W − s·∇W, largest difference",
            updated,
            0.0,
        ),
        Claim::at_most(
            "contract.remembers_nothing",
            "a prediction between forward and backward changes no gradient, largest difference",
            distance(&disturbed_gradient(case, &delta)?, &once),
            0.0,
        ),
        Claim::at_most(
            "contract.refusals_change_nothing",
            "inputs and deltas of a wrong shape are refused and change no gradient: refusals that failed to",
            failed_refusals(case) as f64,
            0.0,
        ),
        Claim::at_most(
            "contract.zero_grad",
            "zero_grad leaves a gradient of zero, largest entry",
            zeroed,
            0.0,
        ),
    ])
}

/// The gradient of a layer that ran another forward pass, on other inputs, before the backward pass.
fn disturbed_gradient(case: &Case, delta: &Matrix) -> Result<Array2<f64>, Error> {
    let mut linear = case.linear.clone();
    linear.forward(&case.x)?;
    linear.forward(&Array2::ones((1, INPUTS)))?;
    linear.backward_update_gradient(&case.x, delta)?;
    Ok(linear.parameters().gradient().to_owned())
}

/// The number of failures: calls with wrong shapes that returned no error, of three, and one more if the layer changed.
fn failed_refusals(case: &Case) -> usize {
    let mut linear = case.linear.clone();
    let (wide, short) = (
        Array2::ones((EXAMPLES, INPUTS + 1)),
        Array2::ones((EXAMPLES - 1, OUTPUTS)),
    );
    let taken = [
        linear.forward(&wide).is_ok(),
        linear.backward_delta(&case.x, &short).is_ok(),
        linear.backward_update_gradient(&case.x, &short).is_ok(),
        linear != case.linear,
    ];
    taken.iter().filter(|taken| **taken).count()
}

fn loss_claims(case: &Case) -> Result<Vec<Claim>, Error> {
    let loss = MSELoss::new();
    let yhat = case.linear.forward(&case.x)?;
    let terms = yhat.len() as f64;
    let definition = yhat
        .iter()
        .zip(&case.y)
        .map(|(yhat, y)| (y - yhat).powi(2))
        .sum::<f64>()
        / terms;
    let forward = loss.forward(&case.y, &yhat)?;

    let delta = loss.backward(&case.y, &yhat)?;
    let formula = (&case.y - &yhat) * (-2.0 / terms);
    let numeric = differences(&yhat, |yhat| Ok(loss.forward(&case.y, yhat)?))?;
    Ok(vec![
        Claim::at_most(
            "contract.mse_forward",
            "MSELoss.forward is the mean of (y − ŷ)², relative difference",
            (forward / definition - 1.0).abs(),
            1e-14,
        ),
        Claim::at_most(
            "contract.mse_backward",
            "MSELoss.backward is −2(y − ŷ) over the number of terms, largest difference",
            distance(&delta, &formula),
            1e-15,
        ),
        Claim::at_most(
            "contract.mse_backward_by_differences",
            "MSELoss.backward is the gradient of MSELoss.forward, largest distance from central differences",
            distance(&delta, &numeric),
            1e-8,
        ),
    ])
}

fn linear_claims(case: &Case) -> Result<Vec<Claim>, Error> {
    let mut linear = case.linear.clone();
    let yhat = linear.forward(&case.x)?;
    let delta = MSELoss::new().backward(&case.y, &yhat)?;
    linear.backward_update_gradient(&case.x, &delta)?;

    let stacked = Array2::from_shape_fn((EXAMPLES, INPUTS + 1), |(row, column)| {
        case.x.get((row, column)).copied().unwrap_or(1.0)
    });
    let parameters = case.linear.parameters().value().to_owned();
    let by_parameters = differences(&parameters, |w| {
        case.loss_of(&Linear::from_parameters(w.to_owned())?, &case.x)
    })?;
    let by_input = differences(&case.x, |x| case.loss_of(&case.linear, x))?;
    Ok(vec![
        Claim::at_most(
            "contract.linear_forward",
            "Linear.forward is hstack(x, 1) @ parameters, largest difference",
            distance(&yhat, &stacked.dot(&parameters)),
            1e-13,
        ),
        Claim::at_most(
            "contract.linear_backward_update_gradient",
            "Linear.backward_update_gradient, bias included, largest distance from central differences",
            distance(linear.parameters().gradient(), &by_parameters),
            1e-8,
        ),
        Claim::at_most(
            "contract.linear_backward_delta",
            "Linear.backward_delta, largest distance from central differences",
            distance(&case.linear.backward_delta(&case.x, &delta)?, &by_input),
            1e-8,
        ),
    ])
}

/// The largest difference between two entries.
fn distance(a: &Matrix, b: &Matrix) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// ∂f/∂`at` by central differences.
fn differences(at: &Matrix, f: impl Fn(&Matrix) -> Result<f64, Error>) -> Result<Array2<f64>, Error> {
    let mut moved = at.to_owned();
    let mut gradient = Array2::zeros(at.dim());
    for (index, derivative) in gradient.indexed_iter_mut() {
        moved[index] = at[index] + DIFFERENCE;
        let above = f(&moved)?;
        moved[index] = at[index] - DIFFERENCE;
        let below = f(&moved)?;
        moved[index] = at[index];
        *derivative = (above - below) / (2.0 * DIFFERENCE);
    }
    Ok(gradient)
}

const CHAPTER: &str = "\
## 2 Foundations

*Prémisses*

### 2.1 The class Module

*Classe Module*

```text
┌────────────────────────────────────────┐
│ Module                                 │
├────────────────────────────────────────┤
│ parameters                             │
│ gradient                               │
├────────────────────────────────────────┤
│ zero_grad()                            │
│ forward(data)                          │
│ update_parameters(gradient_step)       │
│ backward_update_gradient(input, delta) │
│ backward_delta(input, delta)           │
└────────────────────────────────────────┘
```

*Figure 1: the diagram of the class Module.*

A module has parameters and a gradient, and five methods: `forward`, `zero_grad`, `backward_update_gradient`, \
`backward_delta` and `update_parameters`. In Brique a user calls the same five names of the trait `Module`, which check \
the shapes they are given; a module remembers nothing between two calls.

### 2.2 The class Loss

*Classe Loss*

A loss has two methods: `forward(y, ŷ)`, the cost, and `backward(y, ŷ)`, its gradient with respect to ŷ. The trait `Loss` \
adds the vector of the costs example by example.

## 3 My first one is ... linear!

*Mon premier est ... linéaire!*

### 3.1 The mean squared error

*Implémentation de la perte MSE*

MSE(y, ŷ) = (y − ŷ)², ∂MSE/∂ŷ = −2(y − ŷ). The mean over the batch belongs to the loss and to nothing else, so that value \
and gradient are divided alike.

### 3.2 The linear module

*Implémentation du module linéaire*

One matrix of parameters with a row more than there are inputs: the bias, which the report multiplies with a column of \
ones stacked onto the input (`hstack`). Brique computes the same product without building that column.

What follows is measured on a layer with 5 inputs and 3 outputs and a batch of 64, drawn with seed 42.
";
