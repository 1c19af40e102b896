//! A server that only this machine can reach.

mod checks;
mod folder;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::ready;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use self::checks::is_local;
pub use self::folder::media_type;
use crate::Error;

/// The time in which a client has to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(5);

/// The time in which a client has to send its request and to read the response.
const CONNECTION_TIME: Duration = Duration::from_secs(30);

/// The number of connections at the same time; more are closed at once.
const CONNECTIONS: usize = 64;

/// The largest size of the headers of a request, in bytes.
const HEADER_BYTES: usize = 16 * 1024;

/// What a page from this server may load: only what this server has.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// An HTTP server on 127.0.0.1, in a thread of its own.
///
/// Other machines cannot reach it. Pages of other origins cannot use it either: a request is answered only if its
/// `Host` header names this server, and its `Origin` header, if there is one, too; any other request gets the status
/// 403. This also holds for a host name that an attacker redirects to 127.0.0.1 (DNS rebinding).
///
/// A client that sends half a request, or does not read the response, delays no other client. All connections are
/// closed, and the thread has ended, when the server has been dropped.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
///
/// use brique_page::{LocalServer, Response};
///
/// let server = LocalServer::start(0, |request| match request.path {
///     "/" => Response::text(200, "loss 0.25"),
///     _ => Response::not_found(),
/// })?;
/// let host = format!("127.0.0.1:{}", server.port());
/// let mut client = TcpStream::connect(&host)?;
/// write!(client, "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("loss 0.25"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LocalServer {
    port: u16,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A request that has passed the checks of a [`LocalServer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whether its method is `POST`. Otherwise it is `GET` or `HEAD`.
    pub is_post: bool,
    /// The path, `/data`, as the client sent it.
    pub path: &'a str,
    /// The query, without its question mark: `run=1&token=12ab`.
    pub query: &'a str,
}

impl<'a> Request<'a> {
    /// Returns the value of the first `name=value` in the query, as the client sent it.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// The response to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// The media type, such as `text/html; charset=utf-8`.
    pub media_type: &'static str,
    /// The content.
    pub body: Cow<'static, [u8]>,
}

impl Response {
    /// Creates a response with status 200.
    #[must_use]
    pub fn new(media_type: &'static str, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self {
            status: 200,
            media_type,
            body: body.into(),
        }
    }

    /// Creates a response that contains a text.
    #[must_use]
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self {
            status,
            media_type: "text/plain; charset=utf-8",
            body: text.into().into_bytes().into(),
        }
    }

    /// Creates the response to a request for something that is not there.
    #[must_use]
    pub fn not_found() -> Self {
        Self::text(404, "not found")
    }

    /// Creates the response to a request that is not allowed.
    #[must_use]
    pub fn forbidden(reason: impl fmt::Display) -> Self {
        Self::text(403, format!("forbidden: {reason}"))
    }
}

/// Computes the response to a request.
type Respond = dyn Fn(&Request<'_>) -> Response + Send + Sync;

impl LocalServer {
    /// Starts a server on this port; with port 0, the operating system chooses one. `respond` computes the response to
    /// each request, in the thread of the server.
    ///
    /// # Errors
    ///
    /// If the port is in use or not allowed. The error names it.
    pub fn start(
        port: u16,
        respond: impl Fn(&Request<'_>) -> Response + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Self::listen(port, Arc::new(respond)).map_err(|source| Error::Listen { port, source })
    }

    fn listen(port: u16, respond: Arc<Respond>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (end, ended) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("brique-page".to_owned())
            .spawn(move || run(&runtime, listener, &respond, ended))?;
        Ok(Self {
            port,
            end: Some(end),
            thread: Some(thread),
        })
    }

    /// Returns the port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}

/// Accepts connections until the sender of `ended` is dropped. The caller then drops the runtime, which closes them.
fn run(runtime: &Runtime, listener: TcpListener, respond: &Arc<Respond>, ended: oneshot::Receiver<()>) {
    let respond = Arc::clone(respond);
    runtime.spawn(async move {
        let Ok(address) = listener.local_addr() else {
            return;
        };
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
            return;
        };
        let free = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // For example, the process has no file descriptor left.
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Ok(permit) = Arc::clone(&free).try_acquire_owned() else {
                continue;
            };
            let respond = Arc::clone(&respond);
            tokio::spawn(async move {
                serve(stream, address.port(), &*respond).await;
                drop(permit);
            });
        }
    });
    // The sender sends nothing: the channel ends when it is dropped.
    let _ = runtime.block_on(ended);
}

async fn serve(stream: TcpStream, port: u16, respond: &Respond) {
    let service = service_fn(|request| ready(Ok::<_, Infallible>(answer(&request, port, respond))));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME)
        .max_buf_size(HEADER_BYTES)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // An error is that of the client, or of its connection.
    let _ = timeout(CONNECTION_TIME, connection).await;
}

fn answer(request: &hyper::Request<Incoming>, port: u16, respond: &Respond) -> hyper::Response<Full<Bytes>> {
    let response = if !is_local(request, port) {
        Response::forbidden("the request is for another host, or from a page of another origin")
    } else if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        Response::text(405, "method not allowed")
    } else {
        respond(&Request {
            is_post: request.method() == Method::POST,
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
        })
    };
    with_headers(response)
}

/// Adds the headers of all responses: nothing is stored, nothing is guessed, and no other page can include it.
fn with_headers(response: Response) -> hyper::Response<Full<Bytes>> {
    let body = match response.body {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let built = hyper::Response::builder()
        .status(response.status)
        .header(header::CONTENT_TYPE, response.media_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header("Cross-Origin-Resource-Policy", "same-origin")
        .body(Full::new(body));
    // Only a status or a media type that HTTP does not allow is an error.
    built.unwrap_or_else(|_| {
        let mut failed = hyper::Response::new(Full::new(Bytes::from_static(b"invalid response")));
        *failed.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}
