//! What every part of the server is handed: built once, cheap to clone, no globals.

mod looks;
mod node;

pub use looks::{Looks, MOST as MOST_LOOKS, Noted};
use node::Node;
pub use node::renew;

use crate::activitypub::signature::{Form, GeneratedKey, KeyError, PublicKey, SigningKey, generate_rsa};
use crate::blob::{Blobs, Place};
use crate::clock::Clock;
use crate::config::{PublicAddress, Settings};
use crate::darkroom::{self, Darkroom};
use crate::ids::Ids;
use crate::net::Door;
use crate::photo::{Limits, Recipe};
use crate::secrets::Secrets;
use crate::store::{self, Db, connect};
use crate::telemetry::metrics::Metrics;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The server's parts. Clones share them.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    pub settings: Settings,
    pub db: Db,
    pub blobs: Blobs,
    pub door: Door,
    /// Where photos are worked on.
    pub photos: Darkroom,
    /// Where passwords are hashed: each takes 19 MiB, so only two at once.
    pub hashing: Semaphore,
    pub clock: Clock,
    pub ids: Ids,
    /// What this process calls itself where it holds a number for its ids.
    pub holder: String,
    pub secrets: Secrets,
    pub make_rsa: MakeRsa,
    /// Parsed signing keys by account id: parsing costs more than signing. For seconds only, so that a
    /// key changed by another process is soon used.
    pub keys: moka::sync::Cache<i64, SigningKey>,
    /// Public keys of others by key id, with everybody who lists that key.
    pub known_keys: moka::sync::Cache<String, Arc<Vec<KnownKey>>>,
    /// Which signatures hosts take, for moments: each request asks.
    pub forms: moka::sync::Cache<String, KnownForm>,
    /// Whether hosts are kept out, for moments: each delivery asks.
    pub kept_out: moka::sync::Cache<String, bool>,
    /// Signatures checked at the same time, off the threads that serve.
    pub checking: Arc<Semaphore>,
    /// How many activities of others wait to be understood, as far as it was counted.
    pub backlog: Backlog,
    /// KiB that bodies of deliveries may still take in memory, all together.
    pub inbox_room: Arc<Semaphore>,
    /// Addresses and hosts that failed lately, not to be asked again for a while.
    pub unreachable: moka::sync::Cache<String, Failure>,
    /// One asks for a key, the others wait: a burst from a new server is one fetch.
    pub asking: moka::sync::Cache<String, Arc<tokio::sync::Mutex<()>>>,
    /// Pictures of other servers that were looked at.
    pub looks: Looks,
    /// What is measured.
    pub metrics: Metrics,
    /// How much there was when it was last counted, and when: where there is much, that takes a while.
    pub size: tokio::sync::Mutex<Option<(i64, Size)>>,
    /// When the queues were last looked at for that.
    pub measured: tokio::sync::Mutex<i64>,
    /// Tasks that must end before the process does.
    pub tasks: TaskTracker,
    /// Cancelled when the server is asked to stop.
    pub stopping: CancellationToken,
    /// Told when there may be new jobs.
    pub wake: Arc<Notify>,
    /// The public address is frozen in the database.
    pub frozen: AtomicBool,
    /// What is remembered is made anew each time it is asked for, and compared: for tests.
    pub doubts: AtomicBool,
}

/// How much there is on this server, and how many come.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub people: i64,
    /// Posts of people here that answer nothing, and answers.
    pub posts: i64,
    pub answers: i64,
    /// Other servers somebody is known of.
    pub servers: i64,
    /// People who were here in the last 30 days, and in the last 180.
    pub active_month: i64,
    pub active_halfyear: i64,
}

/// Makes an RSA key. It takes a good part of a second: to be called off the async threads.
pub type MakeRsa = Arc<dyn Fn() -> Result<GeneratedKey, KeyError> + Send + Sync>;

/// A public key and who lists it.
#[derive(Debug, Clone)]
pub struct KnownKey {
    pub account: i64,
    /// Id of the actor.
    pub uri: String,
    /// Domain in her handle.
    pub domain: String,
    /// Neither deleted nor suspended.
    pub heard: bool,
    pub key: PublicKey,
}

