use std::io::Write;
use std::net::TcpStream;
use std::path::Path;

use brique_page::Dashboard;
use brique_train::Fit;

use super::{Page, train};
use crate::client::{exchange, get, request};

#[test]
fn without_the_token_nothing_is_shown() {
    let dashboard = Dashboard::new().unwrap();
    let _run = dashboard.run("secret");
    let Page { port, token } = Page::of(&dashboard);
    assert_eq!(token.len(), 32);
    let other = Page::of(&Dashboard::new().unwrap()).token;
    assert_ne!(token, other);
    let wrong = token.replace(|digit: char| digit.is_ascii_digit(), "x");
    for query in [
        String::new(),
        "?token=".to_owned(),
        format!("?token={other}"),
        format!("?token={wrong}"),
        format!("?token={token}0"),
        format!("?token={}", &token[..31]),
        format!("?toke={token}"),
    ] {
        for path in ["/", "/dashboard.html", "/data", "/missing"] {
            assert_eq!(get(port, &format!("{path}{query}")).status, 403, "{path}{query}");
        }
        let stop = format!("/stop{query}&run=0");
        assert_eq!(request(port, "POST", &stop, "").status, 403);
    }
    assert_eq!(get(port, &format!("/?token={token}")).status, 200);
}

#[test]
fn other_hosts_and_origins_see_nothing_even_with_the_token() {
    let dashboard = Dashboard::new().unwrap();
    let _run = dashboard.run("secret");
    let Page { port, token } = Page::of(&dashboard);
    let path = format!("/data?token={token}");
    let here = format!("Origin: http://127.0.0.1:{port}\r\n");
    assert_eq!(request(port, "GET", &path, &here).status, 200);
    let foreign = "Origin: http://evil.example\r\n";
    assert_eq!(request(port, "GET", &path, foreign).status, 403);
    let stop = format!("/stop?run=0&token={token}");
    assert_eq!(request(port, "POST", &stop, foreign).status, 403);
    for host in ["evil.example", "127.0.0.1", "localhost:1"] {
        let bytes = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(exchange(port, &bytes).status, 403, "{host}");
    }
}

#[test]
fn a_run_is_stopped_by_post_alone() {
    let dashboard = Dashboard::new().unwrap();
    let _run = dashboard.run("a");
    let page = Page::of(&dashboard);
    assert_eq!(page.get("/stop?run=0").status, 404);
    assert_eq!(page.runs("")[0]["is_stopping"], false);
}

#[test]
fn the_page_has_all_its_files_and_no_others() {
    let dashboard = Dashboard::new().unwrap();
    let page = Page::of(&dashboard);
    let html = page.get("/");
    assert_eq!(html.header("content-type"), Some("text/html; charset=utf-8"));
    let mut waiting = links(&html.body, &["src=\"", "href=\""]);
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let file = get(page.port, &format!("/{path}"));
        assert_eq!(file.status, 200, "{path}");
        seen += 1;
        let is_script = Path::new(&path)
            .extension()
            .is_some_and(|extension| extension == "js");
        if is_script && !path.contains("vendor") {
            let folder = path
                .rsplit_once('/')
                .map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let imports = links(&file.body, &["from \"./"]);
            waiting.extend(imports.iter().map(|import| format!("{folder}{import}")));
        }
        assert!(seen < 1000);
    }
    assert!(seen > 5);
    for path in ["/index.html", "/..%2fCargo.toml", "/vendor", "/brique.js"] {
        assert_eq!(page.get(path).status, 404, "{path}");
    }
}

/// Returns what follows one of the beginnings, up to the next quote.
fn links(text: &str, beginnings: &[&str]) -> Vec<String> {
    let parts = beginnings
        .iter()
        .flat_map(|beginning| text.split(beginning).skip(1));
    let paths = parts.filter_map(|part| part.split('"').next());
    let files = paths.filter(|path| path.contains('.') && !path.starts_with("data:"));
    files.map(str::to_owned).collect()
}

#[test]
fn clients_that_hang_stop_neither_the_training_nor_the_drop() {
    let dashboard = Dashboard::new().unwrap();
    let (page, run) = (Page::of(&dashboard), dashboard.run("a"));
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut half = TcpStream::connect(("127.0.0.1", page.port)).unwrap();
        half.write_all(b"POST /stop?run=0 HTTP/1.1\r\nHo").unwrap();
        clients.push(half);
    }
    let history = train(run.watch(Fit::new(3, 32))).1.unwrap();
    assert_eq!(history.epochs().len(), 3);
    assert_eq!(page.runs("")[0]["state"], "ended");
    drop(dashboard);
    assert!(TcpStream::connect(("127.0.0.1", page.port)).is_err());
}
