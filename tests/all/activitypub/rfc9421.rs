//! HTTP Message Signatures: the vectors of RFC 9421, appendix B.2, and one made with another program,
//! bit for bit; and everything that must be refused.

use super::vector;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cyanotype::activitypub::signature::rfc9421::{Input, content_digest, sign_get, sign_post};
use cyanotype::activitypub::signature::structured::{self, Bare, Member};
use cyanotype::activitypub::signature::{
    KeyKind, ParsedSignature, PublicKey, Request, SignatureError, SigningKey, generate_ed25519, multikey, verify,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ring::signature::{RSA_PSS_2048_8192_SHA512, UnparsedPublicKey};
use std::time::{Duration, SystemTime};
use url::Url;

/// `test-key-rsa-pss` of the RFC, section B.1.2: SPKI DER.
const RFC_PSS: &str = concat!(
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2G",
    "XHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq",
    "gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ",
    "7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI",
    "2wIDAQAB",
);
/// `test-key-ed25519`, section B.1.4: the 32 bytes.
const RFC_ED25519: &str = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";

/// Section B.2: label, parameters and signature of each case over the one request.
const RFC_CASES: &[(&str, &str, &str)] = &[
    (
        "B.2.1",
        "sig-b21=();created=1618884473;keyid=\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"",
        concat!(
            "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7z",
            "FZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKh",
            "O4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gC",
            "w1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
        ),
    ),
    (
        "B.2.2",
        "sig-b22=(\"@authority\" \"content-digest\" \"@query-param\";name=\"Pet\");created=1618884473;\
         keyid=\"test-key-rsa-pss\";tag=\"header-example\"",
        concat!(
            "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8U",
            "CMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8N",
            "V7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs",
            "0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
        ),
    ),
    (
        "B.2.3",
        "sig-b23=(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" \"content-digest\" \
         \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"",
        concat!(
            "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2vo",
            "Tp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzN",
            "BXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBro",
            "hr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
        ),
    ),
    (
        "B.2.6",
        "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");\
         created=1618884473;keyid=\"test-key-ed25519\"",
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    ),
];

fn rfc_headers() -> HeaderMap {
    let digest = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    [
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-digest", digest),
        ("content-length", "18"),
    ]
    .into_iter()
    .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
    .collect()
}

#[test]
fn the_vectors_of_the_rfc_are_signatures_over_the_text_we_make() {
    let headers = rfc_headers();
    let request = Request {
        method: &Method::POST,
        path_and_query: "/foo?param=Value&Pet=dog",
        headers: &headers,
        body: Some(br#"{"hello": "world"}"#),
        own_hosts: &["example.com"],
    };
    // ring wants the PKCS#1 key, which follows 24 bytes of wrapping.
    let pss = STANDARD.decode(RFC_PSS).unwrap()[24..].to_vec();
    let pss = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA512, pss);
    let ed25519 = multikey::write(multikey::ED25519, &STANDARD.decode(RFC_ED25519).unwrap());
    let ed25519 = PublicKey::read(&ed25519).unwrap();
    for (case, input, signature) in RFC_CASES {
        let base = Input::parse(input).unwrap().base(&request).unwrap();
        let signature = STANDARD.decode(signature).unwrap();
        let matches = match *case {
            "B.2.6" => ed25519.verify(base.as_bytes(), &signature).is_ok(),
            _ => pss.verify(base.as_bytes(), &signature).is_ok(),
        };
        assert!(matches, "{case}: {base}");
    }
}

fn vector_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_607_200)
}

fn vector_key() -> SigningKey {
    SigningKey::from_pkcs8_der(&STANDARD.decode(vector::PRIVATE_PKCS8).unwrap()).unwrap()
}

