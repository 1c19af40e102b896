//! The five sets of examples of two classes that the chain has to separate.

use brique_datasets::{Circles, Dataset, Moons, circles, gen_arti, moons};
use brique_random::RandomSource;

use crate::Error;
use crate::experiments::classification;

/// Examples of each data set.
pub(super) const EXAMPLES: usize = 1000;
/// The noise of moons and circles: that of `gen_arti` in the first chapter.
pub(super) const NOISE: f64 = classification::EPSILON;

/// The classes that the chain has to separate.
pub(super) enum Problem {
    Moons,
    Circles,
    Arti(&'static classification::Problem),
}

pub(super) const PROBLEMS: [Problem; 5] = [
    Problem::Moons,
    Problem::Circles,
    Problem::Arti(&classification::PROBLEMS[0]),
    Problem::Arti(&classification::PROBLEMS[1]),
    Problem::Arti(&classification::PROBLEMS[2]),
];

impl Problem {
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Moons => "moons",
            Self::Circles => "circles",
            Self::Arti(problem) => problem.key,
        }
    }

    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Moons => "Moons",
            Self::Circles => "Circles",
            Self::Arti(problem) => problem.title,
        }
    }

    pub(super) fn draw(&self, rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
        let (examples, noise) = (EXAMPLES, NOISE);
        Ok(match self {
            Self::Moons => moons(&Moons { examples, noise }, rng)?,
            Self::Circles => {
                let factor = 0.5;
                let parameters = Circles {
                    examples,
                    noise,
                    factor,
                };
                circles(&parameters, rng)?
            }
            Self::Arti(problem) => gen_arti(&problem.parameters(), rng)?.with_zero_one_targets()?,
        })
    }
}
