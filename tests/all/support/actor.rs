//! Somebody who lives on a [`Peer`](super::Peer): says things, signed, rightly or wrongly.

use super::peer::{ACTIVITY, State, empty};
use cyanotype::activitypub::signature::{GeneratedKey, SigningKey, cavage, generate_rsa, rfc9421};
use http::header::{HeaderName, HeaderValue};
use reqwest::Url;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Keys of this process: making one takes long, so tests share them. No two actors of a peer do.
static KEYS: [OnceLock<GeneratedKey>; 6] = [const { OnceLock::new() }; 6];

pub(super) fn key(index: usize) -> &'static GeneratedKey {
    KEYS[index % KEYS.len()].get_or_init(|| generate_rsa().unwrap())
}

/// An actor on a peer.
#[derive(Clone)]
pub struct Actor {
    pub name: String,
    pub id: String,
    pub key_id: String,
    pub inbox: String,
    pub public_pem: String,
    pub key: SigningKey,
    state: Arc<State>,
}

/// A signed request about to be sent; change what should be wrong with it.
pub struct Delivery {
    pub url: Url,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
    client: reqwest::Client,
}

impl Actor {
    pub(super) fn settle(state: Arc<State>, name: &str, key: &GeneratedKey) -> Self {
        let id = format!("https://{}/users/{name}", state.host);
        let actor = Self {
            name: name.to_owned(),
            key_id: format!("{id}#main-key"),
            inbox: format!("{id}/inbox"),
            public_pem: key.public_pem.clone(),
            key: SigningKey::from_pkcs8_der(&key.private_pkcs8_der).unwrap(),
            id,
            state,
        };
        for list in ["followers", "following", "outbox", "featured"] {
            actor.serve(&empty(&format!("{}/{list}", actor.id)));
        }
        actor.serve(&actor.document());
        let jrd = json!({
            "subject": format!("acct:{}", actor.acct()),
            "links": [{ "rel": "self", "type": ACTIVITY, "href": actor.id }],
        });
        let path = format!("/.well-known/webfinger?resource=acct:{}", actor.acct());
        actor.state.serve(&path, 200, "application/jrd+json", jrd.to_string().into());
        actor
    }

    /// Somebody as her own server described her when she was recorded; only the key is another.
    pub(super) fn recorded(state: Arc<State>, document: &Value, key: &GeneratedKey) -> Self {
        let text = |at: &str| document.pointer(at).and_then(Value::as_str).expect("an actor document").to_owned();
        Self {
            name: text("/preferredUsername"),
            id: text("/id"),
            key_id: text("/publicKey/id"),
            inbox: text("/inbox"),
            public_pem: key.public_pem.clone(),
            key: SigningKey::from_pkcs8_der(&key.private_pkcs8_der).unwrap(),
            state,
        }
    }

    /// `bob@peer.test`
    pub fn acct(&self) -> String {
        format!("{}@{}", self.name, self.state.host)
    }

    /// `@bob@peer.test`
    pub fn handle(&self) -> String {
        format!("@{}", self.acct())
    }

    pub fn followers(&self) -> String {
        format!("{}/followers", self.id)
    }

    /// The actor document.
    pub fn document(&self) -> Value {
        json!({
            "@context": [CONTEXT, "https://w3id.org/security/v1"],
            "id": self.id, "type": "Person", "preferredUsername": self.name, "name": self.name.to_uppercase(),
            "url": format!("https://{}/@{}", self.state.host, self.name),
            "inbox": self.inbox, "outbox": format!("{}/outbox", self.id),
            "followers": self.followers(), "following": format!("{}/following", self.id),
            "featured": format!("{}/featured", self.id), "manuallyApprovesFollowers": false,
            "endpoints": { "sharedInbox": format!("https://{}/inbox", self.state.host) },
            "publicKey": { "id": self.key_id, "owner": self.id, "publicKeyPem": self.public_pem },
        })
    }

    /// Serves a document at the path of its id.
    pub fn serve(&self, document: &Value) {
        let id = document["id"].as_str().unwrap();
        let path = id.strip_prefix(&format!("https://{}", self.state.host)).unwrap();
        self.state.serve(path, 200, ACTIVITY, document.to_string().into());
    }

    /// A new id below this actor.
    pub fn new_id(&self, kind: &str) -> String {
        format!("{}/{kind}/{}", self.id, self.state.numbers.fetch_add(1, Ordering::Relaxed))
    }

    /// A public note of hers, served at its id.
    pub fn note(&self, text: &str) -> Value {
        let published = self.stamp();
        let note = json!({
            "@context": CONTEXT, "id": self.new_id("notes"), "type": "Note", "attributedTo": self.id,
            "content": format!("<p>{text}</p>"), "published": published, "to": [PUBLIC], "cc": [self.followers()],
        });
        self.serve(&note);
        note
    }

    /// The same with a picture, which is served too.
    pub fn photo_note(&self, text: &str, fixture: &str, alt: &str) -> Value {
        let mut note = self.note(text);
        let path = format!("/files/{}-{fixture}", self.state.numbers.fetch_add(1, Ordering::Relaxed));
        self.state.serve(&path, 200, "image/jpeg", super::fixture_bytes(fixture).into());
        note["attachment"] = json!([{
            "type": "Image", "mediaType": "image/jpeg", "name": alt,
            "url": format!("https://{}{path}", self.state.host), "width": 1200, "height": 800,
        }]);
        self.serve(&note);
        note
    }

