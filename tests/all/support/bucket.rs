//! An S3-compatible store over a folder, in this process, that notes what it is asked.

use hyper_util::rt::{TokioExecutor, TokioIo};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The one bucket there is.
pub const BUCKET: &str = "photos";
/// The keys it takes; they look as every store takes them.
pub const ACCESS: &str = "GK5c1f0e7a9b2d4c6e8f013579";
pub const SECRET: &str = "5f1c0e7a9b2d4c6e8f01357924680ace5f1c0e7a9b2d4c6e8f01357924680ace";

/// What it was asked: method, target, headers.
pub type Asked = Arc<Mutex<Vec<(String, String, http::HeaderMap)>>>;

/// A running store; ends with its value.
pub struct Bucket {
    pub endpoint: String,
    pub asked: Asked,
    root: TempDir,
    _server: JoinSet<()>,
}

impl Bucket {
    pub async fn start() -> Self {
        Self::start_named("").await
    }

    /// One whose buckets may be named in the host, below this one.
    pub async fn start_named(host: &str) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(root.path().join(BUCKET)).expect("a bucket");
        let (asked, mut server) = (Asked::default(), JoinSet::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let host = Some(host).filter(|host| !host.is_empty());
        let host = host.map(|host| format!("{host}:{}", listener.local_addr().expect("an address").port()));
        server.spawn(serve(listener, root.path().to_owned(), host, Arc::clone(&asked)));
        Self { endpoint, asked, root, _server: server }
    }

    /// The folder that holds the objects.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join(BUCKET)
    }
}

async fn serve(listener: TcpListener, root: PathBuf, host: Option<String>, asked: Asked) {
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).expect("a file system"));
    builder.set_auth(SimpleAuth::from_single(ACCESS, SECRET));
    if let Some(host) = host {
        builder.set_host(s3s::host::SingleDomain::new(&host).expect("a host"));
    }
    let (service, mut open) = (builder.build(), JoinSet::new());
    while let Ok((socket, _)) = listener.accept().await {
        let (service, asked) = (service.clone(), Arc::clone(&asked));
        open.spawn(async move {
            let logged = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let (method, target) = (request.method().to_string(), request.uri().to_string());
                asked.lock().expect("no panic").push((method, target, request.headers().clone()));
                hyper::service::Service::call(&service, request)
            });
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(socket), logged).await;
        });
    }
}

/// Every file below a folder, with its bytes.
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}
