//! Measures the inbox, for `benches/inbox/run`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a measuring program, not the server")]

mod peer;

use anyhow::{Context, ensure};
use cyanotype::activitypub::signature::cavage;
use peer::Peer;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// Connections the deliveries come over, as from a proxy.
const CONNECTIONS: usize = 64;
const HOST: &str = "photos.test";

fn main() -> anyhow::Result<()> {
    let given: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let option = |name: &str| given.iter().position(|a| a == name).and_then(|at| given.get(at + 1)).cloned();
    let seconds = option("--seconds").map_or(Ok(30), |text| text.parse())?;
    let rates: Vec<u64> = option("--rate").map_or(Ok(vec![200, 2_000]), |rate| rate.parse().map(|rate| vec![rate]))?;
    let synchronous = option("--synchronous").unwrap_or_else(|| "full".to_owned());
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(&rates, seconds, &synchronous))
}

async fn measure(rates: &[u64], seconds: u64, synchronous: &str) -> anyhow::Result<()> {
    let peer = Peer::start(20).await?;
    let server = Server::start(&peer, synchronous).await?;
    let ada = server.actor("ada").await?;
    println!("server {} (pid {}), synchronous={synchronous}", server.address, server.child.id());
    println!(
        "{:>6} {:>7} {:>9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>8}  answers",
        "rate", "sent", "a second", "p50 ms", "p99 ms", "most ms", "RSS MiB", "CPU s", "jobs"
    );
    for number in 0..peer.people() {
        let answers = server.send(vec![signed(&peer, number, &ada, usize::MAX - number)?], 1_000).await?;
        ensure!(answers.statuses.contains_key("202"), "nobody is let in: {:?}", answers.statuses);
    }
    for &rate in rates {
        let count = usize::try_from(rate * seconds)?;
        let (peer2, ada2) = (peer.clone(), ada.clone());
        let start = NUMBER.fetch_add(count, Ordering::Relaxed);
        let requests = tokio::task::spawn_blocking(move || {
            (0..count).map(|n| signed(&peer2, n % peer2.people(), &ada2, start + n)).collect::<anyhow::Result<Vec<_>>>()
        });
        let requests = requests.await??;
        server.watch.reset();
        let cpu = server.cpu()?;
        let answers = server.send(requests, rate).await?;
        let jobs = server.jobs().await?;
        println!(
            "{rate:>6} {count:>7} {:>9.0} {:>8.1} {:>8.1} {:>8.1} {:>8.0} {:>7.1} {jobs:>8}  {:?}",
            answers.per_second,
            answers.at(0.5),
            answers.at(0.99),
            answers.at(1.0),
            server.watch.most_mib(),
            server.cpu()? - cpu,
            answers.statuses
        );
        let begun = Instant::now();
        while server.jobs().await? > 0 && begun.elapsed() < Duration::from_secs(120) {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        println!(
            "       worked off after {:.0} s more; RSS then {:.0} MiB",
            begun.elapsed().as_secs_f64(),
            server.watch.most_mib()
        );
    }
    Ok(())
}

static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A whole request: a Create that mentions ada.
fn signed(peer: &Peer, person: usize, ada: &str, number: usize) -> anyhow::Result<Vec<u8>> {
    let (actor, key) = peer.person(person);
    let body = peer::create(&actor, ada, number).to_string();
    let url = Url::parse(&format!("https://{HOST}/ap/inbox"))?;
    let key_id = format!("{actor}#main-key");
    let headers =
        cavage::sign_post(key, &key_id, &url, body.as_bytes(), "application/activity+json", SystemTime::now())?;
    let mut request = b"POST /ap/inbox HTTP/1.1\r\n".to_vec();
    for (name, value) in headers {
        write!(request, "{name}: ")?;
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    write!(request, "user-agent: bench\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
    Ok(request)
}

/// What came back.
struct Answers {
    statuses: BTreeMap<String, usize>,
    /// Sorted.
    times: Vec<Duration>,
    per_second: f64,
}

impl Answers {
    /// Milliseconds within which this part of the answers came.
    fn at(&self, part: f64) -> f64 {
        let place = ((self.times.len() as f64 * part).ceil() as usize).clamp(1, self.times.len());
        self.times[place - 1].as_secs_f64() * 1e3
    }
}

/// The server, as its own process.
struct Server {
    child: Child,
    address: SocketAddr,
    data: TempDir,
    watch: Watch,
}

impl Server {
    async fn start(peer: &Peer, synchronous: &str) -> anyhow::Result<Self> {
        let (data, port) = (tempfile::tempdir()?, std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port());
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cyanotype"));
            command.current_dir(data.path()).env_clear().env("SSL_CERT_FILE", peer.ca_file());
            command.env("CYANOTYPE_LISTEN", address.to_string());
            command.env("CYANOTYPE_PUBLIC_ADDRESS", format!("https://{HOST}"));
            command.env("CYANOTYPE_RESOLVE", format!("{}:{}", peer::HOST, peer.address));
            command.env("CYANOTYPE_SQLITE_SYNCHRONOUS", synchronous).env("CYANOTYPE_LOG", "warn");
            command
        };
        let mut making = command();
        making.args(["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"]);
        let mut making = making.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        making.stdin.take().context("no input")?.write_all(b"the sea at ten past four")?;
        ensure!(making.wait()?.success(), "the account was not made");
        let child = command().stdout(Stdio::null()).spawn()?;
        let watch = Watch::start(child.id());
        let server = Self { child, address, data, watch };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the server did not start")
    }

    /// Id of somebody here.
    async fn actor(&self, name: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(self.address).await?;
        let ask = format!(
            "GET /.well-known/webfinger?resource=acct:{name}@{HOST} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let start = text.find(&format!("https://{HOST}/ap/users/")).with_context(|| text.clone())?;
        Ok(text[start..].chars().take_while(|c| *c != '"').collect())
    }

    /// Sends at this rate, whatever comes back.
    async fn send(&self, requests: Vec<Vec<u8>>, rate: u64) -> anyhow::Result<Answers> {
        let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
        let begun = Instant::now();
        let step = Duration::from_secs_f64(1.0 / rate as f64);
        let senders = (0..CONNECTIONS.min(requests.len())).map(|_| {
            let (requests, next, address) = (requests.clone(), next.clone(), self.address);
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                let mut answers = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(number) else { return anyhow::Ok(answers) };
                    let due = begun + step * u32::try_from(number)?;
                    tokio::time::sleep_until(due.into()).await;
                    stream.write_all(request).await?;
                    answers.push((head(&mut stream).await?, due.elapsed()));
                }
            })
        });
        let (mut statuses, mut times) = (BTreeMap::new(), Vec::new());
        for sender in senders.collect::<Vec<_>>() {
            for (status, time) in sender.await?? {
                *statuses.entry(status).or_insert(0) += 1;
                times.push(time);
            }
        }
        times.sort();
        Ok(Answers { statuses, per_second: times.len() as f64 / begun.elapsed().as_secs_f64(), times })
    }

    /// Jobs that are not done.
    async fn jobs(&self) -> anyhow::Result<i64> {
        use sea_orm::ConnectionTrait;
        let path = self.data.path().join("data/cyanotype.sqlite");
        let db = Box::pin(sea_orm::Database::connect(format!("sqlite://{}?mode=ro", path.display()))).await?;
        let row = db.query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Sqlite,
            "SELECT COUNT(*) AS jobs FROM job WHERE dead = 0",
        ));
        let count = row.await?.context("no count")?.try_get("", "jobs")?;
        db.close().await?;
        Ok(count)
    }

    /// User and system time of the server, in seconds.
    fn cpu(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit_once(')').context("stat")?.1.split_whitespace().collect();
        Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status of an answer without a body.
async fn head(stream: &mut TcpStream) -> anyhow::Result<String> {
    let mut bytes = Vec::with_capacity(512);
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        ensure!(stream.read_buf(&mut bytes).await? > 0, "the connection was closed");
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.split(' ').nth(1).unwrap_or_default().to_owned())
}

/// Looks at a process's memory ten times a second.
struct Watch {
    most: Arc<AtomicUsize>,
}

impl Watch {
    fn start(pid: u32) -> Self {
        let most = Arc::new(AtomicUsize::new(0));
        let seen = most.clone();
        tokio::spawn(async move {
            while let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
                let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
                let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
                seen.fetch_max(kib, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        Self { most }
    }

    fn reset(&self) {
        self.most.store(0, Ordering::Relaxed);
    }

    fn most_mib(&self) -> f64 {
        self.most.load(Ordering::Relaxed) as f64 / 1024.0
    }
}
