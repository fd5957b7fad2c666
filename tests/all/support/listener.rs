//! An app that listens over a socket.

use super::{DEADLINE, Server};
use futures_util::{SinkExt, StreamExt};
use http::Request;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::{Error, Message};

/// A socket that is open.
pub struct Listener(WebSocketStream<TcpStream>);

/// An event: its streams, its name, and what it says (JSON where it is such).
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub stream: Vec<String>,
    pub name: String,
    pub payload: Value,
}

impl Listener {
    /// With the token where browsers can put one.
    pub async fn open(server: &Server, query: &str, token: &str) -> Self {
        Self::at(server.address, query, &[("sec-websocket-protocol", token)]).await.expect("a socket")
    }

    /// With these headers; the status where there is no socket.
    pub async fn at(address: SocketAddr, query: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let mut request = Request::builder()
            .uri(format!("ws://{address}/api/v1/streaming{query}"))
            .header("host", address.to_string())
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", generate_key());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let stream = TcpStream::connect(address).await.expect("a connection");
        let opened = tokio_tungstenite::client_async(request.body(()).expect("a request"), stream).await;
        match opened {
            Ok((socket, answer)) => {
                let asked = headers.iter().find(|(name, _)| *name == "sec-websocket-protocol").map(|(_, value)| *value);
                let said = answer.headers().get("sec-websocket-protocol").and_then(|v| v.to_str().ok());
                assert_eq!(asked, said, "the protocol is said back");
                Ok(Self(socket))
            }
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.expect("an open socket");
    }

    /// Listens to a stream, beginning before this returns.
    pub async fn subscribe(&mut self, stream: &str) {
        self.say(&json!({ "type": "subscribe", "stream": stream })).await;
        self.settle().await;
    }

    /// Waits until everything that was said so far was heard: messages are taken in order.
    pub async fn settle(&mut self) {
        self.say(&json!({ "type": "settle", "stream": "user" })).await;
        let came = self.message().await.expect("an open socket");
        let settled = came["status"] == 400 && came["error"].as_str().is_some_and(|e| e.starts_with("The type is"));
        assert!(settled, "before anything was to be heard: {came}");
    }

    /// The next message; none at the end.
    pub async fn message(&mut self) -> Option<Value> {
        loop {
            let came = tokio::time::timeout(DEADLINE, self.0.next()).await.expect("a message in time");
            match came {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(text.as_str()).expect("JSON")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next event.
    pub async fn next(&mut self) -> Event {
        let said = self.message().await.expect("an event");
        let stream = said["stream"].as_array().unwrap_or_else(|| panic!("{said}"));
        let payload = match said.get("payload").and_then(Value::as_str) {
            Some(text) if text.starts_with('{') => serde_json::from_str(text).expect("JSON"),
            Some(text) => text.into(),
            None => Value::Null,
        };
        Event {
            stream: stream.iter().map(|name| name.as_str().expect("text").to_owned()).collect(),
            name: said["event"].as_str().expect("a name").to_owned(),
            payload,
        }
    }

    /// Nothing came for so long.
    pub async fn is_silent_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.message()).await.is_err()
    }
}
