//! Telling apps that do not listen.

#![allow(clippy::disallowed_methods, reason = "tests are the other end of what the bans protect")]

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use cyanotype::service::accounts::rotate_secret;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use reqwest::Method;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::SystemRandom;
use ring::signature;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const PATH: &str = "/api/v1/push/subscription";
const AUTH: [u8; 16] = *b"sixteen secrets!";

/// What came to a service that carries messages to apps.
#[derive(Clone)]
struct Carried {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// Such a service.
#[derive(Clone, Default)]
struct Service {
    came: Arc<Mutex<Vec<Carried>>>,
    status: Arc<Mutex<u16>>,
}

impl Service {
    fn start(world: &World, host: &str) -> Self {
        let service = Self { status: Arc::new(Mutex::new(201)), ..Self::default() };
        let (listener, acceptor) = world.by_hand(host);
        let all = service.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (one, acceptor) = (all.clone(), acceptor.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(socket).await else { return };
                    let answer = hyper::service::service_fn(move |request| one.clone().take(request));
                    let _ =
                        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
                });
            }
        });
        service
    }

    async fn take(
        self,
        request: http::Request<hyper::body::Incoming>,
    ) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        self.came.lock().unwrap().push(Carried { path: head.uri.path().to_owned(), headers: head.headers, body });
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = StatusCode::from_u16(*self.status.lock().unwrap()).unwrap();
        Ok(answer)
    }

    fn count(&self) -> usize {
        self.came.lock().unwrap().len()
    }

    async fn first(&self) -> Carried {
        eventually(|| async { self.came.lock().unwrap().first().cloned() }, "a message comes").await
    }
}

/// Ada's app wants to be told at `push.test`; eve has something to tell.
struct Pushing {
    server: Server,
    service: Service,
    ada: Person,
    api: Api,
    eve: Person,
    private: EphemeralPrivateKey,
    public: Vec<u8>,
}

impl Pushing {
    async fn new() -> Self {
        let world = World::new(["a.test", "push.test"]).await;
        let service = Service::start(&world, "push.test");
        let server = world.server("a.test").await;
        let ada = server.owner("ada").await;
        let eve = server.person("eve").await;
        let api = Api::of(&ada).await;
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        Self { server, service, ada, api, eve, private, public }
    }

    fn wish(&self, standard: bool, data: &Value) -> Value {
        json!({
            "subscription": {
                "endpoint": "https://push.test/for/ada",
                "keys": { "p256dh": URL_SAFE_NO_PAD.encode(&self.public), "auth": STANDARD.encode(AUTH) },
                "standard": standard,
            },
            "data": data,
        })
    }

