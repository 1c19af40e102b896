//! A network that learns XOR, which no line separates.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use brique::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (xor, mut rng) = (GenArti::of(DataType::FourGaussians), portable(1));
    let data = gen_arti(&xor, &mut rng)?.with_zero_one_targets()?;
    let selection = Selection::Shuffled(&mut rng);
    let (train, test) = train_test_split(&data, TestSize::default(), selection)?;
    let mut network: Sequential = Sequential::new(2)
        .then(Linear::new(2, 8, Init::XavierUniform, &mut rng)?)?
        .then(Tanh)?
        .then(Linear::new(8, 1, Init::XavierUniform, &mut rng)?)?;
    let (loss, mut adam) = (BCEWithLogitsLoss::new(), Adam::new(0.01)?);
    let fit = Fit::new(30, 32).shuffle(7);
    fit.run(&mut network, &loss, &mut adam, &train)?;
    let logits = network.predict(test.inputs())?;
    let accuracy = metrics::accuracy_of_logits(test.targets(), &logits)?;
    println!("{network:#}\naccuracy {accuracy}");
    assert!(accuracy > 0.98);
    Ok(())
}
