//! Trains networks with all modules, losses, optimisers and schedules, and prints the bits of each result.
//!
//! All processors with fused multiply-add print the same, and so do all without it, WebAssembly included:
//! `cargo run --release -p brique --example bits_of_trainings -- [LEVEL]`, with a SIMD level such as `baseline`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;

use brique::prelude::*;
use brique::tensor::SimdLevel;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let level = match std::env::args().nth(1) {
        Some(name) => name.parse()?,
        None => SimdLevel::best(),
    };
    level.run(|| {
        trainings::<f64>()?;
        trainings::<f32>()
    })?
}

fn trainings<T: Scalar>() -> Outcome<()> {
    for name in [
        "ELU",
        "GELU",
        "LeakyReLU",
        "LogSigmoid",
        "ReLU",
        "SiLU",
        "Sigmoid",
        "Softplus",
        "Tanh",
    ] {
        report(name, &perceptron::<T>(name)?);
    }
    for (name, schedule) in [
        ("step", Schedule::step(7, 0.5)?),
        ("exponential", Schedule::exponential(0.97)?),
        ("cosine", Schedule::cosine(0.01)?),
        ("one cycle", Schedule::one_cycle()),
    ] {
        report(name, &classifier::<T>(&schedule)?);
    }
    for name in ["Adagrad", "Adam", "AdamW", "RMSprop", "SGD"] {
        report(name, &optimized::<T>(name)?);
    }
    report("convolutions", &convolutions::<T>()?);
    Ok(())
}

/// Prints the last loss, and a hash of the bits of the losses and of the parameters.
fn report<T: Scalar>(name: &str, numbers: &Numbers<T>) {
    let numbers_in_order = numbers.losses.iter().chain(&numbers.parameters);
    let bytes = numbers_in_order.flat_map(|number| number.as_f64().to_le_bytes());
    // FNV-1a
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let last = numbers.losses.last().copied().unwrap_or_default();
    println!("{} {name}: loss {last:e}, bits {hash:016x}", T::NAME);
}

struct Numbers<T> {
    losses: Vec<T>,
    parameters: Vec<T>,
}

/// Makes 60 steps on one batch and returns all losses and the parameters.
fn train<T: Scalar>(
    network: &mut Sequential<T>,
    loss: &dyn Loss<T>,
    optimizer: &mut dyn Optimizer<T>,
    schedule: &Schedule,
    (x, y): (&Array2<T>, &Array2<T>),
) -> Outcome<Numbers<T>> {
    const STEPS: u64 = 60;
    let (mut stepper, rate) = (Stepper::with_clip_norm(1.0), optimizer.learning_rate());
    let (mut losses, mut parameters) = (Vec::new(), Vec::new());
    for step in 0..STEPS {
        optimizer.set_learning_rate(rate * schedule.factor(step, STEPS))?;
        losses.push(stepper.step(network, loss, optimizer, x, y)?);
    }
    network.visit_parameters(&mut |parameter| parameters.extend(parameter.value().iter().copied()));
    Ok(Numbers { losses, parameters })
}

fn points<T: Scalar>(data: &Dataset) -> (Array2<T>, Array2<T>) {
    (data.inputs().mapv(T::from_f64), data.targets().mapv(T::from_f64))
}

/// Regression on four Gaussians with one activation function.
fn perceptron<T: Scalar>(activation: &str) -> Outcome<Numbers<T>> {
    let mut rng = portable(1);
    let four = GenArti {
        nbex: 101,
        ..GenArti::of(DataType::FourGaussians)
    };
    let (x, y) = points(&gen_arti(&four, &mut rng)?);
    let mut network = Sequential::new(2).then(Linear::new(2, 33, Init::HeNormal, &mut rng)?)?;
    network = match activation {
        "ELU" => network.then(ELU::default())?,
        "GELU" => network.then(GELU)?,
        "LeakyReLU" => network.then(LeakyReLU::default())?,
        "LogSigmoid" => network.then(LogSigmoid)?,
        "ReLU" => network.then(ReLU)?,
        "SiLU" => network.then(SiLU)?,
        "Sigmoid" => network.then(Sigmoid)?,
        "Softplus" => network.then(Softplus)?,
        _ => network.then(Tanh)?,
    };
    network = network.then(Linear::new(33, 1, Init::StandardNormal, &mut rng)?)?;
    let (loss, mut sgd) = (HuberLoss::default(), SGD::new(0.05)?.momentum(0.9)?);
    train(&mut network, &loss, &mut sgd, &Schedule::Constant, (&x, &y))
}

