//! One child process, seen from the server.

use super::wire::{GO, MOST_JSON, MOST_MADE, Made, Order, Reply};
use super::{ARGUMENT, DarkroomError};
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, ChildStdout, Command};

/// What the C library's allocator is told: what a photo needed stays for the next one, in large pages
/// where those are to be had. Getting it from the system anew was a fifth of the work. Other C libraries
/// do not read it.
const ALLOCATOR: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824",
);

/// A child, ready for an order. Killed when dropped.
pub struct Child {
    process: tokio::process::Child,
    to: ChildStdin,
    from: ChildStdout,
    /// Photos it was given.
    pub photos: u32,
    /// When it was last given one.
    pub since: Instant,
    /// It took nothing of the last order: it was gone already.
    untouched: bool,
}

impl Child {
    /// Starts the program with nothing of ours: no environment but [`ALLOCATOR`], no open files but the
    /// two pipes.
    pub fn start(program: &Path) -> Result<Self, DarkroomError> {
        let mut process = Command::new(program)
            .arg(ARGUMENT)
            .env_clear()
            .env(ALLOCATOR.0, ALLOCATOR.1)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (to, from) = pipes.ok_or_else(|| Error::other("a child without pipes"))?;
        Ok(Self { process, to, from, photos: 0, since: Instant::now(), untouched: false })
    }

    /// Gives an order with its file; what the work will need, in bytes of memory.
    pub async fn hand_over(&mut self, file: &Path, order: &Order) -> Result<u64, DarkroomError> {
        let mut file = tokio::fs::File::open(file).await?;
        let length = file.metadata().await?.len();
        self.photos += 1;
        self.since = Instant::now();
        self.untouched = true;
        let order = serde_json::to_vec(order).map_err(|e| DarkroomError::Broken(e.to_string()))?;
        let sent = async {
            self.to.write_u32_le(u32::try_from(order.len()).unwrap_or(u32::MAX)).await?;
            self.to.write_all(&order).await?;
            self.to.write_u64_le(length).await?;
            tokio::io::copy(&mut (&mut file).take(length), &mut self.to).await?;
            self.to.flush().await
        };
        if let Err(error) = sent.await {
            // It may have answered before the end of the file, and may be gone.
            tracing::debug!(%error, "a child stopped reading");
            return Err(self.death().await);
        }
        match self.reply().await? {
            Reply::Weighed { memory } => Ok(memory),
            Reply::Refused { why, cause, ours } => Err(refused(why, cause, ours)),
            Reply::Done { .. } => Err(DarkroomError::Broken("a child answered before it was asked".to_owned())),
        }
    }

    /// Lets it go on with what was handed over.
    pub async fn develop(&mut self) -> Result<Made, DarkroomError> {
        if self.to.write_all(&[GO]).await.is_err() {
            return Err(self.death().await);
        }
        match self.reply().await? {
            Reply::Done { made, lengths } => self.bytes(made, &lengths).await,
            Reply::Refused { why, cause, ours } => Err(refused(why, cause, ours)),
            Reply::Weighed { .. } => Err(DarkroomError::Broken("a child weighed a photo twice".to_owned())),
        }
    }

    async fn reply(&mut self) -> Result<Reply, DarkroomError> {
        let Ok(length) = self.from.read_u32_le().await else { return Err(self.death().await) };
        self.untouched = false;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MOST_JSON {
            return Err(DarkroomError::Broken(format!("a child's answer of {length} bytes")));
        }
        let mut json = vec![0; length];
        if self.from.read_exact(&mut json).await.is_err() {
            return Err(self.death().await);
        }
        serde_json::from_slice(&json).map_err(|e| DarkroomError::Broken(e.to_string()))
    }

    async fn bytes(&mut self, mut made: Made, lengths: &[u64]) -> Result<Made, DarkroomError> {
        let blobs = made.blobs();
        let sum = lengths.iter().try_fold(0u64, |sum, length| sum.checked_add(*length));
        if blobs.len() != lengths.len() || sum.is_none_or(|sum| sum > MOST_MADE) {
            return Err(DarkroomError::Broken("a child's answer of the wrong size".to_owned()));
        }
        for (blob, length) in blobs.into_iter().zip(lengths) {
            blob.resize(usize::try_from(*length).unwrap_or(0), 0);
            if self.from.read_exact(blob).await.is_err() {
                return Err(self.death().await);
            }
        }
        Ok(made)
    }

    /// It stopped talking: how it ended.
    async fn death(&mut self) -> DarkroomError {
        // A child that closed its pipe and lives on is as good as dead.
        let _ = self.process.start_kill();
        match tokio::time::timeout(Duration::from_secs(2), self.process.wait()).await {
            Ok(Ok(status)) => {
                tracing::warn!(%status, "a photo ended the process that read it");
                DarkroomError::Crashed { status: status.to_string() }
            }
            Ok(Err(error)) => DarkroomError::Io(error),
            Err(_) => DarkroomError::Io(Error::new(ErrorKind::TimedOut, "a child does not end")),
        }
    }

    /// Whether it died while nobody looked, before it saw the last order.
    pub fn was_dead_before(&self) -> bool {
        self.untouched
    }

    /// Bytes of memory it holds now; 0 where that cannot be told.
    pub fn memory(&self) -> u64 {
        const PAGE: u64 = 4096;
        let Some(id) = self.process.id() else { return 0 };
        let pages = std::fs::read_to_string(format!("/proc/{id}/statm")).ok();
        pages.and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok()).map_or(0, |pages| pages * PAGE)
    }
}

fn refused(why: String, cause: String, ours: bool) -> DarkroomError {
    if ours { DarkroomError::Broken(format!("{why}: {cause}")) } else { DarkroomError::Refused { why, cause } }
}
