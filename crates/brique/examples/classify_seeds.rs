//! Classifies seeds from a table with texts and missing values; the test set is used once, at the end.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
use brique::prelude::*;
use brique::train::{metrics::ConfusionMatrix, predict_proba};

type Failure = Box<dyn std::error::Error>;

/// Trains on `train` and returns the probabilities of the classes on `test`. All statistics are those of `train`.
fn predict(train: &Dataset<f32>, test: &Dataset<f32>) -> Result<Array2<f32>, Failure> {
    let steps = Preparation::new().fill_missing(Fill::Median).standardize();
    let fitted = steps.fit(train)?;
    let (inputs, mut rng) = (train.inputs().ncols(), portable(1));
    let mut network = Sequential::new(inputs)
        .then(Linear::new(inputs, 16, Init::PyTorch, &mut rng)?)?
        .then(ReLU)?
        .then(Linear::new(16, 3, Init::PyTorch, &mut rng)?)?;
    let (loss, mut adam) = (CrossEntropyLoss::new(), Adam::new(0.01)?);
    let fit = Fit::new(40, 16).shuffle(1);
    fit.run(&mut network, &loss, &mut adam, &fitted.apply(train)?)?;
    Ok(predict_proba(&network, &loss, fitted.apply(test)?.inputs())?)
}

fn main() -> Result<(), Failure> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/seeds.csv");
    let mut options = CsvOptions::with_header();
    options.text = vec![TextColumn::one_hot("surface"), TextColumn::classes("kind")];
    (options.missing, options.missing_marks) = (Missing::Keep, vec!["?".to_owned()]);
    let data: Dataset<f32> = read_csv(path, &options)?; // f32: a file does not tell the type of its numbers
    let selection = Selection::Shuffled(&mut portable(1));
    let (learning, test) = train_test_split(&data, TestSize::Fraction(0.25), selection)?;
    for fold in k_fold(learning.len(), 5, Selection::InOrder)? {
        let (train, validation) = fold.select(&learning)?;
        let accuracy = metrics::accuracy(validation.targets(), &predict(&train, &validation)?)?;
        println!("accuracy {accuracy:.3} in cross-validation");
    }
    let matrix = ConfusionMatrix::of(test.targets(), &predict(&learning, &test)?)?;
    let names = data.class_names().ok_or("the kind is a number")?;
    println!("{}", matrix.with_class_names(names)?);
    Ok(())
}