    async fn subscribe(&self, standard: bool, data: &Value) -> Value {
        self.api.json(Method::POST, PATH, &self.wish(standard, data)).await.fine()
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derived(salt: &[u8], input: &[u8], info: &[&[u8]], length: usize) -> Vec<u8> {
    let key = Salt::new(HKDF_SHA256, salt).extract(input);
    let mut out = vec![0; length];
    key.expand(info, Length(length)).unwrap().fill(&mut out).unwrap();
    out
}

fn opened(key: &[u8], nonce: &[u8], sealed: &[u8]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
    let mut sealed = sealed.to_vec();
    key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap().to_vec()
}

/// As a browser opens it: RFC 8291.
fn open_standard(private: EphemeralPrivateKey, public: &[u8], came: &Carried) -> Value {
    let (salt, rest) = came.body.split_at(16);
    let (record, rest) = rest.split_at(4);
    assert_eq!(record, 4_096_u32.to_be_bytes());
    let (theirs, sealed) = rest[1..].split_at(usize::from(rest[0]));
    let peer = UnparsedPublicKey::new(&ECDH_P256, theirs);
    let plain = agree_ephemeral(private, &peer, |secret| {
        let input = derived(&AUTH, secret, &[b"WebPush: info\0", public, theirs], 32);
        let key = derived(salt, &input, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = derived(salt, &input, &[b"Content-Encoding: nonce\0"], 12);
        opened(&key, &nonce, sealed)
    });
    let plain = plain.unwrap();
    serde_json::from_slice(plain.strip_suffix(&[2]).unwrap()).unwrap()
}

/// The value of a name in a header: `dh=…;p256ecdsa=…`.
fn part(headers: &HeaderMap, header: &str, name: &str) -> Vec<u8> {
    let text = headers[header].to_str().unwrap();
    let value = text.split(';').find_map(|part| part.trim().strip_prefix(&format!("{name}="))).unwrap();
    URL_SAFE_NO_PAD.decode(value).unwrap()
}

/// As Ice Cubes opens it: draft-ietf-webpush-encryption-04.
fn open_draft(private: EphemeralPrivateKey, public: &[u8], came: &Carried) -> Value {
    let (salt, theirs) = (part(&came.headers, "encryption", "salt"), part(&came.headers, "crypto-key", "dh"));
    let peer = UnparsedPublicKey::new(&ECDH_P256, &theirs);
    let plain = agree_ephemeral(private, &peer, |secret| {
        let input = derived(&AUTH, secret, &[b"Content-Encoding: auth\0"], 32);
        let context: &[&[u8]] = &[b"P-256\0", &[0, 65], public, &[0, 65], &theirs];
        let key = derived(&salt, &input, &[&[b"Content-Encoding: aesgcm\0".as_slice()], context].concat(), 16);
        let nonce = derived(&salt, &input, &[&[b"Content-Encoding: nonce\0".as_slice()], context].concat(), 12);
        opened(&key, &nonce, &came.body)
    });
    serde_json::from_slice(plain.unwrap().strip_prefix(&[0, 0]).unwrap()).unwrap()
}

/// Whether a token is signed with the key that apps are told, and what it says.
fn claims(token: &str, key: &str) -> Value {
    let (text, signed) = token.rsplit_once('.').unwrap();
    let key = URL_SAFE_NO_PAD.decode(key).unwrap();
    let public = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key);
    public.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signed).unwrap()).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().1).unwrap()).unwrap()
}

#[tokio::test]
async fn an_app_says_where_it_wants_to_be_told_and_of_what() {
    let pushing = Pushing::new().await;
    assert_eq!(pushing.api.get(PATH).await.status, 404);
    let said = pushing.subscribe(true, &json!({ "alerts": { "mention": true, "follow": false } })).await;
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.join(" "), "alerts endpoint id policy server_key standard");
    let id = said["id"].as_i64().unwrap();
    assert!(id > 0 && id < 1 << 31, "Tusky keeps it in 32 bits");
    assert_eq!((&said["policy"], &said["standard"]), (&json!("all"), &json!(true)));
    assert_eq!((&said["alerts"]["mention"], &said["alerts"]["follow"]), (&json!(true), &json!(false)));
    assert!(said["alerts"]["favourite"].is_boolean() && said["alerts"]["poll"].is_boolean());
    assert_eq!(pushing.api.get(PATH).await.fine(), said);
    let changed = [("data[alerts][favourite]", "true"), ("data[policy]", "follower")];
    let said = pushing.api.form(Method::PUT, PATH, &changed).await.fine();
    assert_eq!((&said["alerts"]["favourite"], &said["alerts"]["mention"]), (&json!(true), &json!(false)));
    assert_eq!((&said["policy"], &said["id"]), (&json!("follower"), &json!(id)));
    assert_eq!(pushing.api.form(Method::PUT, PATH, &[("data[policy]", "some")]).await.status, 422);
    let other = Api::of(&pushing.ada).await;
    assert_eq!(other.get(PATH).await.status, 404, "each app for itself");
    assert_eq!(pushing.api.form(Method::DELETE, PATH, &[]).await.fine(), json!({}));
    assert_eq!(pushing.api.get(PATH).await.status, 404);
}

