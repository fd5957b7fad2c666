//! HTTP signatures: the vector bit for bit, and everything that must be refused.

use super::validators::signature_header;
use super::vector;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cyanotype::activitypub::signature::{
    GeneratedKey, KeyError, ParsedSignature, PublicKey, Request, SignatureError, SigningKey, generate_rsa,
    sha256_digest, sign_get, sign_post, verify,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};
use url::Url;

const KEY_ID: &str = "https://mastodon.example/users/bob#main-key";
const OWN: &[&str] = &["photos.example"];

fn vector_key() -> SigningKey {
    SigningKey::from_pkcs8_der(&STANDARD.decode(vector::PRIVATE_PKCS8).unwrap()).unwrap()
}

fn pem(label: &str, base64: &str, line_end: &str) -> String {
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----{line_end}{}{line_end}-----END {label}-----{line_end}", lines.join(line_end))
}

fn fresh_key() -> &'static GeneratedKey {
    static KEY: OnceLock<GeneratedKey> = OnceLock::new();
    KEY.get_or_init(|| generate_rsa().unwrap())
}

/// 2026-01-05T10:00:00Z.
fn vector_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_607_200)
}

fn get<'a>(headers: &'a [(HeaderName, HeaderValue)], name: &str) -> &'a str {
    headers.iter().find(|(known, _)| known == name).unwrap().1.to_str().unwrap()
}

#[test]
fn c1_the_vector_is_reproduced_bit_for_bit() {
    let url = Url::parse("https://mastodon.example/users/bob/inbox").unwrap();
    let key_id = "https://photos.example/ap/ada#main-key";
    let body = vector::BODY.as_bytes();
    let headers = sign_post(&vector_key(), key_id, &url, body, "application/activity+json", vector_time()).unwrap();
    assert_eq!(get(&headers, "host"), "mastodon.example");
    assert_eq!(get(&headers, "date"), "Mon, 05 Jan 2026 10:00:00 GMT");
    assert_eq!(get(&headers, "digest"), format!("SHA-256={}", vector::DIGEST));
    assert_eq!(get(&headers, "content-type"), "application/activity+json");
    let expected = format!(
        "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",\
         headers=\"(request-target) host date digest content-type\",signature=\"{}\"",
        vector::SIGNATURE
    );
    assert_eq!(get(&headers, "signature"), expected);
    signature_header(&expected).unwrap();
}

#[test]
fn c2_a_signed_get_covers_the_query() {
    let url = Url::parse("https://photos.example/ap/outbox?page=1").unwrap();
    let key = SigningKey::from_pkcs8_der(&fresh_key().private_pkcs8_der).unwrap();
    let signed = sign_get(&key, KEY_ID, &url, vector_time()).unwrap();
    signature_header(get(&signed, "signature")).unwrap();
    assert!(get(&signed, "signature").contains("headers=\"(request-target) host date\""));
    let headers: HeaderMap = signed.into_iter().collect();
    let parsed = ParsedSignature::from_headers(&headers).unwrap();
    let public = PublicKey::from_pem(&fresh_key().public_pem).unwrap();
    let check = |path_and_query| {
        let request = Request { method: &Method::GET, path_and_query, headers: &headers, body: None, own_hosts: OWN };
        verify(&parsed, &request, &public, vector_time())
    };
    assert_eq!(check("/ap/outbox?page=1"), Ok(()));
    assert_eq!(check("/ap/outbox?page=2"), Err(SignatureError::Mismatch));
}

#[test]
fn c3_a_second_attempt_is_signed_anew_over_the_same_body() {
    let url = Url::parse("https://mastodon.example/inbox").unwrap();
    let sign = |now| sign_post(&vector_key(), KEY_ID, &url, b"{}", "application/activity+json", now).unwrap();
    let (first, second) = (sign(vector_time()), sign(vector_time() + Duration::from_secs(600)));
    assert_ne!(get(&first, "date"), get(&second, "date"));
    assert_ne!(get(&first, "signature"), get(&second, "signature"));
    assert_eq!(get(&first, "digest"), get(&second, "digest"));
}

