//! A training with a progress line, whose record is written as a table and as a figure.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::path::PathBuf;

use brique_datasets::{DataType, GenArti, gen_arti};
use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_losses::MSELoss;
use brique_optim::Adam;
use brique_random::portable;
use brique_train::{Fit, Metric, metrics};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let mut rng = portable(1);
    let data = gen_arti(&GenArti::of(DataType::FourGaussians), &mut rng)?;
    let mut network: Sequential = Sequential::new(2)
        .then(Linear::new(2, 16, Init::XavierUniform, &mut rng)?)?
        .then(Tanh)?
        .then(Linear::new(16, 1, Init::XavierUniform, &mut rng)?)?;
    let fit = Fit::new(40, 32)
        .shuffle(1)
        .validate(&data)
        .metric(Metric::new("R²", metrics::r2))
        .on_epoch(brique_page::progress_line(40));
    let history = fit.run(&mut network, &MSELoss::new(), &mut Adam::new(0.01)?, &data)?;
    if let Some(folder) = folder {
        brique_page::write_csv(&history, folder.join("history.csv"))?;
        brique_page::write_svg(&history, folder.join("history.svg"))?;
    }
    println!("{history}");
    Ok(())
}
