//! Predicts rents from a table with texts and missing values, with a width from cross-validation.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
use brique::prelude::*;

/// Trains on `train` and returns R² on `test`. All statistics are those of `train`.
fn score(train: &Dataset, test: &Dataset, width: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let steps = Preparation::new().fill_missing(Fill::Mean).standardize();
    let fitted = steps.standardize_targets().fit(train)?;
    let (inputs, mut rng) = (train.inputs().ncols(), portable(1));
    let mut network = Sequential::new(inputs)
        .then(Linear::new(inputs, width, Init::PyTorch, &mut rng)?)?
        .then(Tanh)?
        .then(Linear::new(width, 1, Init::PyTorch, &mut rng)?)?;
    let (loss, mut adam) = (MSELoss::new(), AdamW::new(0.01)?);
    let fit = Fit::new(40, 16).shuffle(1).schedule(Schedule::cosine(0.0)?);
    fit.run(&mut network, &loss, &mut adam, &fitted.apply(train)?)?;
    let predictions = network.predict(fitted.apply(test)?.inputs())?;
    let rents = fitted.restore_targets(&predictions)?;
    Ok(metrics::r2(test.targets(), &rents)?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/apartments.csv");
    let mut options = CsvOptions::with_header();
    options.text = ["district", "heating"].map(TextColumn::one_hot).to_vec();
    (options.missing, options.missing_marks) = (Missing::Keep, vec!["NA".to_owned()]);
    let data: Dataset = read_csv(path, &options)?; // f64: a file does not tell the type of its numbers
    let selection = Selection::Shuffled(&mut portable(1));
    let (learning, test) = train_test_split(&data, TestSize::Fraction(0.25), selection)?;
    for width in [2, 32] {
        let mut mean = 0.0;
        for fold in k_fold(learning.len(), 5, Selection::InOrder)? {
            let (train, validation) = fold.select(&learning)?;
            mean += score(&train, &validation, width)? / 5.0;
        }
        println!("width {width}: R² {mean:.3} in cross-validation");
    }
    println!("width 32: R² {:.3} on the test set", score(&learning, &test, 32)?);
    Ok(())
}
