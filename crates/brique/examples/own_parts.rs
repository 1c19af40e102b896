//! A network with a residual block, a loss and an optimiser of one's own, watched while it trains.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
use brique::prelude::*;

type Failure = Box<dyn std::error::Error>;

/// Computes `x + f(x)`, where f normalises, widens four times, and narrows again.
fn block(width: usize, rng: &mut dyn RandomSource) -> Result<Residual, Failure> {
    let chain = Sequential::new(width)
        .then(LayerNorm::new(width)?)?
        .then(Linear::new(width, 4 * width, Init::XavierUniform, rng)?)?
        .then(GELU)?
        .then(Linear::new(4 * width, width, Init::XavierUniform, rng)?)?;
    Ok(Residual::new(width, chain)?)
}

fn main() -> Result<(), Failure> {
    let mut rng = portable(1);
    let data = spirals(&Spirals::default(), &mut rng)?;
    let mut network = Sequential::new(2)
        .then(Linear::new(2, 8, Init::XavierUniform, &mut rng)?)?
        .then(block(8, &mut rng)?)?
        .then(block(8, &mut rng)?)?
        .then(Linear::new(8, 1, Init::XavierUniform, &mut rng)?)?;
    let log_cosh = |y: f64, yhat: f64| (yhat - y).cosh().ln();
    let loss = ElementwiseLoss::new("LogCosh", log_cosh, |y, yhat| (yhat - y).tanh());
    let mut optimizer = CustomOptimizer::new("SignDescent", 0.01, ["mean"], |mut rows, rate| {
        let [mut mean] = rows.buffers;
        mean *= 0.9;
        mean.scaled_add(0.1, &rows.gradient);
        rows.value.scaled_add(-rate, &mean.map(|m: &f64| m.signum()));
    })?;
    let fit = Fit::new(60, 32).shuffle(1).schedule(Schedule::cosine(0.0)?);
    let watched = fit.on_epoch(|epoch, training| match gradient_norm(training.network) {
        Ok(norm) => println!("{epoch}, gradient {norm:.2e}"),
        Err(error) => println!("{epoch}, {error}"),
    });
    println!("{}", watched.run(&mut network, &loss, &mut optimizer, &data)?);
    Ok(())
}