#[test]
fn what_cannot_be_said_in_a_header_is_not_signed() {
    let url = Url::parse("https://mastodon.example/inbox").unwrap();
    let bad = [("https://a.example/\"", "application/json"), (KEY_ID, "a\r\nx: y")];
    for (key_id, content_type) in bad {
        let signed = sign_post(&vector_key(), key_id, &url, b"", content_type, vector_time());
        assert!(matches!(signed, Err(SignatureError::Unsendable(_))), "{key_id} {content_type}");
    }
}

/// A delivery as some peer might send it, to be spoilt in one way.
#[derive(Clone)]
struct Delivery {
    path: &'static str,
    signed_path: &'static str,
    body: Vec<u8>,
    host: String,
    date: String,
    digest: Option<String>,
    covered: String,
    /// `algorithm="…"` and the like, between keyId and headers.
    more: String,
    created: Option<u64>,
    expires: Option<u64>,
    separator: &'static str,
}

fn http_date(offset_minutes: i64) -> String {
    let offset = Duration::from_secs(offset_minutes.unsigned_abs() * 60);
    httpdate::fmt_http_date(if offset_minutes < 0 { vector_time() - offset } else { vector_time() + offset })
}

fn unix(offset_seconds: i64) -> u64 {
    1_767_607_200_u64.checked_add_signed(offset_seconds).unwrap()
}