#[tokio::test]
async fn the_key_of_the_server_is_the_same_everywhere_and_for_ever() {
    let pushing = Pushing::new().await;
    let key = pushing.subscribe(true, &json!({})).await["server_key"].clone();
    let everywhere = async || {
        let instance = pushing.api.get("/api/v2/instance").await.fine();
        let app = pushing.api.get("/api/v1/apps/verify_credentials").await.fine();
        let new = pushing.api.post("/api/v1/apps", &[("client_name", "x"), ("redirect_uris", "https://x.test/")]).await;
        [
            instance["configuration"]["vapid"]["public_key"].clone(),
            app["vapid_key"].clone(),
            new.fine()["vapid_key"].clone(),
        ]
    };
    assert_eq!(URL_SAFE_NO_PAD.decode(key.as_str().unwrap()).unwrap().len(), 65);
    assert_eq!(everywhere().await, [key.clone(), key.clone(), key.clone()]);
    rotate_secret(&pushing.server.app).await.unwrap();
    rotate_secret(&pushing.server.app).await.unwrap();
    assert_eq!(everywhere().await, [key.clone(), key.clone(), key.clone()]);
    assert_eq!(pushing.api.get(PATH).await.fine()["server_key"], key);
}

#[tokio::test]
async fn a_message_is_read_by_the_app_alone_as_the_standard_says() {
    let pushing = Pushing::new().await;
    let key = pushing.subscribe(true, &json!({ "alerts": { "mention": true } })).await["server_key"].clone();
    pushing.eve.post_photo("orientation-1.jpg", "Look here @ada").await;
    let came = pushing.service.first().await;
    let header = |name: &str| came.headers[name].to_str().unwrap();
    assert_eq!((came.path.as_str(), header("content-encoding")), ("/for/ada", "aes128gcm"));
    assert_eq!((header("ttl"), header("urgency")), ("172800", "normal"));
    let (token, public) = header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(public, key);
    let claims = claims(token, public);
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!("https://push.test"), &json!("https://a.test")));
    let left = claims["exp"].as_i64().unwrap() - pushing.server.app.now() / 1_000;
    assert!(left > 0 && left <= 86_400, "{left}");
    let said = open_standard(pushing.private, &pushing.public, &came);
    let list = pushing.api.get("/api/v1/notifications").await.fine();
    assert_eq!(said["notification_id"].to_string(), list[0]["id"].as_str().unwrap());
    assert_eq!((&said["notification_type"], &said["preferred_locale"]), (&json!("mention"), &json!("en")));
    assert_eq!(said["access_token"], pushing.api.token.as_deref().unwrap());
    assert_eq!((&said["title"], &said["body"]), (&json!("eve mentioned you"), &json!("Look here @ada")));
    assert_eq!(said["icon"], list[0]["account"]["avatar"]);
}

#[tokio::test]
async fn a_message_is_read_by_older_apps_too() {
    let pushing = Pushing::new().await;
    let key = pushing.subscribe(false, &json!({ "alerts": { "follow": true } })).await["server_key"].clone();
    pushing.eve.follow("@ada@a.test").await;
    let came = pushing.service.first().await;
    assert_eq!(came.headers["content-encoding"], "aesgcm");
    let token = came.headers["authorization"].to_str().unwrap().strip_prefix("WebPush ").unwrap();
    claims(token, key.as_str().unwrap());
    assert_eq!(part(&came.headers, "crypto-key", "p256ecdsa"), URL_SAFE_NO_PAD.decode(key.as_str().unwrap()).unwrap());
    let said = open_draft(pushing.private, &pushing.public, &came);
    assert_eq!((&said["notification_type"], &said["title"]), (&json!("follow"), &json!("eve follows you")));
}

#[tokio::test]
async fn an_app_is_told_only_of_what_and_of_whom_it_asked_for() {
    let pushing = Pushing::new().await;
    let post = pushing.ada.post_photo("orientation-1.jpg", "Fern").await;
    pushing.subscribe(true, &json!({ "alerts": { "favourite": true, "follow": true }, "policy": "followed" })).await;
    pushing.eve.like(&post.path).await;
    pushing.eve.reply(&post.path, "Lovely").await;
    pushing.server.quiet().await;
    assert_eq!(pushing.service.count(), 0, "she does not follow eve, and answers were not asked for");
    pushing.ada.follow("@eve@a.test").await;
    pushing.eve.follow("@ada@a.test").await;
    pushing.server.quiet().await;
    assert_eq!(pushing.service.count(), 1);
    pushing.api.form(Method::PUT, PATH, &[("data[policy]", "none")]).await.fine();
    pushing.eve.unfollow("@ada@a.test").await;
    pushing.eve.follow("@ada@a.test").await;
    pushing.server.quiet().await;
    assert_eq!(pushing.service.count(), 1);
}

