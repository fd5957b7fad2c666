//! Another server: people with keys, and documents that say so, over TLS.

use anyhow::Context;
use cyanotype::activitypub::signature::{SigningKey, generate_rsa};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub const HOST: &str = "peer.test";
const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// Clones share it.
#[derive(Clone)]
pub struct Peer {
    pub address: SocketAddr,
    people: Arc<Vec<(String, SigningKey)>>,
    authority: Arc<NamedTempFile>,
}

impl Peer {
    /// So many people, each with a key of her own.
    pub async fn start(count: usize) -> anyhow::Result<Self> {
        let (authority, acceptor) = tls()?;
        let (mut people, mut documents) = (Vec::new(), HashMap::new());
        for number in 0..count {
            let key = tokio::task::spawn_blocking(generate_rsa).await??;
            let id = format!("https://{HOST}/users/{number}");
            documents.insert(format!("/users/{number}"), actor(&id, number, &key.public_pem).to_string());
            people.push((id, SigningKey::from_pkcs8_der(&key.private_pkcs8_der)?));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(serve(listener, acceptor, Arc::new(documents)));
        Ok(Self { address, people: Arc::new(people), authority: Arc::new(authority) })
    }

    pub fn people(&self) -> usize {
        self.people.len()
    }

    pub fn person(&self, number: usize) -> (String, &SigningKey) {
        let (id, key) = &self.people[number];
        (id.clone(), key)
    }

    pub fn ca_file(&self) -> &Path {
        self.authority.path()
    }
}

fn actor(id: &str, number: usize, pem: &str) -> Value {
    json!({
        "@context": [CONTEXT, "https://w3id.org/security/v1"], "id": id, "type": "Person",
        "preferredUsername": format!("p{number}"), "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"), "endpoints": {"sharedInbox": format!("https://{HOST}/inbox")},
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem},
    })
}

/// What Mastodon sends for a short post that mentions somebody, in size and shape.
pub fn create(actor: &str, mentioned: &str, number: usize) -> Value {
    let (note, to, cc) = (
        format!("{actor}/statuses/{number}"),
        [format!("{CONTEXT}#Public")],
        [format!("{actor}/followers"), mentioned.to_owned()],
    );
    let published = "2026-01-05T10:00:00.000Z";
    json!({
        "@context": [CONTEXT, {"ostatus": "http://ostatus.org#", "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#"}],
        "id": format!("{note}/activity"), "type": "Create", "actor": actor, "published": published, "to": to, "cc": cc,
        "object": {
            "id": note, "type": "Note", "summary": null, "inReplyTo": null, "published": published, "url": note,
            "attributedTo": actor, "to": to, "cc": cc, "sensitive": false,
            "content": format!("<p><span class=\"h-card\"><a href=\"{mentioned}\" class=\"u-url mention\">@<span>ada</span></a></span> Fog over the harbour this morning, number {number}. The lamps were still lit when the first boat came in, and nobody spoke.</p>"),
            "contentMap": {"en": format!("<p>Fog over the harbour this morning, number {number}.</p>")},
            "attachment": [], "tag": [{"type": "Mention", "href": mentioned, "name": "@ada@photos.test"}],
        },
    })
}

fn tls() -> anyhow::Result<(NamedTempFile, TlsAcceptor)> {
    let root_key = rcgen::KeyPair::generate()?;
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let root = params.self_signed(&root_key)?;
    let mut file = tempfile::Builder::new().suffix(".pem").tempfile()?;
    file.write_all(root.pem().as_bytes())?;
    let key = rcgen::KeyPair::generate()?;
    let mut leaf = rcgen::CertificateParams::new(vec![HOST.to_owned()])?;
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let cert = leaf.signed_by(&key, &rcgen::Issuer::new(params, root_key))?;
    let config = tokio_rustls::rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())?;
    Ok((file, TlsAcceptor::from(Arc::new(config))))
}

/// One document a connection is all that is asked here.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor, documents: Arc<HashMap<String, String>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (acceptor, documents) = (acceptor.clone(), documents.clone());
        tokio::spawn(async move {
            let mut stream = acceptor.accept(socket).await?;
            let mut head = Vec::new();
            while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                if stream.read_buf(&mut head).await? == 0 {
                    return Ok(());
                }
            }
            let head = String::from_utf8_lossy(&head);
            let path = head.split(' ').nth(1).context("no path")?;
            let answer = match documents.get(path) {
                Some(body) => format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                ),
                None => "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_owned(),
            };
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            anyhow::Ok(())
        });
    }
}