/// What is known of the signatures that a host takes.
#[derive(Debug, Clone, Copy)]
pub struct KnownForm {
    /// None where nothing had to be found out.
    pub form: Option<Form>,
    /// To be read again then.
    pub until: i64,
}

/// Activities that wait in the queue: counted now and then, not for each that comes.
pub struct Backlog {
    /// Most that may wait.
    pub most: AtomicU64,
    /// There are more than that.
    pub full: AtomicBool,
    /// When they were counted.
    pub counted: AtomicI64,
}

impl Default for Backlog {
    fn default() -> Self {
        Self { most: AtomicU64::new(BACKLOG), full: AtomicBool::new(false), counted: AtomicI64::new(0) }
    }
}

/// Activities that may wait to be understood; what comes beyond that is asked to come again.
pub const BACKLOG: u64 = 100_000;

/// What went wrong with an address.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    /// Asking again would not have helped.
    pub for_good: bool,
    /// Not to be asked again before then.
    pub until: i64,
}

/// An account's signing key is read again from the database after so long.
const KEY_KEPT: Duration = Duration::from_secs(10);
/// The same for keys of others, which change still more rarely and are asked for again when they do.
const KNOWN_KEY_KEPT: Duration = Duration::from_secs(60);
/// A block set by another process is noticed after so long.
const KEPT_OUT_KEPT: Duration = Duration::from_secs(2);
/// Room for bodies of deliveries, in KiB.
const INBOX_ROOM: usize = 24 * 1024;

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What tests replace.
#[derive(Default)]
pub struct Overrides {
    pub clock: Option<Clock>,
    /// Root certificates (PEM) trusted besides the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// The program started to work on photos; this one otherwise.
    pub program: Option<PathBuf>,
    /// Where RSA keys come from; made anew otherwise.
    pub make_rsa: Option<MakeRsa>,
}

impl App {
    /// Opens everything the settings name.
    pub async fn open(settings: Settings, overrides: Overrides) -> anyhow::Result<Self> {
        use anyhow::Context;
        let data = &settings.data_dir;
        create_private(data).with_context(|| format!("the folder {} cannot be used", data.display()))?;
        let secrets = Secrets::load(&data.join("secret.key"))?;
        let pools = Box::pin(connect::open(&settings)).await.context("the database could not be opened")?;
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let wake = Arc::new(Notify::new());
        let metrics = Metrics::new()?;
        let db = Db::new(pools.read, pools.write, tasks.clone(), wake.clone(), stopping.clone(), &metrics);
        let clock = overrides.clock.unwrap_or_default();
        metrics.started.set(Duration::from_millis(clock.now().unsigned_abs()).as_secs_f64());
        let largest = store::nodes::largest_id(&db.read).await?;
        let node = Node::take(&db, clock.now()).await?;
        let blobs = open_blobs(&settings, &tasks)?.counted(&metrics.storage_errors);
        let door = open_door(&settings, overrides.extra_roots)?;
        let app = Self(Arc::new(Parts {
            photos: open_darkroom(&settings, overrides.program, &tasks, &stopping, &metrics)?,
            hashing: Semaphore::new(2),
            ids: Ids::new(clock.clone(), node.number, largest),
            holder: node.holder,
            keys: moka::sync::Cache::builder().max_capacity(1_000).time_to_live(KEY_KEPT).build(),
            known_keys: moka::sync::Cache::builder().max_capacity(10_000).time_to_live(KNOWN_KEY_KEPT).build(),
            forms: moka::sync::Cache::new(10_000),
            kept_out: moka::sync::Cache::builder().max_capacity(10_000).time_to_live(KEPT_OUT_KEPT).build(),
            checking: Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, |n| n.get() * 2))),
            backlog: Backlog::default(),
            inbox_room: Arc::new(Semaphore::new(INBOX_ROOM)),
            unreachable: moka::sync::Cache::builder().max_capacity(10_000).build(),
            asking: moka::sync::Cache::builder().max_capacity(1_000).build(),
            looks: Looks::default(),
            metrics,
            size: tokio::sync::Mutex::new(None),
            measured: tokio::sync::Mutex::new(0),
            stopping,
            frozen: AtomicBool::new(false),
            doubts: AtomicBool::new(false),
            make_rsa: overrides.make_rsa.unwrap_or_else(|| Arc::new(generate_rsa)),
            settings,
            db,
            blobs,
            door,
            clock,
            secrets,
            tasks,
            wake,
        }));
        app.tasks.spawn(node::keep(app.clone()));
        Ok(app)
    }

    /// The public address, where one is set.
    pub fn public(&self) -> Option<&PublicAddress> {
        self.settings.public_address.as_ref()
    }

    /// Domain in handles; the address listened on while no public one is set.
    pub fn handle_domain(&self) -> String {
        self.public().map_or_else(|| local_name(self.settings.listen), |p| p.handle_domain.clone())
    }

    /// How photos are made here.
    pub fn recipe(&self) -> Recipe {
        recipe(&self.settings)
    }

    /// Now, in milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// A new id.
    pub fn id(&self) -> i64 {
        self.ids.next()
    }
}