#[tokio::test]
async fn whoever_is_not_to_be_found_any_more_is_told_no_more() {
    let pushing = Pushing::new().await;
    let post = pushing.ada.post_photo("orientation-1.jpg", "Fern").await;
    pushing.subscribe(true, &json!({ "alerts": { "favourite": true } })).await;
    *pushing.service.status.lock().unwrap() = 503;
    pushing.eve.like(&post.path).await;
    pushing.service.first().await;
    pushing.server.quiet().await;
    assert_eq!(pushing.api.get(PATH).await.status, 200, "it may come back");
    *pushing.service.status.lock().unwrap() = 410;
    pushing.server.world.clock().advance(2 * 60_000);
    let gone = || async { pushing.api.get(PATH).await.status == 404 };
    eventually(gone, "tried again, and gone for good").await;
    assert_eq!(pushing.service.count(), 2);
}

#[tokio::test]
async fn r086_a_token_that_is_given_back_takes_its_messages_along() {
    let pushing = Pushing::new().await;
    let post = pushing.ada.post_photo("orientation-1.jpg", "Fern").await;
    pushing.subscribe(true, &json!({ "alerts": { "favourite": true } })).await;
    let api = &pushing.api;
    let form = [
        ("client_id", api.client_id.as_str()),
        ("client_secret", api.client_secret.as_str()),
        ("token", api.token.as_deref().unwrap()),
    ];
    api.post("/oauth/revoke", &form).await.fine();
    pushing.eve.like(&post.path).await;
    pushing.server.quiet().await;
    assert_eq!(pushing.service.count(), 0);
}

#[tokio::test]
async fn r045_nobody_is_made_to_knock_at_private_doors() {
    let pushing = Pushing::new().await;
    for endpoint in [
        "http://push.test/for/ada",
        "https://127.0.0.1/for/ada",
        "https://[::1]/for/ada",
        "https://localhost/for/ada",
        "https://push.test:8443/for/ada",
        "https://ada:secret@push.test/for/ada",
        "https://a.test/for/ada",
        "https://router.lan/",
        "file:///etc/passwd",
        "nothing",
    ] {
        let mut wish = pushing.wish(true, &json!({}));
        wish["subscription"]["endpoint"] = endpoint.into();
        assert_eq!(pushing.api.json(Method::POST, PATH, &wish).await.status, 422, "{endpoint}");
    }
    for (key, wrong) in [("p256dh", "AAAA"), ("p256dh", "!"), ("auth", "!")] {
        let mut wish = pushing.wish(true, &json!({}));
        wish["subscription"]["keys"][key] = wrong.into();
        assert_eq!(pushing.api.json(Method::POST, PATH, &wish).await.status, 422, "{key} {wrong}");
    }
    assert_eq!(pushing.api.post(PATH, &[]).await.status, 422);
    assert_eq!(pushing.api.get(PATH).await.status, 404);
}

#[tokio::test]
async fn everything_may_stand_in_the_address() {
    let pushing = Pushing::new().await;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("subscription[endpoint]", "https://push.test/for/ada");
    query.append_pair("subscription[keys][p256dh]", &STANDARD.encode(&pushing.public));
    query.append_pair("subscription[keys][auth]", &URL_SAFE_NO_PAD.encode(AUTH));
    query.append_pair("data[alerts][mention]", "true").append_pair("policy", "followed");
    let said = pushing.api.post(&format!("{PATH}?{}", query.finish()), &[]).await.fine();
    assert_eq!((&said["policy"], &said["alerts"]["mention"]), (&json!("followed"), &json!(true)));
    assert_eq!(said["standard"], false);
}
