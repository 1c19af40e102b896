//! What a playground shows of its network: pictures of the plane, outputs and weights.

use brique_core::Module as ModuleTrait;
use brique_tensor::ndarray::Array2;

use super::pictures::{self, Bounds};
use super::{Data, Error, Playground};

impl Playground {
    /// Returns the rectangle of the plane that pictures show.
    ///
    /// # Errors
    ///
    /// If the inputs are not points of the plane.
    pub fn bounds(&self) -> Result<Bounds, Error> {
        if self.examples.inputs.ncols() == 2 {
            let points = &self.examples.inputs;
            return Ok(match self.config().data {
                Data::Points { .. } => pictures::bounds_of_own_points(points),
                _ => pictures::bounds(points),
            });
        }
        Err(Error::value(
            "the input",
            self.examples.input,
            "(2): a picture shows points of the plane",
        ))
    }

    /// Computes a picture of the plane, row by row from the largest x₂: the probabilities of the classes of each pixel,
    /// or the prediction of a regression.
    ///
    /// # Errors
    ///
    /// If the inputs are not points of the plane, or the resolution is 0 or too large.
    pub fn regions(&mut self, resolution: usize) -> Result<Vec<f32>, Error> {
        let (bounds, form) = (self.bounds()?, self.form);
        self.shown();
        let (network, loss) = (&self.shown, &*self.loss);
        let mut picture = Vec::new();
        pictures::visit_pixels(bounds, resolution, |points| {
            let shown = pictures::shown(form, loss, network.predict(points)?);
            picture.extend(shown.iter().map(|&value| narrowed(value)));
            Ok(())
        })?;
        Ok(picture)
    }

    /// Computes a picture of the plane for each output of a module.
    ///
    /// # Errors
    ///
    /// As [`regions`](Self::regions), and if there is no such module.
    pub fn units(&mut self, module: usize, resolution: usize) -> Result<Vec<f32>, Error> {
        let bounds = self.bounds()?;
        let network = self.shown();
        let (pixels, mut first) = (resolution.saturating_mul(resolution), 0);
        let mut picture = Vec::new();
        pictures::visit_pixels(bounds, resolution, |points| {
            let outputs = pictures::output_of(network, module, points)?;
            if first == 0 {
                check_size(outputs.ncols().saturating_mul(pixels))?;
                picture.resize(outputs.ncols() * pixels, 0.0);
            }
            for ((row, unit), &value) in outputs.indexed_iter() {
                picture[unit * pixels + first + row] = narrowed(value);
            }
            first += outputs.nrows();
            Ok(())
        })?;
        Ok(picture)
    }

    /// Computes the output of a module for one input; without a module that of the whole network, as probabilities for a
    /// classification.
    ///
    /// # Errors
    ///
    /// If there is no such module, or the input has another number of values.
    pub fn outputs(&mut self, module: Option<usize>, input: &[f64]) -> Result<Vec<f64>, Error> {
        let expected = self.examples.inputs.ncols();
        if input.len() != expected {
            let expected = expected.to_string();
            return Err(Error::value(
                "the number of values of the input",
                input.len(),
                expected,
            ));
        }
        let x = Array2::from_shape_fn((1, input.len()), |(_, column)| input[column]);
        self.shown();
        let output = match module {
            Some(module) => pictures::output_of(&self.shown, module, &x)?,
            None => pictures::shown(self.form, &*self.loss, self.shown.predict(&x)?),
        };
        Ok(output.into_iter().collect())
    }

    /// Returns the first parameter of a module, row by row, the biases last; nothing if it has none.
    ///
    /// # Errors
    ///
    /// If there is no such module.
    pub fn weights(&mut self, module: usize) -> Result<Vec<f64>, Error> {
        let network = self.shown();
        let expected = format!("below {}, the number of modules", network.len());
        let Some((_, found)) = network.inner(module) else {
            return Err(Error::value("the index of a module", module, expected));
        };
        let mut values = None;
        found.visit_parameters(&mut |parameter| {
            values.get_or_insert_with(|| parameter.value().iter().copied().collect());
        });
        Ok(values.unwrap_or_default())
    }
}

/// Checks that the pictures of a module are not too large.
fn check_size(pixels: usize) -> Result<(), Error> {
    const MOST: usize = 1 << 24;
    if pixels <= MOST {
        return Ok(());
    }
    Err(Error::value(
        "the number of pixels",
        pixels,
        format!("at most {MOST}"),
    ))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the colour of a pixel needs few digits"
)]
fn narrowed(value: f64) -> f32 {
    value as f32
}