fn recipe(settings: &Settings) -> Recipe {
    Recipe { pages: settings.page_quality, federated: settings.federated_quality }
}

fn open_darkroom(
    settings: &Settings,
    program: Option<PathBuf>,
    tasks: &TaskTracker,
    stopping: &CancellationToken,
    metrics: &Metrics,
) -> std::io::Result<Darkroom> {
    let limits =
        Limits { max_bytes: settings.max_photo_bytes, max_pixels: settings.max_photo_pixels, ..Limits::default() };
    Ok(Darkroom::new(darkroom::Options {
        program: program.map_or_else(darkroom::this_program, Ok)?,
        workers: settings.photo_workers,
        queue: settings.photo_queue,
        memory: settings.photo_memory,
        patience: Duration::from_secs(settings.photo_seconds),
        processor: crate::darkroom::PROCESSOR_TIME,
        idle: Duration::from_secs(30),
        limits,
        recipe: recipe(settings),
        times: metrics.photo_times.clone(),
        tasks: tasks.clone(),
        stopping: stopping.clone(),
    }))
}

fn local_name(listen: SocketAddr) -> String {
    format!("localhost:{}", listen.port())
}

/// The folder, made if missing, for its owner only. One that others could look into is closed to them.
pub fn create_private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(|cause| {
        std::io::Error::new(
            cause.kind(),
            format!(
                "others can look into it (mode {:03o}), and closing it failed ({cause}); use a folder that belongs to \
                 the server, such as one inside it",
                mode & 0o777
            ),
        )
    })
}

/// Where media is put, and beside it the other place where some may still lie.
fn open_blobs(settings: &Settings, tasks: &TaskTracker) -> anyhow::Result<Blobs> {
    let media = settings.data_dir.join("media");
    let bucket = settings.s3.as_ref().map(|s3| {
        Blobs::s3(crate::blob::S3Config {
            endpoint: s3.endpoint.clone(),
            bucket: s3.bucket.clone(),
            private_bucket: s3.private_bucket.clone(),
            region: s3.region.clone(),
            access_key: s3.access_key.clone(),
            secret_key: s3.secret_key.clone(),
            path_style: s3.path_style,
            prefix: s3.prefix.clone(),
            resolve: settings.resolve.clone(),
            temp_dir: settings.data_dir.join("tmp"),
            tasks: tasks.clone(),
        })
    });
    let bucket = bucket.transpose()?;
    Ok(match (settings.media_store, bucket) {
        (Place::S3, Some(bucket)) => bucket.beside(Blobs::existing_local(media)?),
        (_, bucket) => Blobs::local(media)?.beside(bucket),
    })
}

fn open_door(settings: &Settings, extra_roots: Vec<Vec<u8>>) -> anyhow::Result<Door> {
    let home = settings.public_address.as_ref().map(|p| format!("; +{}", p.origin)).unwrap_or_default();
    Ok(Door::new(crate::net::DoorConfig {
        user_agent: format!("Cyanotype/{} (photo sharing{home})", env!("CARGO_PKG_VERSION")),
        allow_private: settings.allow_private_addresses.clone(),
        resolve: settings.resolve.clone(),
        own_hosts: settings.public_address.iter().flat_map(|p| [p.host.clone(), p.handle_domain.clone()]).collect(),
        extra_roots: extra_roots
            .iter()
            .map(|pem| crate::net::roots_from_pem(pem))
            .collect::<Result<Vec<_>, _>>()?
            .concat(),
        ..Default::default()
    })?)
}
