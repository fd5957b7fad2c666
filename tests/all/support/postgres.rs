//! PostgreSQL for tests, a cluster of their own: made when the first of them needs it, in memory where the
//! system has room there, and gone with the process however that ends.
//!
//! `CYANOTYPE_TEST_DATABASE=postgres` says that the servers of all tests use it.

use cyanotype::config::Settings;
use cyanotype::store::connect;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{LazyLock, Mutex};

/// Whether the servers of this run keep their data in PostgreSQL.
pub fn on_postgres() -> bool {
    static CHOSEN: LazyLock<bool> = LazyLock::new(|| match std::env::var("CYANOTYPE_TEST_DATABASE").as_deref() {
        Err(_) | Ok("" | "sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("CYANOTYPE_TEST_DATABASE is sqlite or postgres, not {other}"),
    });
    *CHOSEN
}

/// To be said first by a test that is about SQLite alone: a run on PostgreSQL leaves it out by its name, which
/// stands in `.ci/sqlite_alone`.
pub fn sqlite_alone() {
    assert!(!on_postgres(), "this test is about SQLite alone: its name is missing in .ci/sqlite_alone");
}

/// Connections of one server: a world of several, and several worlds at once, share the cluster.
pub const CONNECTIONS: &str = "4";

/// Ends with whoever holds its standard input: what it made is gone even if that is killed. What was left by
/// one that was killed itself, it clears away.
const KEEPER: &str = r#"
dir=$1 bin=$2 settings=$3
for old in "${dir%/*}"/cyanotype-postgres-*; do
  of=${old##*-postgres-}
  if [ -d "$old" ] && [ ! -e "/proc/${of%-*}" ]; then
    "$bin/pg_ctl" -D "$old/data" -m immediate stop >/dev/null 2>&1
    rm -rf "$old" 2>/dev/null
  fi
done
trap 'rm -rf "$dir"' EXIT
init() {
  "$bin/initdb" -D "$dir/data" -U cyanotype -A trust -E UTF8 --no-sync --locale=C.UTF-8 "$@" >>"$dir/log" 2>&1
}
init --locale-provider=icu --icu-locale=en-US || init || { cat "$dir/log" >&2; exit 1; }
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "$settings" start >/dev/null || { cat "$dir/log" >&2; exit 1; }
echo ready
read -r end
"$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null
"#;

/// No port, few resources for each of many databases. What it promises of what was committed stays as it is.
const USUAL: [&str; 7] = [
    "listen_addresses=",
    "max_connections=300",
    "shared_buffers=64MB",
    "max_wal_size=256MB",
    "autovacuum=off",
    "jit=off",
    "log_checkpoints=off",
];

/// A running PostgreSQL.
pub struct Cluster {
    folder: PathBuf,
    /// As its command line says them.
    settings: String,
    /// When its standard input closes, the cluster ends and its folder goes.
    keeper: Child,
}

impl Cluster {
    /// With further settings, as `name=value`.
    pub fn start(settings: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cyanotype-postgres-{}-{number}", std::process::id());
        let memory = Path::new("/dev/shm");
        let place = if free(memory) > 2 << 30 { memory.to_owned() } else { std::env::temp_dir() };
        let folder = place.join(name);
        std::fs::create_dir(&folder).expect("a folder");
        if rustix::process::geteuid().is_root() {
            let (user, group) = postgres_user();
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).expect("it is theirs");
        }
        let settings: Vec<_> = USUAL.iter().chain(settings).map(|setting| format!("-c {setting}")).collect();
        let settings = format!("-k {} {}", folder.display(), settings.join(" "));
        let mut command = as_postgres("sh");
        command.args(["-c", KEEPER, "sh"]).arg(&folder).arg(programs()).arg(&settings);
        command.current_dir(&folder).process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().expect("sh runs");
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().expect("it speaks")).read_line(&mut said).expect("it speaks");
        assert_eq!(said, "ready\n", "PostgreSQL does not start");
        Self { folder, settings, keeper }
    }

    /// Where a database of it is, as the setting `database` says it.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://cyanotype@localhost/{database}?host={}", self.folder.display())
    }

    /// Ends at once, as when the machine loses power.
    pub fn stop(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Goes on after that.
    pub fn go_on(&self) {
        let log = self.folder.join("log").display().to_string();
        self.control(&["-l", &log, "-w", "-o", &self.settings, "start"]);
    }

    fn control(&self, what: &[&str]) {
        let mut command = as_postgres(programs().join("pg_ctl"));
        command.arg("-D").arg(self.folder.join("data")).args(what).current_dir(&self.folder);
        let done = command.stdin(Stdio::null()).stdout(Stdio::null()).status().expect("it runs");
        assert!(done.success(), "{what:?}");
    }
}

