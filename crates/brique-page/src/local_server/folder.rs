//! The files of a folder, over HTTP.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{LocalServer, Request, Response};
use crate::Error;

impl LocalServer {
    /// Starts a server for the files of a folder and of the folders inside it. The path `/` is the file `index.html`.
    ///
    /// A path that leads out of the folder, also over a symbolic link, is answered with the status 404.
    ///
    /// # Errors
    ///
    /// If the folder is not there, or the port is in use or not allowed. The error names it.
    pub fn of_folder(port: u16, folder: impl AsRef<Path>) -> Result<Self, Error> {
        let path = folder.as_ref();
        let folder = fs::canonicalize(path).map_err(|source| Error::Folder {
            path: path.to_owned(),
            source,
        })?;
        Self::start(port, move |request| {
            if request.is_post {
                return Response::text(405, "method not allowed");
            }
            file(&folder, request).unwrap_or_else(Response::not_found)
        })
    }
}

fn file(folder: &Path, request: &Request<'_>) -> Option<Response> {
    let path = match request.path {
        "/" => "index.html",
        path => path.strip_prefix('/')?,
    };
    let path = fs::canonicalize(inside(folder, path)?).ok()?;
    if !path.starts_with(folder) {
        return None;
    }
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or("txt");
    Some(Response::new(media_type(extension), fs::read(&path).ok()?))
}

/// Returns the path of a file in the folder, or `None` if the path could mean anything else.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let is_plain = |component| matches!(component, Component::Normal(_));
    let plain = !path.contains(['\\', ':', '%', '\0']) && Path::new(path).components().all(is_plain);
    plain.then(|| folder.join(path))
}

/// Returns the media type of a file with this extension.
///
/// ```
/// assert_eq!(brique_page::media_type("js"), "text/javascript; charset=utf-8");
/// assert_eq!(brique_page::media_type("xyz"), "application/octet-stream");
/// ```
#[must_use]
pub fn media_type(extension: &str) -> &'static str {
    match extension {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
