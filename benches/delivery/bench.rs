//! The other servers of `benches/delivery/run`, and the loop it is compared with.
//!
//!     bench certificates FOLDER
//!     bench sink FOLDER PORT CONTROL
//!     bench baseline FOLDER PORT HOSTS INBOXES CONCURRENCY BODY
//!
//! The sink answers for every name below `bench.test` on one port, over TLS. What the first label begins
//! with says how: `ok-` at once, `late-` after 200 ms, `hang-` never. `CONTROL` is a plain port: `GET /` is
//! how many different deliveries came, how many came again, and when the last did; asking begins anew.

use bytes::Bytes;
use cyanotype::activitypub::signature::{SigningKey, cavage, generate_rsa};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashSet;
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use url::Url;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match given.as_slice() {
        ["certificates", folder] => certificates(Path::new(folder)),
        ["sink", folder, port, control] => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(sink(Path::new(folder), port.parse()?, control.parse()?))
        }
        ["baseline", folder, port, hosts, inboxes, concurrency, body] => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let (port, hosts, inboxes, most) = (port.parse()?, hosts.parse()?, inboxes.parse()?, concurrency.parse()?);
            runtime.block_on(baseline(Path::new(folder), port, hosts, inboxes, most, std::fs::read(body)?.into()))
        }
        _ => Ok(()),
    }
}

fn certificates(folder: &Path) -> Result<(), Failure> {
    let root_key = rcgen::KeyPair::generate()?;
    let mut root = rcgen::CertificateParams::default();
    root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    root.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    root.distinguished_name.push(rcgen::DnType::CommonName, "Delivery bench");
    std::fs::write(folder.join("ca.pem"), root.self_signed(&root_key)?.pem())?;
    let issuer = rcgen::Issuer::new(root, root_key);
    let key = rcgen::KeyPair::generate()?;
    let mut leaf = rcgen::CertificateParams::new(vec!["*.bench.test".to_owned()])?;
    leaf.use_authority_key_identifier_extension = true;
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    std::fs::write(folder.join("leaf.pem"), leaf.signed_by(&key, &issuer)?.pem())?;
    std::fs::write(folder.join("leaf.key"), key.serialize_pem())?;
    Ok(())
}

/// What came, since it was last asked.
#[derive(Default)]
struct Count {
    seen: HashSet<(String, String)>,
    again: usize,
    last: u128,
}

fn now() -> u128 {
    #[allow(clippy::disallowed_methods, reason = "a bench has no App")]
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis())
}

async fn sink(folder: &Path, port: u16, control: u16) -> Result<(), Failure> {
    let chain = vec![CertificateDer::from_pem_file(folder.join("leaf.pem"))?];
    let key = PrivateKeyDer::from_pem_file(folder.join("leaf.key"))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let count = Arc::new(Mutex::new(Count::default()));
    let asked = TcpListener::bind(("127.0.0.1", control)).await?;
    #[allow(clippy::disallowed_methods, reason = "a bench has no tracker")]
    tokio::spawn(tell(asked, count.clone()));
    // Hundreds knock at the same moment: whoever finds the queue full would try again after a second.
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    let listener = socket.listen(4_096)?;
    loop {
        let (socket, _) = listener.accept().await?;
        let _ = socket.set_nodelay(true);
        let (acceptor, count) = (acceptor.clone(), count.clone());
        #[allow(clippy::disallowed_methods, reason = "a bench has no tracker")]
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(socket).await else { return };
            let service = service_fn(move |request| take(request, count.clone()));
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn take(request: Request<Incoming>, count: Arc<Mutex<Count>>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let host = request.headers().get("host").and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
    let inbox = format!("{host}{}", request.uri().path());
    let signature = request.headers().contains_key("signature");
    let body = request.into_body().collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    let id = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let id = id.and_then(|v| v.get("id").and_then(|id| id.as_str()).map(str::to_owned)).unwrap_or_default();
    if host.starts_with("hang-") {
        std::future::pending::<()>().await;
    }
    if host.starts_with("late-") {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut count = count.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if count.seen.insert((id, inbox)) {
        count.last = now()
    } else {
        count.again += 1
    }
    let mut answer = Response::new(Empty::new());
    *answer.status_mut() = if signature { StatusCode::ACCEPTED } else { StatusCode::UNAUTHORIZED };
    Ok(answer)
}

async fn tell(listener: TcpListener, count: Arc<Mutex<Count>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let count = count.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut count = count.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let text = format!("{} {} {}", count.seen.len(), count.again, count.last);
            if request.uri().path() == "/anew" {
                *count = Count::default();
            }
            async move { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(text)))) }
        });
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
    }
}

/// The least that delivering can cost: a signature and a POST for each inbox, a new connection for each
/// host, so many hosts at once. Prints deliveries and seconds.
async fn baseline(
    folder: &Path,
    port: u16,
    hosts: usize,
    inboxes: usize,
    concurrency: usize,
    body: Bytes,
) -> Result<(), Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem"))?)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    let key = SigningKey::from_pkcs8_der(&generate_rsa()?.private_pkcs8_der)?;
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let begun = std::time::Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..concurrency.min(hosts) {
        let (connector, key, next, body) = (connector.clone(), key.clone(), next.clone(), body.clone());
        tasks.spawn(async move {
            loop {
                let host = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if host >= hosts {
                    return Ok::<_, Failure>(());
                }
                visit(&connector, &key, port, host, hosts, inboxes, &body).await?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    println!("{inboxes} {}", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn visit(
    connector: &TlsConnector,
    key: &SigningKey,
    port: u16,
    host: usize,
    hosts: usize,
    inboxes: usize,
    body: &Bytes,
) -> Result<(), Failure> {
    let name = format!("ok-{host:04}.bench.test");
    let socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.set_nodelay(true)?;
    let stream = connector.connect(ServerName::try_from(name.clone())?, socket).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    #[allow(clippy::disallowed_methods, reason = "a bench has no tracker")]
    tokio::spawn(connection);
    for inbox in (host..inboxes).step_by(hosts) {
        let url = Url::parse(&format!("https://{name}/u/{inbox}/inbox"))?;
        #[allow(clippy::disallowed_methods, reason = "a bench has no App")]
        let now = SystemTime::now();
        let headers = cavage::sign_post(key, "https://photos.bench.test/ap/users/1#main-key", &url, body, KIND, now)?;
        let mut request = Request::post(url.path());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = sender.send_request(request.body(Full::new(body.clone()))?).await?;
        if answer.status() != StatusCode::ACCEPTED {
            return Err(format!("{name} answered {}", answer.status()).into());
        }
        answer.into_body().collect().await?;
        sender.ready().await?;
    }
    Ok(())
}

const KIND: &str = "application/activity+json";
