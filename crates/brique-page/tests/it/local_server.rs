use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use brique_page::{Error, LocalServer, Response};

use crate::client::{exchange, get, request};

fn server() -> LocalServer {
    LocalServer::start(0, |request| match (request.is_post, request.path) {
        (false, "/") => Response::text(200, format!("hello {:?}", request.value("name"))),
        (true, "/post") => Response::text(200, "posted"),
        (false, "/large") => Response::new("text/plain", vec![b'x'; 100_000_000]),
        _ => Response::not_found(),
    })
    .unwrap()
}

#[test]
fn a_request_is_answered() {
    let server = server();
    let answer = get(server.port(), "/?a=1&name=unit&name=2");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, "hello Some(\"unit\")");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(get(server.port(), "/else").status, 404);
    let post = format!("POST /post HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", server.port());
    assert_eq!(
        exchange(server.port(), &format!("{post}Content-Length: 0\r\n\r\n")).body,
        "posted"
    );
    let put = format!("PUT / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", server.port());
    assert_eq!(exchange(server.port(), &put).status, 405);
}

#[test]
fn other_hosts_are_refused() {
    let server = server();
    let port = server.port();
    let with_host = |headers: &str| exchange(port, &format!("GET / HTTP/1.1\r\n{headers}\r\n")).status;
    assert_eq!(with_host(&format!("Host: localhost:{port}\r\n")), 200);
    for headers in [
        String::new(),
        "Host: 127.0.0.1\r\n".to_owned(),
        format!("Host: evil.example:{port}\r\n"),
        format!("Host: 127.0.0.1:{port}.evil.example\r\n"),
        format!("Host: 127.0.0.1:{}\r\n", port ^ 1),
        format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"),
    ] {
        let status = with_host(&headers);
        assert!(matches!(status, 400 | 403), "{status} for {headers}");
    }
    let absolute = format!("GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    assert_eq!(exchange(port, &absolute).status, 403);
}

#[test]
fn pages_of_other_origins_are_refused() {
    let server = server();
    let port = server.port();
    let from = |origin: &str| request(port, "GET", "/", &format!("Origin: {origin}\r\n")).status;
    assert_eq!(from(&format!("http://127.0.0.1:{port}")), 200);
    assert_eq!(from(&format!("http://localhost:{port}")), 200);
    for origin in [
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://localhost",
        "",
    ] {
        assert_eq!(from(origin), 403, "{origin}");
    }
}

#[test]
fn clients_that_hang_delay_nobody() {
    let server = server();
    let port = server.port();
    let mut half = TcpStream::connect(("127.0.0.1", port)).unwrap();
    half.write_all(b"GET / HTT").unwrap();
    let mut deaf = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(deaf, "GET /large HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
    // The server writes the beginning of the response, and then waits.
    deaf.read_exact(&mut [0; 12]).unwrap();
    for _ in 0..3 {
        assert_eq!(get(port, "/").status, 200);
    }
    let start = Instant::now();
    drop(server);
    // The server would wait for 5 seconds for the first client, and for 30 for the second.
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "the drop waits for clients"
    );
    let mut rest = Vec::new();
    let read = half.read_to_end(&mut rest);
    assert!(read.is_err() || rest.is_empty());
}

#[test]
fn headers_without_an_end_are_refused() {
    let server = server();
    let mut client = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let mut written = 0;
    while written < 10_000_000 && client.write_all(&[b'a'; 10_000]).is_ok() {
        written += 10_000;
    }
    assert!(written < 10_000_000, "the server reads a line without an end");
    assert_eq!(get(server.port(), "/").status, 200);
}

#[test]
fn the_server_is_gone_after_its_drop() {
    let server = server();
    let port = server.port();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let again = LocalServer::start(port, |_| Response::not_found()).unwrap();
    assert_eq!(again.port(), port);
}

#[test]
fn a_port_in_use_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = LocalServer::start(port, |_| Response::not_found()).unwrap_err();
    assert!(matches!(error, Error::Listen { .. }));
    let expected = format!("cannot listen on 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn only_this_machine_is_served() {
    let server = server();
    // Any other address of the loopback network stands for the other addresses of this machine.
    assert!(TcpStream::connect(("127.0.0.2", server.port())).is_err());
}

#[test]
fn a_folder_is_served_and_nothing_outside_of_it() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("page");
    fs::create_dir_all(folder.join("vendor")).unwrap();
    fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    fs::write(folder.join("index.html"), "<p>page</p>").unwrap();
    fs::write(folder.join("vendor").join("a.js"), "1").unwrap();
    fs::write(folder.join("vendor").join("LICENSE"), "MIT").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), folder.join("link.txt")).unwrap();
    let server = LocalServer::of_folder(0, &folder).unwrap();
    let index = get(server.port(), "/");
    assert_eq!(
        (index.status, index.body.as_str(), index.header("content-type")),
        (200, "<p>page</p>", Some("text/html; charset=utf-8"))
    );
    let script = get(server.port(), "/vendor/a.js?v=1");
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(get(server.port(), "/vendor/LICENSE").status, 200);
    for path in [
        "/../secret.txt",
        "/vendor/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/link.txt",
        "//etc/hostname",
        "/vendor",
        "/missing.html",
        "/./index.html",
    ] {
        assert_eq!(get(server.port(), path).status, 404, "{path}");
    }
    assert_eq!(request(server.port(), "POST", "/", "").status, 405);
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing");
    let error = LocalServer::of_folder(0, &path).unwrap_err();
    let expected = format!("cannot serve {}: ", path.display());
    assert!(error.to_string().starts_with(&expected), "{error}");
}
