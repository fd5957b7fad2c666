//! The real program as its own process, over plain HTTP on a loopback port.

use crate::support::{Data, seaweed};
use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long anything that must happen may take before a test says that it did not.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A folder in which the program is started, with its settings.
pub struct Folder {
    data: Data,
    pub port: u16,
    env: Vec<(String, String)>,
}

impl Folder {
    /// An empty folder and a free port.
    pub fn new() -> Self {
        Self::over(Data::empty(), Vec::new())
    }

    fn over(data: Data, env: Vec<(String, String)>) -> Self {
        Self { data, port: free_port(), env }
    }

    /// The same with a further variable in the environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with its media where this run has them.
    pub async fn with_media(self) -> Self {
        let settings = seaweed::settings(self.data.path()).await;
        settings.iter().fold(self, |folder, (name, value)| folder.with(&variable(name), value))
    }

    /// Another folder with the same settings and a copy of the data as it stands, without what lies in a bucket.
    pub fn copied(&self) -> Self {
        let mut copy = Self::over(self.data.with_its_database(), self.env.clone());
        copy_folder(&self.path("data"), &copy.path("data"));
        for (_, prefix) in copy.env.iter_mut().filter(|(name, _)| *name == variable("s3_prefix")) {
            *prefix = seaweed::prefix(copy.data.path());
        }
        copy
    }

    /// Names of what is on the way to its media.
    pub fn on_the_way(&self) -> BTreeSet<String> {
        let places = ["data/media/tmp", "data/tmp"].map(|place| self.path(place));
        places.iter().filter(|place| place.exists()).flat_map(|place| names_below(place)).collect()
    }

    /// Names of the media it has, without their folders.
    pub async fn media(&self) -> BTreeSet<String> {
        let folder = self.path("data/media");
        let mut names = if folder.exists() { names_below(&folder) } else { BTreeSet::new() };
        if self.env.iter().any(|(name, _)| *name == variable("s3_prefix")) {
            let stored = seaweed::names(self.data.path()).await;
            names.extend(stored.iter().filter_map(|name| name.rsplit('/').next()).map(str::to_owned));
        }
        names
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Where its database is.
    pub fn database(&self) -> String {
        self.data.address()
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The program with these arguments, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cyanotype"));
        command.args(arguments).current_dir(self.data.path()).env_clear();
        command.env("CYANOTYPE_LISTEN", self.address().to_string());
        command.envs(self.data.settings().iter().map(|(name, value)| (variable(name), value)));
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs a command to its end, with text on its standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Done {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads no input may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Done::from(child.wait_with_output().unwrap())
    }

    /// Starts the server and waits until it answers.
    pub fn start(&self) -> Running {
        let running = self.launch(&[]);
        running.until_ready();
        running
    }

    /// Starts the server with further variables; it may not live long.
    pub fn launch(&self, env: &[(&str, &str)]) -> Running {
        let mut command = self.command(&[]);
        command.envs(env.iter().copied());
        let elsewhere = env.iter().find(|(name, _)| *name == "CYANOTYPE_LISTEN").map(|(_, at)| at.parse().unwrap());
        Running::begin(command, elsewhere.unwrap_or_else(|| self.address()))
    }

    /// Starts the server with its data on a disk of so many MB that nobody else sees.
    pub fn launch_on_a_small_disk(&self, megabytes: usize) -> Running {
        let plain = self.command(&[]);
        let mount = format!("mkdir data && mount -t tmpfs -o size={megabytes}m,mode=700 none data && exec \"$0\"");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &mount]).arg(plain.get_program());
        command.current_dir(self.data.path()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Running::begin(command, self.address())
    }

    /// Starts the server where it cannot run; what it said, once it has ended.
    pub fn refuse(&self) -> Done {
        let running = self.launch(&[]);
        let status = running.ended(PATIENCE).expect("the server should not start");
        Done { success: status.success(), code: status.code(), out: String::new(), err: running.said() }
    }
}

fn names_below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.path().is_dir() {
            true => found.extend(names_below(&entry.path())),
            false => _ = found.insert(entry.file_name().into_string().unwrap()),
        }
    }
    found
}

fn variable(setting: &str) -> String {
    format!("CYANOTYPE_{}", setting.to_uppercase())
}

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    pub success: bool,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            success: output.status.success(),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What a process printed, line by line, while it runs.
#[derive(Default)]
struct Said {
    lines: Mutex<VecDeque<String>>,
    more: Condvar,
    /// Streams that are still open.
    open: Mutex<usize>,
}

