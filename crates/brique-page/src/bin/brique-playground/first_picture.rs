//! What the page shows before its engine is compiled: the catalogue, and the usual training before its first step.
//!
//! It is what the worker of the page returns for this training; a test in the browser compares the two.

use std::fs;
use std::path::Path;

use brique_page::playground::{
    Catalogue, Described, ExamplesAnswer, HistoryAnswer, Playground, catalogue, describe, to_json,
};
use brique_tensor::SimdLevel;
use serde::Serialize;

use crate::Failure;

/// The file, in the folder of the page.
pub(crate) const NAME: &str = "brique_first.js";

/// The numbers of pixels along the sides of pictures, as in `worker.js`.
const REGION_RESOLUTION: usize = 64;
const UNIT_RESOLUTION: usize = 24;

/// Texts are bytes in base64, which a browser decodes faster than it reads numbers.
#[derive(Serialize)]
struct FirstPicture {
    catalogue: Catalogue,
    description: Described,
    examples: ExamplesAnswer,
    history: HistoryAnswer,
    recorded: Vec<usize>,
    resolution: usize,
    /// Numbers of 32 bits.
    regions: String,
    unit_resolution: usize,
    /// The colour of each pixel, for each module.
    units: Vec<String>,
    /// Numbers of 64 bits, for each module.
    weights: Vec<String>,
}

/// Writes the file. It is a script, so that the page can load it with its other ones.
pub(crate) fn write(folder: &Path) -> Result<(), Failure> {
    let first = SimdLevel::Baseline.run(first_picture)??;
    fs::write(
        folder.join(NAME),
        format!("export default {};\n", to_json(&first)?),
    )?;
    Ok(())
}

fn first_picture() -> Result<FirstPicture, Failure> {
    let catalogue = catalogue();
    let description = describe(&catalogue.config);
    let mut playground = Playground::new(catalogue.config.clone())?;
    let (mut units, mut weights) = (Vec::new(), Vec::new());
    for module in 0..description.modules.len() {
        let pictures = playground.units(module, UNIT_RESOLUTION)?;
        let pictures = pictures.chunks(UNIT_RESOLUTION * UNIT_RESOLUTION);
        units.push(base64(&pictures.flat_map(colors).collect::<Vec<_>>()));
        let bytes = playground.weights(module)?.into_iter().flat_map(f64::to_le_bytes);
        weights.push(base64(&bytes.collect::<Vec<_>>()));
    }
    let regions = playground.regions(REGION_RESOLUTION)?.into_iter();
    let regions = regions.flat_map(f32::to_le_bytes).collect::<Vec<_>>();
    Ok(FirstPicture {
        description,
        examples: playground.examples_answer(),
        history: playground.history_answer(0),
        recorded: playground.recorded_epochs(),
        resolution: REGION_RESOLUTION,
        regions: base64(&regions),
        unit_resolution: UNIT_RESOLUTION,
        units,
        weights,
        catalogue,
    })
}

/// Returns the colour of each pixel of a unit, as `scaleIndex` of the page does: from 0 for minus the largest size in
/// the picture to 255 for the largest size.
fn colors(picture: &[f32]) -> impl Iterator<Item = u8> {
    let largest = picture
        .iter()
        .fold(0.0, |largest, value| f32::max(largest, value.abs()));
    picture.iter().map(move |value| {
        let part = f64::from(*value) / f64::from(largest);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the part is from −1 to 1"
        )]
        let color = ((part + 1.0) * 127.5).round() as u8;
        color
    })
}

/// Returns bytes in base64.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| usize::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let is_padding = digit > group.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if is_padding {
                '='
            } else {
                char::from(DIGITS[value])
            });
        }
    }
    text
}