    /// The same as an answer to a post.
    pub fn reply_note(&self, text: &str, parent: &str, author: &str) -> Value {
        let mut note = self.note(text);
        note["inReplyTo"] = parent.into();
        note["cc"] = json!([self.followers(), author]);
        note["tag"] = json!([{ "type": "Mention", "href": author, "name": "@somebody" }]);
        self.serve(&note);
        note
    }

    /// Now, as the wire has it.
    pub fn stamp(&self) -> String {
        cyanotype::activitypub::stamp::write(self.state.world.clock().now())
    }

    /// An activity of hers about something.
    pub fn activity(&self, kind: &str, object: impl Into<Value>) -> Value {
        json!({
            "@context": CONTEXT, "id": self.new_id("activities"), "type": kind, "actor": self.id,
            "object": object.into(),
        })
    }

    /// A Create around a note, addressed as the note is.
    pub fn create(&self, note: &Value) -> Value {
        self.about("Create", note)
    }

    /// An Update around a note that says something new.
    pub fn update(&self, note: &Value, text: &str) -> Value {
        let mut note = note.clone();
        note["content"] = format!("<p>{text}</p>").into();
        note["updated"] = cyanotype::activitypub::stamp::write(self.state.world.clock().now() + 1_000).into();
        self.serve(&note);
        self.about("Update", &note)
    }

    fn about(&self, kind: &str, note: &Value) -> Value {
        let mut activity = self.activity(kind, note.clone());
        for name in ["to", "cc"] {
            activity[name] = note[name].clone();
        }
        activity
    }

    /// A request signed by her, rightly.
    pub fn delivery(&self, inbox: &str, activity: &Value) -> Delivery {
        self.signed_post(inbox, activity.to_string().into_bytes(), &self.key_id, self.state.world.clock().system())
    }

    /// The same with one more header, which is signed too.
    pub fn delivery_with(&self, inbox: &str, activity: &Value, name: &'static str, value: &str) -> Delivery {
        let (url, body) = (Url::parse(inbox).unwrap(), activity.to_string().into_bytes());
        let more = [(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())];
        let now = self.state.world.clock().system();
        let headers = cavage::sign_post_with(&self.key, &self.key_id, &url, &body, ACTIVITY, now, &more).unwrap();
        Delivery { url, headers, body, client: self.state.world.client() }
    }

    /// The same with body, key id and time of one's own.
    pub fn signed_post(&self, inbox: &str, body: Vec<u8>, key_id: &str, now: SystemTime) -> Delivery {
        self.signed_post_as(inbox, body, ACTIVITY, key_id, now)
    }

    /// The same of another content type.
    pub fn signed_post_as(&self, inbox: &str, body: Vec<u8>, kind: &str, key_id: &str, now: SystemTime) -> Delivery {
        let url = Url::parse(inbox).unwrap();
        let headers = cavage::sign_post(&self.key, key_id, &url, &body, kind, now).unwrap();
        Delivery { url, headers, body, client: self.state.world.client() }
    }

    /// The same signed by RFC 9421, with any key and key id.
    pub fn signed_by_9421(&self, inbox: &str, body: Vec<u8>, key: &SigningKey, key_id: &str) -> Delivery {
        let url = Url::parse(inbox).unwrap();
        let now = self.state.world.clock().system();
        let headers = rfc9421::sign_post(key, key_id, &url, &body, ACTIVITY, now).unwrap();
        Delivery { url, headers, body, client: self.state.world.client() }
    }

    /// Signs any text with her key, base64.
    pub fn sign_text(&self, text: &str) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(self.key.sign(text.as_bytes()).unwrap())
    }

    /// Delivers; gives the status.
    pub async fn send(&self, inbox: &str, activity: &Value) -> u16 {
        self.delivery(inbox, activity).send().await
    }

    /// Delivers what must be taken.
    pub async fn tell(&self, inbox: &str, activity: &Value) {
        assert_eq!(self.send(inbox, activity).await, 202, "{activity}");
    }

    /// Asks to follow; gives the Follow.
    pub async fn follow(&self, target: &str) -> Value {
        let follow = self.activity("Follow", target);
        self.tell(&format!("{target}/inbox"), &follow).await;
        follow
    }

    /// The request of a signed GET.
    pub fn signed_get(&self, address: &str) -> reqwest::RequestBuilder {
        let url = Url::parse(address).unwrap();
        let now = self.state.world.clock().system();
        let headers = cavage::sign_get(&self.key, &self.key_id, &url, now).unwrap();
        let request = self.state.world.client().get(url).header("accept", ACTIVITY);
        headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// The same signed by RFC 9421.
    pub fn signed_get_by_9421(&self, address: &str) -> reqwest::RequestBuilder {
        let url = Url::parse(address).unwrap();
        let headers = rfc9421::sign_get(&self.key, &self.key_id, &url, self.state.world.clock().system()).unwrap();
        let request = self.state.world.client().get(url).header("accept", ACTIVITY);
        headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// A signed GET of a document; gives status and body.
    pub async fn get(&self, address: &str) -> (u16, Value) {
        let answer = self.signed_get(address).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }
}

impl Delivery {
    /// Puts another value into a header, signed or not.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// A header as it stands.
    pub fn value(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// Another body under the same headers.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// To another path than the signed one.
    pub fn to(mut self, address: &str) -> Self {
        self.url = Url::parse(address).unwrap();
        self
    }

    pub async fn send(self) -> u16 {
        self.answer().await.status().as_u16()
    }

    pub async fn answer(self) -> reqwest::Response {
        let mut request = self.client.post(self.url).body(self.body);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.send().await.unwrap()
    }
}