/// Classes of points, with a normalisation, a dropout and probabilities at the end.
fn classifier<T: Scalar>(schedule: &Schedule) -> Outcome<Numbers<T>> {
    let mut rng = portable(2);
    let data = blobs(
        &Blobs {
            examples: 90,
            ..Blobs::default()
        },
        &mut rng,
    )?;
    let (x, y) = points(&data);
    let mut network = Sequential::new(2)
        .then(Linear::new(2, 40, Init::XavierNormal, &mut rng)?)?
        .then(LayerNorm::new(40)?)?
        .then(Tanh)?
        .then(Dropout::new(0.2, 7)?)?
        .then(Linear::new(40, 3, Init::PyTorch, &mut rng)?)?
        .then(LogSoftmax)?;
    let mut adam = Adam::new(0.02)?;
    train(&mut network, &NLLLoss::default(), &mut adam, schedule, (&x, &y))
}

/// Two classes with one optimiser.
fn optimized<T: Scalar>(optimizer: &str) -> Outcome<Numbers<T>> {
    let mut rng = portable(3);
    let data = gen_arti(&GenArti::of(DataType::Checkerboard), &mut rng)?.with_zero_one_targets()?;
    let (x, y) = points(&data);
    let mut network = Sequential::new(2)
        .then(Linear::new(2, 17, Init::XavierUniform, &mut rng)?)?
        .then(Sigmoid)?
        .then(Linear::new(17, 1, Init::XavierUniform, &mut rng)?)?
        .then(Sigmoid)?;
    let mut optimizer: Box<dyn Optimizer<T>> = match optimizer {
        "Adagrad" => Box::new(Adagrad::new(0.05)?),
        "Adam" => Box::new(Adam::new(0.05)?),
        "AdamW" => Box::new(AdamW::new(0.05)?),
        "RMSprop" => Box::new(RMSprop::new(0.01)?),
        _ => Box::new(SGD::new(0.5)?),
    };
    let schedule = Schedule::warm_up(10, Schedule::Constant);
    train(
        &mut network,
        &BCELoss::default(),
        &mut *optimizer,
        &schedule,
        (&x, &y),
    )
}

/// Convolutions of the signals of MNIST-1D.
fn convolutions<T: Scalar>() -> Outcome<Numbers<T>> {
    let mut rng = portable(4);
    let mnist = Mnist1D {
        examples: 50,
        ..Mnist1D::default()
    };
    let (x, y) = points(&mnist_1d(&mnist, &mut rng)?.0);
    let signal = x.ncols();
    let first = Conv1D::new(
        [signal, 1],
        9,
        Window::new(5).stride(2),
        Init::HeUniform,
        &mut rng,
    )?;
    let pool = MaxPool1D::new(first.output(), 2)?;
    let shape = Module::<T>::output_shape(&pool, first.output())?;
    let mut network = Sequential::new([signal, 1])
        .then(first)?
        .then(ReLU)?
        .then(pool)?
        .then(GroupNorm::new(shape, 3)?)?
        .then(Flatten)?
        .then(Linear::new(shape.size(), 10, Init::Uniform(0.1), &mut rng)?)?;
    let mut adam = Adam::new(0.01)?;
    let loss = CrossEntropyLoss::default();
    train(&mut network, &loss, &mut adam, &Schedule::Constant, (&x, &y))
}