/// A program as the user who may run PostgreSQL: root may not.
fn as_postgres(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    if rustix::process::geteuid().is_root() {
        let (user, group) = postgres_user();
        command.uid(user).gid(group);
    }
    command
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Bytes that are free in a file system; none where it is not there.
fn free(path: &Path) -> u64 {
    rustix::fs::statvfs(path).map_or(0, |s| s.f_bavail * s.f_frsize)
}

/// The newest that is installed.
fn programs() -> PathBuf {
    let all = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse::<u32>().ok());
    let newest = all.map(|entry| entry.path()).filter(|path| path.join("bin/initdb").exists()).max_by_key(version);
    newest.expect("PostgreSQL is installed: apt install postgresql").join("bin")
}

/// PostgreSQL does not run as root.
fn postgres_user() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").expect("users");
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect("the user postgres");
    let mut numbers = line.split(':').skip(2).map(|n| n.parse().expect("a number"));
    (numbers.next().expect("a user"), numbers.next().expect("a group"))
}

/// The one that servers share.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(&[]));

/// A database of its own for a server; dropped with it.
pub struct Database(String);

impl Database {
    /// As the migrations leave it.
    pub fn migrated() -> Self {
        static STOCK: LazyLock<Stock> = LazyLock::new(|| stock(migrated_once));
        taken(&STOCK)
    }

    /// With nothing in it.
    pub fn empty() -> Self {
        static STOCK: LazyLock<Stock> = LazyLock::new(|| stock(|| Box::pin(async { "template0".to_owned() })));
        taken(&STOCK)
    }

    /// With what is in this one, which nobody may use meanwhile.
    pub fn copied(&self) -> Self {
        let from = self.0.clone();
        let copy = std::thread::spawn(move || here().block_on(async { copy_of(&from, &mut clerk().await).await }));
        copy.join().expect("a copy")
    }

    /// As the setting `database` says it.
    pub fn address(&self) -> String {
        CLUSTER.address(&self.0)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        static UNWANTED: LazyLock<Mutex<Sender<String>>> = LazyLock::new(|| {
            let (send, receive) = channel::<String>();
            std::thread::spawn(move || {
                here().block_on(async {
                    let mut clerk = clerk().await;
                    for name in receive {
                        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                        clerk.execute(AssertSqlSafe(drop)).await.expect("it goes");
                    }
                });
            });
            Mutex::new(send)
        });
        // Where nobody drops it any more, it goes with the cluster.
        let _ = UNWANTED.lock().expect("nobody panicked").send(std::mem::take(&mut self.0));
    }
}

type Stock = Mutex<Receiver<Database>>;

fn taken(stock: &Stock) -> Database {
    stock.lock().expect("nobody panicked").recv().expect("a database")
}

type Name = std::pin::Pin<Box<dyn Future<Output = String> + Send>>;

/// Copies of a database, some of them made before anybody asks.
fn stock(template: fn() -> Name) -> Stock {
    let (send, receive) = sync_channel(2);
    std::thread::spawn(move || {
        here().block_on(async {
            let (mut clerk, template) = (clerk().await, template().await);
            while send.send(copy_of(&template, &mut clerk).await).is_ok() {}
        });
    });
    Mutex::new(receive)
}

async fn copy_of(template: &str, clerk: &mut PgConnection) -> Database {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("server_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    clerk.execute(AssertSqlSafe(create)).await.expect("a database");
    Database(name)
}

/// Made by the program itself.
fn migrated_once() -> Name {
    Box::pin(async {
        let template = copy_of("template0", &mut clerk().await).await;
        let address = ("CYANOTYPE_DATABASE".to_owned(), template.address());
        let settings = Settings::from_layers("test", "", [address].into_iter()).expect("settings");
        connect::open(&settings).await.expect("a database").read.close().await.expect("it is left");
        let name = template.0.clone();
        // Copied as long as the process lives.
        std::mem::forget(template);
        name
    })
}

/// Who makes databases and drops them.
async fn clerk() -> PgConnection {
    PgConnection::connect(&CLUSTER.address("postgres")).await.expect("the cluster answers")
}

fn here() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
