//! The files of the page. They are part of the program.

use crate::{Response, media_type};

/// A file, by the path under which the page asks for it.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$((concat!("/", $path), include_str!(concat!("../../page/", $path)))),*]
    };
}

const PAGE: &str = include_str!("../../page/dashboard.html");

const FILES: [(&str, &str); 17] = files![
    "charts.js",
    "colors.js",
    "dashboard.css",
    "dashboard.js",
    "dom.js",
    "icon.svg",
    "language/en.js",
    "language/fr.js",
    "numbers.js",
    "run_charts.js",
    "run_data.js",
    "run_list.js",
    "style.css",
    "text.js",
    "theme.js",
    "vendor/uPlot.esm.js",
    "vendor/uPlot.min.css",
];

/// Returns the page itself.
pub(super) fn page() -> Response {
    Response::new(media_type("html"), PAGE.as_bytes())
}

/// Returns another file of the page.
pub(super) fn asset(path: &str) -> Option<Response> {
    let (_, content) = FILES.iter().find(|(known, _)| *known == path)?;
    let extension = path.rsplit('.').next()?;
    Some(Response::new(media_type(extension), content.as_bytes()))
}
