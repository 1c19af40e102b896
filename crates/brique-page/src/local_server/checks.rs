//! The requests to which a local server responds.

use hyper::header::{AsHeaderName, HOST, ORIGIN};
use hyper::{HeaderMap, Request};

/// Returns whether a request is for this server, and not from a page of another origin.
pub(super) fn is_local<B>(request: &Request<B>, port: u16) -> bool {
    let is_here = |host: &str| is_host(host, port);
    let from_here = |origin: &str| origin.strip_prefix("http://").is_some_and(is_here);
    let headers = request.headers();
    // A request may name its host in its first line too.
    let named = request
        .uri()
        .authority()
        .is_none_or(|host| is_here(host.as_str()));
    let asked = matches!(values(headers, HOST).as_slice(), [Some(host)] if is_here(host));
    let origins = values(headers, ORIGIN);
    named && asked && origins.iter().all(|origin| origin.is_some_and(from_here))
}

/// Returns whether `host` is the address of this server. A browser omits port 80.
fn is_host(host: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost"].iter().any(|name| {
        host.strip_prefix(name)
            .is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
    })
}

/// Returns all values of a header; `None` is one that is no text.
fn values(headers: &HeaderMap, name: impl AsHeaderName) -> Vec<Option<&str>> {
    let all = headers.get_all(name);
    all.iter().map(|value| value.to_str().ok()).collect()
}