impl Delivery {
    fn good() -> Self {
        let body = br#"{"type":"Like"}"#.to_vec();
        Delivery {
            path: "/ap/inbox",
            signed_path: "/ap/inbox",
            digest: Some(sha256_digest(&body)),
            body,
            host: "photos.example".to_owned(),
            date: http_date(0),
            covered: "(request-target) host date digest content-type".to_owned(),
            more: "algorithm=\"rsa-sha256\"".to_owned(),
            created: None,
            expires: None,
            separator: ",",
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", self.host.parse().unwrap());
        headers.insert("date", self.date.parse().unwrap());
        headers.insert("content-type", "application/activity+json".parse().unwrap());
        headers.insert("user-agent", "test".parse().unwrap());
        if let Some(digest) = &self.digest {
            headers.insert("digest", digest.parse().unwrap());
        }
        headers
    }

    fn signed(&self) -> HeaderMap {
        let mut headers = self.headers();
        let line = |name: &str| match name {
            "(request-target)" => format!("(request-target): post {}", self.signed_path),
            "(created)" => format!("(created): {}", self.created.unwrap()),
            "(expires)" => format!("(expires): {}", self.expires.unwrap()),
            _ => format!("{name}: {}", headers.get(name).map_or("", |value| value.to_str().unwrap())),
        };
        let message: Vec<String> = self.covered.to_lowercase().split_whitespace().map(line).collect();
        let key = SigningKey::from_pkcs8_der(&fresh_key().private_pkcs8_der).unwrap();
        let signature = STANDARD.encode(key.sign(message.join("\n").as_bytes()).unwrap());
        let mut parts = vec![format!("keyId=\"{KEY_ID}\""), format!("headers=\"{}\"", self.covered)];
        parts.extend((!self.more.is_empty()).then(|| self.more.clone()));
        parts.extend(self.created.map(|time| format!("created={time}")));
        parts.extend(self.expires.map(|time| format!("expires={time}")));
        parts.push(format!("signature=\"{signature}\""));
        headers.insert("signature", parts.join(self.separator).parse().unwrap());
        headers
    }

    fn arrives(&self) -> Result<(), SignatureError> {
        self.arrives_with(&self.signed())
    }

    fn arrives_with(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        let public = PublicKey::from_pem(&fresh_key().public_pem).unwrap();
        let parsed = ParsedSignature::from_headers(headers)?;
        assert_eq!(parsed.key_id().as_str(), KEY_ID);
        let request = Request {
            method: &Method::POST,
            path_and_query: self.path,
            headers,
            body: Some(&self.body),
            own_hosts: OWN,
        };
        verify(&parsed, &request, &public, vector_time())
    }
}

fn delivery(change: impl FnOnce(&mut Delivery)) -> Delivery {
    let mut delivery = Delivery::good();
    change(&mut delivery);
    delivery
}

#[test]
fn d1_rsa_sha256_hs2019_and_no_algorithm_are_accepted() {
    for more in ["algorithm=\"rsa-sha256\"", "algorithm=\"hs2019\"", "algorithm=\"RSA-SHA256\"", ""] {
        assert_eq!(delivery(|d| d.more = more.to_owned()).arrives(), Ok(()), "{more}");
    }
    let timed = delivery(|d| {
        d.more = "algorithm=\"hs2019\"".to_owned();
        d.covered = "(request-target) (created) (expires) host digest".to_owned();
        (d.created, d.expires) = (Some(unix(0)), Some(unix(300)));
    });
    assert_eq!(timed.arrives(), Ok(()));
}

#[test]
fn d2_of_both_standards_the_one_that_signs_is_read() {
    let mut headers = Delivery::good().headers();
    headers.insert("signature-input", "sig1=(\"@method\");created=1;keyid=\"x\"".parse().unwrap());
    assert_eq!(ParsedSignature::from_headers(&headers).unwrap_err(), SignatureError::Missing);
    let mut both = Delivery::good().signed();
    both.insert("signature-input", "sig1=()".parse().unwrap());
    assert_eq!(Delivery::good().arrives_with(&both), Ok(()));
}

#[test]
fn d3_d4_order_blanks_and_case_do_not_matter() {
    let orders = [
        "host date content-type digest (request-target)",
        "(request-target) content-type date digest host",
        "(Request-Target) Host Date Digest User-Agent",
        "(request-target)  host   date digest",
    ];
    for covered in orders {
        assert_eq!(delivery(|d| d.covered = covered.to_owned()).arrives(), Ok(()), "{covered}");
        let spaced = delivery(|d| (d.covered, d.separator) = (covered.to_owned(), " , "));
        assert_eq!(spaced.arrives(), Ok(()), "{covered}");
    }
    let good = Delivery::good();
    let mut headers = good.signed();
    let prefixed = format!("Signature {}", headers["signature"].to_str().unwrap());
    headers.insert("signature", prefixed.parse().unwrap());
    assert_eq!(good.arrives_with(&headers), Ok(()));
}

#[test]
fn d5_r002_one_changed_byte_is_refused() {
    let good = Delivery::good();
    let headers = good.signed();
    let changed = delivery(|d| d.body[1] ^= 1);
    assert_eq!(changed.arrives_with(&headers), Err(SignatureError::WrongDigest));
    let mut forged = headers.clone();
    forged.insert("digest", sha256_digest(&changed.body).parse().unwrap());
    assert_eq!(changed.arrives_with(&forged), Err(SignatureError::Mismatch));
}

#[test]
fn d6_r002_only_a_signed_sha256_digest_counts() {
    let absent = delivery(|d| (d.digest, d.covered) = (None, "(request-target) host date".to_owned()));
    assert_eq!(absent.arrives(), Err(SignatureError::NotCovered("digest")));
    let unsigned = delivery(|d| d.covered = "(request-target) host date".to_owned());
    assert_eq!(unsigned.arrives(), Err(SignatureError::NotCovered("digest")));
    let named_only = delivery(|d| d.digest = None);
    assert!(matches!(named_only.arrives(), Err(SignatureError::HeaderAbsent(_))));
    let sha512 = delivery(|d| d.digest = Some("SHA-512=AAAA".to_owned()));
    assert_eq!(sha512.arrives(), Err(SignatureError::NoDigest));
    for (digest, expected) in [
        (sha256_digest(&Delivery::good().body).replace("SHA-256", "sha-256"), Ok(())),
        (format!("SHA-512=AAAA, {}", sha256_digest(&Delivery::good().body)), Ok(())),
        (format!("{},SHA-256=AAAA", sha256_digest(&Delivery::good().body)), Err(SignatureError::WrongDigest)),
        ("SHA-256=%%%".to_owned(), Err(SignatureError::NoDigest)),
        (String::new(), Err(SignatureError::NoDigest)),
    ] {
        assert_eq!(delivery(|d| d.digest = Some(digest.clone())).arrives(), expected, "{digest}");
    }
}

#[test]
fn d7_r004_the_date_must_be_near() {
    let table = [
        (-120, Err(SignatureError::TooOld)),
        (-66, Err(SignatureError::TooOld)),
        (-65, Ok(())),
        (-30, Ok(())),
        (60, Ok(())),
        (61, Err(SignatureError::InFuture)),
        (120, Err(SignatureError::InFuture)),
    ];
    for (minutes, expected) in table {
        assert_eq!(delivery(|d| d.date = http_date(minutes)).arrives(), expected, "{minutes}");
    }
    for date in ["Monday, 05-Jan-26 10:00:00 GMT", "Mon Jan  5 10:00:00 2026", "2026-01-05T10:00:00Z", "soon", ""] {
        assert_eq!(delivery(|d| d.date = date.to_owned()).arrives(), Err(SignatureError::BadTime), "{date}");
    }
    let untimed = delivery(|d| d.covered = "(request-target) host digest".to_owned());
    assert_eq!(untimed.arrives(), Err(SignatureError::NotCovered("date")));
}

#[test]
fn d8_created_and_expires_follow_their_rules() {
    let timed = |more: &str, created: i64, expires: i64| {
        delivery(|d| {
            d.more = more.to_owned();
            d.covered = "(request-target) (created) (expires) host digest".to_owned();
            (d.created, d.expires) = (Some(unix(created)), Some(unix(expires)));
        })
        .arrives()
    };
    let hs2019 = "algorithm=\"hs2019\"";
    assert!(matches!(timed("algorithm=\"rsa-sha256\"", 0, 300), Err(SignatureError::Algorithm(_))));
    assert_eq!(timed(hs2019, -3000, 600), Ok(()));
    assert_eq!(timed(hs2019, -4000, 600), Err(SignatureError::TooOld));
    assert_eq!(timed(hs2019, 4000, 4600), Err(SignatureError::InFuture));
    assert_eq!(timed(hs2019, 0, -3700), Err(SignatureError::TooOld));
    let unsaid = delivery(|d| {
        d.more = format!("{hs2019},created=soon");
    });
    assert_eq!(unsaid.arrives(), Err(SignatureError::BadTime));
}

#[test]
fn d9_r003_a_request_for_another_server_is_refused() {
    for host in ["other.example", "photos.example.evil.example", "photos.example:8443", ""] {
        let elsewhere = delivery(|d| d.host = host.to_owned());
        assert_eq!(elsewhere.arrives(), Err(SignatureError::OtherHost), "{host}");
    }
    for host in ["photos.example:443", "PHOTOS.example"] {
        assert_eq!(delivery(|d| d.host = host.to_owned()).arrives(), Ok(()), "{host}");
    }
    let uncovered = delivery(|d| d.covered = "(request-target) date digest".to_owned());
    assert_eq!(uncovered.arrives(), Err(SignatureError::NotCovered("host")));
    let good = Delivery::good();
    let mut twice = good.signed();
    twice.append("host", "photos.example".parse().unwrap());
    assert!(matches!(good.arrives_with(&twice), Err(SignatureError::Duplicate(_))));
}

#[test]
fn d10_d11_the_path_must_be_the_one_signed_the_query_may_be_left_out() {
    let other = delivery(|d| d.signed_path = "/ap/users/1/inbox");
    assert_eq!(other.arrives(), Err(SignatureError::Mismatch));
    let uncovered = delivery(|d| d.covered = "host date digest".to_owned());
    assert_eq!(uncovered.arrives(), Err(SignatureError::NotCovered("(request-target)")));
    let without_query = delivery(|d| d.path = "/ap/inbox?x=1");
    assert_eq!(without_query.arrives(), Ok(()));
    let with_query = delivery(|d| (d.path, d.signed_path) = ("/ap/inbox?x=1", "/ap/inbox?x=1"));
    assert_eq!(with_query.arrives(), Ok(()));
    let other_query = delivery(|d| (d.path, d.signed_path) = ("/ap/inbox?x=1", "/ap/inbox?x=2"));
    assert_eq!(other_query.arrives(), Err(SignatureError::Mismatch));
}

#[test]
fn d19_r008_garbage_is_refused_without_panic() {
    let header = |text: &str| {
        let mut headers = Delivery::good().headers();
        headers.insert("signature", HeaderValue::from_bytes(text.as_bytes()).unwrap());
        ParsedSignature::from_headers(&headers).map(|_| ())
    };
    let k = format!("keyId=\"{KEY_ID}\"");
    let duplicates = [
        format!("{k},{k},signature=\"AAAA\""),
        format!("{k},headers=\"date\",headers=\"host\",signature=\"AAAA\""),
        format!("{k},KEYID=\"https://a.example/k\",signature=\"AAAA\""),
        format!("{k},headers=\"date date\",signature=\"AAAA\""),
    ];
    for text in duplicates {
        assert!(matches!(header(&text), Err(SignatureError::Duplicate(_))), "{text}");
    }
    let malformed = [
        String::new(),
        "garbage".to_owned(),
        "signature=\"AAAA\"".to_owned(),
        k.clone(),
        format!("{k},signature=\"not base64!\""),
        format!("{k},signature=\"AAAA"),
        format!("{k} signature=\"AAAA\""),
        format!("{k},signature=\"AAAA\",x"),
        format!("{k},signature=\"{}\"", "A".repeat(10_000)),
        "é".to_owned(),
    ];
    for text in malformed {
        let error = header(&text).unwrap_err();
        assert!(matches!(error, SignatureError::Malformed(_)) && error.is_malformed(), "{text}: {error}");
    }
    for id in ["http://a.example/k", "https://127.0.0.1/k", "https://a.example:8443/k", "acct:bob@a.example"] {
        assert!(matches!(header(&format!("keyId=\"{id}\",signature=\"AAAA\"")), Err(SignatureError::KeyId(_))), "{id}");
    }
    let mut two = Delivery::good().signed();
    two.append("signature", "keyId=\"x\"".parse().unwrap());
    assert!(matches!(ParsedSignature::from_headers(&two), Err(SignatureError::Duplicate(_))));
    assert_eq!(ParsedSignature::from_headers(&HeaderMap::new()).unwrap_err(), SignatureError::Missing);
}

#[test]
fn r005_other_algorithms_are_refused() {
    for name in ["hmac-sha256", "rsa-sha1", "none", "ed25519", "rsa-sha512"] {
        let other = delivery(|d| d.more = format!("algorithm=\"{name}\""));
        assert!(matches!(other.arrives(), Err(SignatureError::Algorithm(_))), "{name}");
    }
}

#[test]
fn a_signature_of_another_key_is_refused() {
    let good = Delivery::good();
    let headers = good.signed();
    let parsed = ParsedSignature::from_headers(&headers).unwrap();
    let other = PublicKey::from_pem(&pem("PUBLIC KEY", vector::PUBLIC_SPKI, "\n")).unwrap();
    let request = Request {
        method: &Method::POST,
        path_and_query: good.path,
        headers: &headers,
        body: Some(&good.body),
        own_hosts: OWN,
    };
    assert_eq!(verify(&parsed, &request, &other, vector_time()), Err(SignatureError::Mismatch));
    // A POST whose body was not handed over can never pass.
    let without = Request { body: None, ..request };
    assert_eq!(verify(&parsed, &without, &other, vector_time()), Err(SignatureError::NoDigest));
}

#[test]
fn keys_are_read_in_each_form_and_size() {
    let spki = vector::PUBLIC_SPKI;
    let der = STANDARD.decode(spki).unwrap();
    // The PKCS#1 key is what follows the 24 bytes of wrapping.
    let pkcs1 = STANDARD.encode(&der[24..]);
    let message = b"message";
    let signature = vector_key().sign(message).unwrap();
    let forms = [
        pem("PUBLIC KEY", spki, "\n"),
        pem("PUBLIC KEY", spki, "\r\n"),
        pem("PUBLIC KEY", spki, "\n").trim_end().to_owned(),
        pem("RSA PUBLIC KEY", &pkcs1, "\n"),
        pem("RSA PUBLIC KEY", &pkcs1, "\r\n"),
    ];
    for form in forms {
        let key = PublicKey::from_pem(&form).unwrap();
        assert_eq!(key.verify(message, &signature), Ok(()));
        assert_eq!(key.verify(b"massage", &signature), Err(KeyError::Mismatch));
    }
}

const KEY_OF_1024_BITS: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZgCUOV5BfYMDxajDb+cJc5WMiBpJb59eopK/hjFPPTVMDzd5zkl8IvC2LHC6XFKgwT1n0RGesiQOStvnS8bVS+/S8orJr5H65yqvdpCfJmtjMRFiJDsfxWCP/P/iRxE0Q+d4mNCxL+ALNi+FxH6ZGVY/Iuo2HjiedrK4U83UO5wIDAQAB";
const KEY_ON_A_CURVE: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC/nYli3ZHSdTVBLulNQ2BL7qVyy+1hijAuQlmYYqlub0dPn6EfRp7/PRQezoqCCXpSCYWtcbonc89WrDqddpkQ==";

#[test]
fn d20_weak_and_foreign_keys_are_refused() {
    let read = |base64: &str| PublicKey::from_pem(&pem("PUBLIC KEY", base64, "\n")).err();
    assert_eq!(read(KEY_OF_1024_BITS), Some(KeyError::Size(1024)));
    assert_eq!(read(KEY_ON_A_CURVE), Some(KeyError::NotRsa));
    for garbage in ["AAAA", "MIIB", "MP////8=", ""] {
        assert_eq!(read(garbage), Some(KeyError::NotRsa), "{garbage}");
    }
    for text in ["", "key", "-----BEGIN PUBLIC KEY-----", &"x".repeat(100_000)] {
        assert_eq!(PublicKey::from_pem(text).err(), Some(KeyError::NotPem));
    }
    // No prefix of a good key makes the reader stumble.
    let der = STANDARD.decode(vector::PUBLIC_SPKI).unwrap();
    for length in 0..der.len() {
        assert!(read(&STANDARD.encode(&der[..length])).is_some(), "{length}");
    }
}

#[test]
fn a_new_key_signs_for_its_own_public_half() {
    let made = fresh_key();
    assert!(made.public_pem.starts_with("-----BEGIN PUBLIC KEY-----\n") && made.public_pem.ends_with("KEY-----\n"));
    assert!(made.public_pem.lines().all(|line| line.len() <= 64));
    let key = SigningKey::from_pkcs8_der(&made.private_pkcs8_der).unwrap();
    let public = PublicKey::from_pem(&made.public_pem).unwrap();
    assert_eq!(public.verify(b"x", &key.clone().sign(b"x").unwrap()), Ok(()));
    assert_eq!(SigningKey::from_pkcs8_der(b"nonsense").err(), Some(KeyError::BadPrivateKey));
    assert!(!format!("{made:?}").contains("private"), "a key must not get into a log");
}
