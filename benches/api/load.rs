//! The server as its own process, and whoever asks it.

use super::gallery::Gallery;
use super::{HOST, settings};
use anyhow::{Context, ensure};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub struct Server {
    child: Child,
    address: SocketAddr,
    /// Calls so far: each token may make only so many.
    calls: Arc<AtomicUsize>,
}

/// What a process has used since it began.
pub struct Used {
    /// Seconds of user and system time.
    pub cpu: f64,
    /// Read of files; sockets do not count.
    pub read_kib: f64,
    /// Held now.
    pub memory_mib: f64,
}

/// How long answers took, the quickest first.
pub struct Answers(Vec<Duration>);

impl Answers {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Milliseconds within which this part of the answers came.
    pub fn at(&self, part: f64) -> f64 {
        let place = ((self.0.len() as f64 * part).ceil() as usize).clamp(1, self.0.len());
        self.0[place - 1].as_secs_f64() * 1e3
    }
}

impl Server {
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_cyanotype"));
        command.current_dir(folder).env_clear().envs(settings(folder, &address.to_string()));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let server = Self { child, address, calls: Arc::default() };
        for _ in 0..400 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the server did not start")
    }

    /// One answer: how many items are in it, and its bytes.
    pub async fn once(&self, path: &str, token: &str) -> anyhow::Result<(usize, usize)> {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await?);
        let body = ask(&mut stream, path, token).await?;
        Ok((items(&serde_json::from_slice(&body)?), body.len()))
    }

    /// Asks as soon as there is an answer, for so long: the same `again`, or each time what was not asked before,
    /// and so is made anew.
    pub async fn ask(
        &self,
        path: &str,
        gallery: &Gallery,
        time: Duration,
        many: usize,
        again: bool,
    ) -> anyhow::Result<Answers> {
        let end = Instant::now() + time;
        let askers = (0..many).map(|_| {
            let (path, tokens) = (path.to_owned(), gallery.tokens());
            let (address, calls) = (self.address, self.calls.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(TcpStream::connect(address).await?);
                stream.get_ref().set_nodelay(true)?;
                let mut times = Vec::new();
                while Instant::now() < end {
                    let call = calls.fetch_add(1, Ordering::Relaxed);
                    let token = &tokens[call % tokens.len()];
                    let mark = if path.contains('?') { '&' } else { '?' };
                    let asked = if again { path.clone() } else { format!("{path}{mark}call={call}") };
                    let begun = Instant::now();
                    ask(&mut stream, &asked, token).await?;
                    times.push(begun.elapsed());
                }
                anyhow::Ok(times)
            })
        });
        let mut times = Vec::new();
        for asker in askers.collect::<Vec<_>>() {
            times.extend(asker.await??);
        }
        ensure!(!times.is_empty(), "no answer came");
        times.sort();
        Ok(Answers(times))
    }

    pub fn used(&self) -> anyhow::Result<Used> {
        let text = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id()));
        let number = |text: &str, name: &str| {
            let rest = text.lines().find_map(|line| line.strip_prefix(name)).context(name.to_owned())?;
            anyhow::Ok(rest.trim().trim_end_matches(" kB").parse::<f64>()?)
        };
        let stat = text("stat")?;
        let fields: Vec<&str> = stat.rsplit_once(')').context("stat")?.1.split_whitespace().collect();
        Ok(Used {
            cpu: (fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0,
            read_kib: number(&text("io")?, "rchar:")? / 1024.0,
            memory_mib: number(&text("status")?, "VmRSS:")? / 1024.0,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Items of a list, or of the first lists in an object.
fn items(body: &Value) -> usize {
    match body {
        Value::Array(list) => list.len(),
        Value::Object(parts) => parts.values().filter_map(Value::as_array).map(Vec::len).sum(),
        _ => 0,
    }
}

/// Asks over a connection that stays open. Gives the body.
async fn ask(stream: &mut BufReader<TcpStream>, path: &str, token: &str) -> anyhow::Result<Vec<u8>> {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let (mut line, mut length, mut first) = (String::new(), None, true);
    loop {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "the connection was closed");
        let text = line.trim_end().to_lowercase();
        if std::mem::take(&mut first) {
            ensure!(text.split(' ').nth(1) == Some("200"), "{path} is answered with {text}");
        } else if let Some(value) = text.strip_prefix("content-length:") {
            length = Some(value.trim().parse()?);
        } else if text.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length.context("an answer without a length")?];
    stream.read_exact(&mut body).await?;
    Ok(body)
}