impl Said {
    fn listen(self: &Arc<Self>, from: impl Read + Send + 'static) {
        let said = self.clone();
        *said.open.lock().unwrap() += 1;
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                said.lines.lock().unwrap().push_back(line);
                said.more.notify_all();
            }
            *said.open.lock().unwrap() -= 1;
        });
    }

    /// Everything printed has been read.
    fn is_whole(&self) -> bool {
        *self.open.lock().unwrap() == 0
    }
}

/// A server process; killed when dropped.
pub struct Running {
    child: Mutex<Child>,
    said: Arc<Said>,
    address: SocketAddr,
}

impl Running {
    /// Everything printed so far.
    pub fn said(&self) -> String {
        self.said.lines.lock().unwrap().iter().fold(String::new(), |all, line| all + line + "\n")
    }

    /// The first line with this text, once it is printed.
    pub fn line(&self, part: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut lines = self.said.lines.lock().unwrap();
        loop {
            if let Some(line) = lines.iter().find(|l| l.contains(part)) {
                return line.clone();
            }
            let left = end.checked_duration_since(Instant::now()).unwrap_or_else(|| {
                panic!("never printed {part:?}; it said: {lines:#?}");
            });
            lines = self.said.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// The path of the owner's one-time link, which is printed at the start.
    pub fn owner_link(&self) -> String {
        let line = self.line("/welcome/");
        line[line.find("/welcome/").unwrap()..].trim().to_owned()
    }

    fn begin(mut command: Command, address: SocketAddr) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Said::default());
        said.listen(child.stdout.take().unwrap());
        said.listen(child.stderr.take().unwrap());
        Self { child: Mutex::new(child), said, address }
    }

    /// Where a file that the process sees is for others, whatever is mounted where for it.
    pub fn sees(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.child.lock().unwrap().id()));
        root.join(path.strip_prefix("/").unwrap())
    }

    /// Whether the process accepts connections and says it is ready.
    pub fn is_ready(&self) -> bool {
        status_of(self.address, "/readyz", "localhost") == Some(200)
    }

    pub fn until_ready(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.is_ready() {
            assert!(Instant::now() < end, "the server never became ready: {}", self.said());
            assert!(self.ended(Duration::ZERO).is_none(), "the server ended: {}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.lock().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// The most memory the process and its living children have held so far, in bytes.
    pub fn most_memory(&self) -> u64 {
        let held = self.family().into_iter().filter_map(|id| {
            let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
            let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.trim();
            line.trim_end_matches(" kB").parse::<u64>().ok()
        });
        held.sum::<u64>() * 1024
    }

    /// Processor time the process and its living children have taken so far.
    pub fn processor_time(&self) -> Duration {
        // Fields 14 and 15, in ticks of 10 ms; the name before them may hold blanks.
        let ticks = self.family().into_iter().filter_map(|id| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            let fields: Vec<u64> =
                stat.rsplit(')').next()?.split_whitespace().map(|f| f.parse().unwrap_or(0)).collect();
            Some(fields.get(11)? + fields.get(12)?)
        });
        Duration::from_millis(ticks.sum::<u64>() * 10)
    }

    /// The process and its children, whichever of its threads started them.
    fn family(&self) -> Vec<u32> {
        let id = self.child.lock().unwrap().id();
        let threads = std::fs::read_dir(format!("/proc/{id}/task")).unwrap().flatten();
        let children = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
        let children: Vec<u32> = children
            .flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>())
            .collect();
        children.into_iter().chain([id]).collect()
    }

    /// How it ended, if it does within `wait`.
    pub fn ended(&self, wait: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + wait;
        loop {
            // What it said last may not have been read yet when it ends.
            if let Some(status) = self.child.lock().unwrap().try_wait().unwrap()
                && self.said.is_whole()
            {
                return Some(status);
            }
            if Instant::now() >= end {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(self) {
        self.signal("TERM");
        let status = self.ended(PATIENCE).expect("SIGTERM stops it");
        assert!(status.success(), "it ended with {status}: {}", self.said());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The status of a GET over a connection of its own, of this host; none if there is no answer.
pub fn status_of(address: SocketAddr, path: &str, host: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// A port nobody uses, outside the range from which outgoing connections take theirs.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 9_000).unwrap();
    loop {
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 9_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Copies files and folders, modes and all.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
}

/// The mode bits of a file or folder.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A photograph permitted for tests.
pub fn photograph(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/media-test-fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
