//! A connection that stays open stays good.

use crate::support::*;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a head, and its body only once the answer is there; gives the status of the answer.
async fn ask(stream: &mut TcpStream, head: &str, body: &str) -> u16 {
    let head = format!("{head}\r\nHost: a.test\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    if !body.is_empty() {
        // Most clients send it in a packet of its own.
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.write_all(body.as_bytes()).await.unwrap();
    }
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        if let Some((head, rest)) = text.split_once("\r\n\r\n")
            && length.is_none_or(|length: usize| rest.len() >= length)
        {
            return head.split(' ').nth(1).unwrap().parse().unwrap();
        }
        assert!(stream.read_buf(&mut seen).await.unwrap() > 0, "the connection was cut: {text}");
    }
}

#[tokio::test]
async fn a_refusal_before_the_body_is_read_leaves_the_connection_good() {
    let server = Server::start("a.test").await;
    for body in ["{}".to_owned(), "x".repeat(200_000)] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        for (status, head) in [
            (404, "POST /api/v1/nothing HTTP/1.1"),
            (405, "POST /api/v1/instance HTTP/1.1"),
            (401, "PATCH /api/v1/accounts/update_credentials HTTP/1.1"),
            (401, "POST /api/v1/markers HTTP/1.1\r\nAuthorization: Bearer nonsense"),
        ] {
            assert_eq!(ask(&mut stream, head, &body).await, status, "{head}");
            assert_eq!(ask(&mut stream, "GET /api/v1/instance HTTP/1.1", "").await, 200, "after {head}");
        }
    }
}
