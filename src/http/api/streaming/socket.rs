//! Any number of streams over one socket.

use super::super::access;
use super::super::call::{Answer, Call};
use super::super::error::ApiError;
use super::events::listener;
use super::listen;
use super::said::{Listener, Said};
use crate::service::limits;
use crate::service::streaming::{Listening, Stream};
use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, interval_at};

/// The other end is asked so often whether it is still there.
const PING: Duration = Duration::from_secs(30);
/// Whoever takes nothing for so long is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes in what somebody sends.
const MESSAGE: usize = 16 * 1024;

pub async fn answer(mut call: Call) -> Answer {
    let upgrade = call.socket.take().ok_or_else(ApiError::missing)?;
    let listening = listen(&call)?;
    let listener = listener(&call)?;
    let mut open = Open { listener, listening, streams: Vec::new() };
    let asked = call.params.text("stream").map(|name| {
        json!({
            "type": "subscribe",
            "stream": name,
            "tag": call.params.text("tag"),
            "list": call.params.text("list"),
        })
    });
    let refused = asked.and_then(|asked| open.take(&asked));
    let upgrade = upgrade.max_message_size(MESSAGE).max_frame_size(MESSAGE);
    let upgrade = match access::protocol(&call.headers) {
        Some(token) => upgrade.protocols([token]),
        None => upgrade,
    };
    Ok(upgrade.on_upgrade(move |socket| open.talk(socket, refused)))
}

struct Open {
    listener: Listener,
    listening: Listening,
    streams: Vec<Stream>,
}

impl Open {
    /// Until the other end goes, or is let go.
    async fn talk(mut self, mut socket: WebSocket, refused: Option<Value>) {
        if let Some(refused) = refused {
            let _ = send(&mut socket, Message::text(refused.to_string())).await;
        }
        let mut ping = interval_at(Instant::now() + PING, PING);
        let mut is_there = true;
        loop {
            tokio::select! {
                came = socket.recv() => {
                    let answer = match came {
                        Some(Ok(Message::Text(text))) => self.hear(text.as_str()),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                        Some(Ok(_)) => None,
                    };
                    is_there = true;
                    if let Some(answer) = answer
                        && send(&mut socket, Message::text(answer.to_string())).await.is_none()
                    {
                        return;
                    }
                }
                news = self.listening.next() => {
                    let Some(news) = news else { break };
                    let Some(said) = self.listener.hears(&self.streams, &news).await else { continue };
                    if say(&mut socket, &said).await.is_none() {
                        return;
                    }
                }
                _ = ping.tick() => {
                    if !std::mem::replace(&mut is_there, false)
                        || send(&mut socket, Message::Ping(bytes::Bytes::new())).await.is_none()
                    {
                        return;
                    }
                }
            }
        }
        let _ = send(&mut socket, Message::Close(None)).await;
    }

    /// What somebody sends; the answer where there is one.
    fn hear(&mut self, text: &str) -> Option<Value> {
        match serde_json::from_str(text) {
            Ok(asked) => self.take(&asked),
            Err(_) => Some(fault("That is no JSON")),
        }
    }

    /// `{"type":"subscribe","stream":"hashtag","tag":"fog"}`
    fn take(&mut self, asked: &Value) -> Option<Value> {
        let word = |name: &str| match &asked[name] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let (tag, list) = (word("tag"), word("list"));
        let stream = Stream::parse(asked["stream"].as_str().unwrap_or_default(), tag.as_deref(), list.as_deref());
        let stream = match stream {
            Ok(stream) => stream,
            Err(unknown) => return Some(fault(&unknown.to_string())),
        };
        match asked["type"].as_str() {
            Some("subscribe") if !self.listener.scopes.allow(stream.scope()) => {
                return Some(json!({ "error": "This action is outside the authorized scopes", "status": 401 }));
            }
            Some("subscribe") if self.streams.contains(&stream) => {}
            Some("subscribe") if self.streams.len() >= limits::STREAMS => return Some(fault("Too many streams")),
            Some("subscribe") => self.streams.push(stream),
            Some("unsubscribe") => self.streams.retain(|known| *known != stream),
            _ => return Some(fault("The type is subscribe or unsubscribe")),
        }
        None
    }
}

fn fault(why: &str) -> Value {
    json!({ "error": why, "status": 400 })
}

/// Says an event, once for each stream it is on.
async fn say(socket: &mut WebSocket, said: &Said) -> Option<()> {
    for stream in &said.streams {
        let mut message = json!({ "stream": stream.names(), "event": said.event });
        if let Some(payload) = &said.payload {
            message["payload"] = payload.as_str().into();
        }
        send(socket, Message::text(message.to_string())).await?;
    }
    Some(())
}

/// None where the other end is gone or takes nothing.
async fn send(socket: &mut WebSocket, message: Message) -> Option<()> {
    tokio::time::timeout(PATIENCE, socket.send(message)).await.ok()?.ok()
}