fn vector_public() -> PublicKey {
    PublicKey::read(&format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", vector::PUBLIC_SPKI))
        .unwrap()
}

const KEY_ID: &str = "https://photos.example/ap/ada#main-key";
const INBOX: &str = "https://mastodon.example/users/bob/inbox";

#[test]
fn the_vector_is_reproduced_bit_for_bit() {
    let url = Url::parse(INBOX).unwrap();
    let body = vector::BODY.as_bytes();
    let headers: HeaderMap = sign_post(&vector_key(), KEY_ID, &url, body, "application/activity+json", vector_time())
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(headers["content-digest"], format!("sha-256=:{}:", vector::DIGEST));
    let input = format!("sig1=(\"@method\" \"@target-uri\" \"content-digest\");created=1767607200;keyid=\"{KEY_ID}\"");
    assert_eq!(headers["signature-input"], input);
    assert_eq!(headers["signature"], format!("sig1=:{}:", vector::SIGNATURE_9421));
    assert_eq!(headers["content-type"], "application/activity+json");
}

/// A delivery to be spoilt in one way.
struct Delivery {
    method: Method,
    target: &'static str,
    body: Option<Vec<u8>>,
    headers: HeaderMap,
    key: PublicKey,
}

impl Delivery {
    /// Signed as some library does, over more than is needed, with the parameters in another order.
    fn with(components: &str, parameters: &str) -> Self {
        Self::signed(components, parameters, &vector_key())
    }

    fn signed(components: &str, parameters: &str, key: &SigningKey) -> Self {
        let body = vector::BODY.as_bytes().to_vec();
        let digest = content_digest(&body);
        let value = |name: &str| match name {
            "@method" => "POST".to_owned(),
            "@target-uri" => INBOX.to_owned(),
            "@authority" | "host" => "mastodon.example".to_owned(),
            "@scheme" => "https".to_owned(),
            "@path" | "@request-target" => "/users/bob/inbox".to_owned(),
            "@query" => "?".to_owned(),
            "date" => "Mon, 05 Jan 2026 10:00:00 GMT".to_owned(),
            "content-digest" => digest.clone(),
            other => panic!("{other}"),
        };
        let names: Vec<&str> = components.split_whitespace().collect();
        let lines: String = names.iter().map(|name| format!("\"{name}\": {}\n", value(name))).collect();
        let list: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let input = format!("({}){parameters}", list.join(" "));
        let signature = key.sign(format!("{lines}\"@signature-params\": {input}").as_bytes()).unwrap();
        let headers = [
            ("host", "mastodon.example".to_owned()),
            ("date", value("date")),
            ("content-digest", digest.clone()),
            ("signature-input", format!("sig1={input}")),
            ("signature", format!("sig1=:{}:", STANDARD.encode(signature))),
        ];
        let headers = headers.into_iter().map(|(name, text)| (HeaderName::from_static(name), text.parse().unwrap()));
        Self {
            method: Method::POST,
            target: "/users/bob/inbox",
            body: Some(body),
            headers: headers.collect(),
            key: vector_public(),
        }
    }

    fn good() -> Self {
        Self::with("@method @target-uri content-digest", &usual())
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    fn arrives(&self) -> Result<(), SignatureError> {
        let parsed = ParsedSignature::from_headers(&self.headers)?;
        let request = Request {
            method: &self.method,
            path_and_query: self.target,
            headers: &self.headers,
            body: self.body.as_deref(),
            own_hosts: &["mastodon.example"],
        };
        verify(&parsed, &request, &self.key, vector_time())
    }
}

fn usual() -> String {
    format!(";created=1767607200;keyid=\"{KEY_ID}\"")
}

#[test]
fn every_form_in_use_is_accepted() {
    assert_eq!(Delivery::good().arrives(), Ok(()));
    // As Fedify, Mastodon and others have it.
    let forms = [
        (
            "@method @target-uri @authority host date content-digest",
            format!(";alg=\"rsa-v1_5-sha256\";keyid=\"{KEY_ID}\";created=1767607200"),
        ),
        ("@method @target-uri content-digest", format!(";created=1767607200;expires=1767607500;keyid=\"{KEY_ID}\"")),
        (
            "content-digest @target-uri @method",
            format!(";keyid=\"{KEY_ID}\";tag=\"x\";created=1767607200;nonce=\"a b\""),
        ),
        ("@method @target-uri @scheme @path @query @request-target content-digest", usual()),
    ];
    for (components, parameters) in forms {
        assert_eq!(Delivery::with(components, &parameters).arrives(), Ok(()), "{components}{parameters}");
    }
    let mut more = Delivery::good();
    let digest = format!("sha-512=:AAAA:, {}", more.headers["content-digest"].to_str().unwrap());
    more = more.header("content-digest", &digest);
    assert_eq!(more.arrives(), Err(SignatureError::Mismatch), "the header is what was signed, not its meaning");
}

#[test]
fn blanks_between_parameters_do_not_matter() {
    let good = Delivery::good();
    let input = good.headers["signature-input"].to_str().unwrap().replace(";", "; ").replace("(\"", "( \"");
    assert_eq!(good.header("signature-input", &input).arrives(), Ok(()));
}

#[test]
fn ed25519_counts_with_a_multikey_and_rsa_with_either() {
    let made = generate_ed25519().unwrap();
    let key = SigningKey::from_pkcs8_der(&made.private_pkcs8_der).unwrap();
    let named = |alg: &str| format!(";alg=\"{alg}\"{}", usual());
    for parameters in [usual(), named("ed25519")] {
        let mut delivery = Delivery::signed("@method @target-uri content-digest", &parameters, &key);
        delivery.key = PublicKey::read(&made.public_pem).unwrap();
        assert_eq!(delivery.key.kind(), KeyKind::Ed25519);
        assert_eq!(delivery.arrives(), Ok(()), "{parameters}");
        delivery.key = vector_public();
        assert!(delivery.arrives().is_err(), "with another key: {parameters}");
    }
    let mut other = Delivery::signed("@method @target-uri content-digest", &named("rsa-v1_5-sha256"), &key);
    other.key = PublicKey::read(&made.public_pem).unwrap();
    assert!(matches!(other.arrives(), Err(SignatureError::Algorithm(_))), "a name that is not the key's");
    let rsa = STANDARD.decode(vector::PUBLIC_SPKI).unwrap()[24..].to_vec();
    let mut multikey = Delivery::good();
    multikey.key = PublicKey::read(&multikey::write(multikey::RSA, &rsa)).unwrap();
    assert_eq!(multikey.arrives(), Ok(()));
}

#[test]
fn r002_only_a_signed_sha256_content_digest_counts() {
    assert_eq!(
        Delivery::with("@method @target-uri", &usual()).arrives(),
        Err(SignatureError::NotCovered("content-digest"))
    );
    let mut changed = Delivery::good();
    changed.body.as_mut().unwrap()[3] ^= 1;
    assert_eq!(changed.arrives(), Err(SignatureError::WrongDigest));
    let digest = content_digest(changed.body.as_deref().unwrap());
    assert_eq!(changed.header("content-digest", &digest).arrives(), Err(SignatureError::Mismatch));
    for digest in ["sha-512=:AAAA:", "sha-256=AAAA", "sha-256=:!!:", "", "sha-256"] {
        let error = Delivery::good().header("content-digest", digest).arrives().unwrap_err();
        assert_eq!(error, SignatureError::NoDigest, "{digest}");
    }
    let mut none = Delivery::good();
    none.headers.remove("content-digest");
    assert!(matches!(none.arrives(), Err(SignatureError::HeaderAbsent(_))));
    none.body = None;
    assert_eq!(none.arrives(), Err(SignatureError::NoDigest), "a POST whose body was not handed over");
}

#[test]
fn r003_method_and_whole_address_must_be_signed_and_ours() {
    for (components, missing) in
        [("@target-uri content-digest", "@method"), ("@method @path @authority content-digest", "@target-uri")]
    {
        assert_eq!(Delivery::with(components, &usual()).arrives(), Err(SignatureError::NotCovered(missing)));
    }
    let mut other = Delivery::good();
    other.target = "/users/eve/inbox";
    assert_eq!(other.arrives(), Err(SignatureError::Mismatch));
    other.target = "/users/bob/inbox?x=1";
    assert_eq!(other.arrives(), Err(SignatureError::Mismatch), "the query belongs to the address");
    assert_eq!(Delivery::good().header("host", "other.example").arrives(), Err(SignatureError::OtherHost));
    let mut get = Delivery::good();
    get.method = Method::PUT;
    assert_eq!(get.arrives(), Err(SignatureError::Mismatch));
}

#[test]
fn r004_the_time_must_be_said_and_near() {
    let at = |created: i64, more: &str| {
        let parameters = format!(";created={}{more};keyid=\"{KEY_ID}\"", 1_767_607_200 + created);
        Delivery::with("@method @target-uri content-digest", &parameters).arrives()
    };
    assert_eq!(at(-65 * 60, ""), Ok(()));
    assert_eq!(at(-65 * 60 - 1, ""), Err(SignatureError::TooOld));
    assert_eq!(at(60 * 60, ""), Ok(()));
    assert_eq!(at(60 * 60 + 1, ""), Err(SignatureError::InFuture));
    assert_eq!(at(0, ";expires=1767603599"), Err(SignatureError::TooOld));
    assert_eq!(at(0, ";expires=-1"), Err(SignatureError::BadTime));
    let untimed = Delivery::with("@method @target-uri content-digest", &format!(";keyid=\"{KEY_ID}\""));
    assert_eq!(untimed.arrives(), Err(SignatureError::NotCovered("created")));
}

#[test]
fn r005_other_algorithms_are_refused() {
    for name in ["hmac-sha256", "rsa-pss-sha512", "ecdsa-p256-sha256", "rsa-sha256", "none", ""] {
        let other = Delivery::with("@method @target-uri content-digest", &format!(";alg=\"{name}\"{}", usual()));
        assert!(matches!(other.arrives(), Err(SignatureError::Algorithm(_))), "{name}");
    }
}

#[test]
fn r008_what_is_doubled_or_odd_is_refused_without_panic() {
    let good = Delivery::good();
    let (input, signature) = (good.headers["signature-input"].clone(), good.headers["signature"].clone());
    let (input, signature) = (input.to_str().unwrap(), signature.to_str().unwrap());
    let inputs = [
        format!("{input}, {}", input.replace("sig1", "sig2")),
        format!("{input}, {input}"),
        input.replace("\"@method\"", "\"@method\" \"@method\""),
        input.replace("\"@method\"", "\"@method\";req"),
        input.replace("\"@method\"", "\"@Method\""),
        input.replace("\"@method\"", "\"@status\" \"@method\""),
        input.replace(";created", ";created=1;created"),
        input.replace(";keyid", ";keyid=\"x\";keyid"),
        input.replace("keyid=\"https", "keyid=\"http"),
        input.replace(&format!(";keyid=\"{KEY_ID}\""), ""),
        input.replace("created=1767607200", "created=\"now\""),
        input.replace("created=1767607200", "created=9999999999999999"),
        input.replace("sig1=", "sig1"),
        "sig1=?1".to_owned(),
        "sig1=(".to_owned(),
        format!("sig1=({})", "\"@method\" ".repeat(40)),
        format!("sig1=(){}", ";a=1".repeat(3_000)),
        String::new(),
        ",".to_owned(),
    ];
    for input in inputs {
        assert!(Delivery::good().header("signature-input", &input).arrives().is_err(), "{input}");
    }
    let signatures =
        [signature.replace("sig1", "sig2"), "sig1=\"text\"".to_owned(), "sig1=:AAAA:".to_owned(), "sig1=::".to_owned()];
    for signature in signatures {
        assert!(Delivery::good().header("signature", &signature).arrives().is_err(), "{signature}");
    }
    for name in ["signature", "signature-input"] {
        let mut twice = Delivery::good();
        let value = twice.headers[name].clone();
        twice.headers.append(name, value);
        assert!(matches!(twice.arrives(), Err(SignatureError::Duplicate(_))), "{name}");
    }
}

#[test]
fn a_signed_get_covers_the_query_and_no_other_method() {
    let url = Url::parse("https://mastodon.example/users/bob/outbox?page=1#x").unwrap();
    let headers: HeaderMap = sign_get(&vector_key(), KEY_ID, &url, vector_time()).unwrap().into_iter().collect();
    let get = |target, method| {
        let request =
            Request { method, path_and_query: target, headers: &headers, body: None, own_hosts: &["mastodon.example"] };
        verify(&ParsedSignature::from_headers(&headers).unwrap(), &request, &vector_public(), vector_time())
    };
    assert_eq!(get("/users/bob/outbox?page=1", &Method::GET), Ok(()));
    assert_eq!(get("/users/bob/outbox?page=2", &Method::GET), Err(SignatureError::Mismatch));
    assert_eq!(get("/users/bob/outbox?page=1", &Method::POST), Err(SignatureError::NotCovered("content-digest")));
}

#[test]
fn what_cannot_be_said_in_a_header_is_not_signed() {
    let url = Url::parse(INBOX).unwrap();
    for key_id in ["https://a.example/\"", "https://a.example/ b", "https://a.example/é", "https://a.example/\r\n"] {
        let signed = sign_get(&vector_key(), key_id, &url, vector_time());
        assert!(matches!(signed, Err(SignatureError::Unsendable(_))), "{key_id}");
    }
}

#[test]
fn structured_fields_are_read_and_written_as_the_standard_has_it() {
    let text = r#"a=(1 "b\"c" tok;x=?0 :AQI=:);p;q=-5, b=?0, c;y="z", d=:AA==:"#;
    let read = structured::dictionary(text).unwrap();
    assert_eq!(read.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    let Member::List(items, parameters) = &read[0].1 else { panic!("{read:?}") };
    assert_eq!(structured::write_list(items, parameters), r#"(1 "b\"c" tok;x=?0 :AQI=:);p;q=-5"#);
    assert!(matches!(&read[2].1, Member::Item(item) if item.value == Bare::Flag(true)));
    for bad in
        ["A=1", "a=1,", "a=1 b=2", "a=1.5", "a=\"\u{e9}\"", "a=\"", "a=:!:", "a=?2", "a=(1 2", "a=(1\"b\")", "a=1,a=2"]
    {
        assert_eq!(structured::dictionary(bad), None, "{bad}");
    }
    let many = |count: usize| (0..count).map(|n| format!("a{n}=1")).collect::<Vec<_>>().join(", ");
    assert!(structured::dictionary(&many(structured::MAX_MEMBERS)).is_some());
    assert!(structured::dictionary(&many(structured::MAX_MEMBERS + 1)).is_none());
}

#[test]
fn multikeys_are_read_and_written_as_others_have_them() {
    // From the W3C's Controlled Identifiers, section 2.2.2.
    let text = "z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu";
    let (kind, bytes) = multikey::read(text).unwrap();
    assert_eq!((kind, bytes.len()), (multikey::ED25519, 32));
    assert_eq!(multikey::write(kind, &bytes), text);
    assert_eq!(multikey::write(multikey::ED25519, &[0; 32]).len(), text.len());
    for bad in ["", "z", "m6Mk", "z0", "zO", "z6Mk", "u7QEmBw", &format!("z{}", "1".repeat(2_000))] {
        assert!(PublicKey::read(bad).is_err(), "{bad}");
    }
}
