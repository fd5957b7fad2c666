//! Where photos are developed: in child processes of this same program, kept warm and used again,
//! which can reach nothing but their two pipes. A photo that crashes, spins or swallows memory costs
//! its own refusal and one child, nothing else.
//!
//! `child` is one such process as seen from here, `inside` is what runs in it, `sandbox` locks it in,
//! `wire` is what they say to each other.

mod child;
#[cfg(debug_assertions)]
mod drill;
mod inside;
mod sandbox;
mod wire;

pub use inside::{ARGUMENT, run as run_inside};
pub use wire::Copied;

use crate::photo::{Derived, Limits, Recipe, Rendition};
use crate::telemetry::metrics::Times;
use child::Child;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::{Made, Order, Task};

/// A child ends after so many photos, whatever its state: cures slow leaks and fragmentation.
const MOST_PHOTOS: u32 = 500;
/// A child that holds more than this after a photo, in bytes, ends: what it holds between photos is not
/// counted among what photos may need together.
const MOST_MEMORY: u64 = 160 << 20;
/// Processor time one photo may take at most (R065a).
pub const PROCESSOR_TIME: Duration = Duration::from_secs(10);
/// The unit in which memory is shared out, in bytes.
const UNIT: u64 = 1 << 20;

/// A bounded pool of child processes with a bounded queue. Clones share it.
#[derive(Clone)]
pub struct Darkroom(Arc<Inner>);

struct Inner {
    options: Options,
    /// One permit a child at work.
    workers: Arc<Semaphore>,
    /// One permit a photo at work or waiting.
    places: Arc<Semaphore>,
    /// One permit a megabyte that children may hold together.
    memory: Arc<Semaphore>,
    idle: Mutex<Vec<Child>>,
    /// Photos that wait or are worked on.
    here: AtomicUsize,
}

/// How much a [`Darkroom`] may do.
pub struct Options {
    /// The program to start; it must know [`ARGUMENT`].
    pub program: PathBuf,
    /// Photos at work at the same time.
    pub workers: usize,
    /// Photos that may wait for a worker.
    pub queue: usize,
    /// Bytes all photos at work may need together; one that needs more than that works alone.
    pub memory: u64,
    /// Time of the clock one photo may take.
    pub patience: Duration,
    /// Time of the processor one photo may take; [`PROCESSOR_TIME`] unless tests want less.
    pub processor: Duration,
    /// A child without work for so long ends, and its memory with it.
    pub idle: Duration,
    /// What one photo may be.
    pub limits: Limits,
    /// How its sizes are made.
    pub recipe: Recipe,
    /// Where it is noted how long photos took.
    pub times: Times,
    pub tasks: TaskTracker,
    pub stopping: CancellationToken,
}

/// Why there is no photo.
#[derive(Debug, thiserror::Error)]
pub enum DarkroomError {
    /// The photo is not taken; the text makes sense after the name of the file.
    #[error("{why}")]
    Refused { why: String, cause: String },
    /// It was given up: reading it took too long.
    #[error("takes too long to read")]
    TooSlow,
    /// Reading it ended the child.
    #[error("could not be read: the file is damaged")]
    Crashed { status: String },
    /// Our own part failed.
    #[error("the photo could not be worked on: {0}")]
    Broken(String),
    #[error("the photo could not be read from disk or handed over")]
    Io(#[from] std::io::Error),
    /// Too many are waiting already.
    #[error("too many photos are waiting to be worked on")]
    Full,
}

impl DarkroomError {
    /// Whether the file is to blame, so that trying it again would change nothing.
    pub fn is_about_the_file(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::TooSlow | Self::Crashed { .. })
    }
}

/// How many photos there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub waiting: usize,
    pub running: usize,
}

/// A photo that waits or is worked on.
struct Here<'a>(&'a AtomicUsize);

impl<'a> Here<'a> {
    fn come(room: &'a Darkroom) -> Self {
        room.0.here.fetch_add(1, Ordering::Relaxed);
        Self(&room.0.here)
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a full queue is an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Queue {
    /// Somebody waits for the answer: better none than a late one.
    Bounded,
    /// Nobody watches.
    Patient,
}

impl Darkroom {
    pub fn new(options: Options) -> Self {
        let units = usize::try_from(options.memory / UNIT).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            workers: Arc::new(Semaphore::new(options.workers)),
            places: Arc::new(Semaphore::new(options.workers + options.queue)),
            memory: Arc::new(Semaphore::new(units)),
            idle: Mutex::new(Vec::new()),
            here: AtomicUsize::new(0),
            options,
        }))
    }

    /// Everything that is served, made of an original in a file.
    ///
    /// # Errors
    /// [`DarkroomError::Full`] when too many wait.
    pub async fn process(&self, original: &Path) -> Result<Derived, DarkroomError> {
        photo(self.order(original, Task::Process { recipe: self.0.options.recipe }, Queue::Bounded).await?)
    }

    /// The same for work that nobody watches: waits however long the queue is.
    ///
    /// # Errors
    /// All but [`DarkroomError::Full`].
    pub async fn process_patiently(&self, original: &Path) -> Result<Derived, DarkroomError> {
        photo(self.order(original, Task::Process { recipe: self.0.options.recipe }, Queue::Patient).await?)
    }

    /// A square of at most `side` pixels from the middle of a picture.
    ///
    /// # Errors
    /// As [`Self::process`].
    pub async fn avatar(&self, original: &Path, side: u32) -> Result<Rendition, DarkroomError> {
        picture(self.order(original, Task::Avatar { side }, Queue::Bounded).await?)
    }

    /// A whole picture of at most `max_width` pixels.
    ///
    /// # Errors
    /// As [`Self::process`].
    pub async fn fit(&self, original: &Path, max_width: u32) -> Result<Rendition, DarkroomError> {
        picture(self.order(original, Task::Fit { max_width }, Queue::Bounded).await?)
    }

    /// A small PNG of at most `side` pixels each way, what is transparent kept; waits however long the queue is.
    ///
    /// # Errors
    /// All but [`DarkroomError::Full`].
    pub async fn emoji(&self, original: &Path, side: u32) -> Result<Copied, DarkroomError> {
        copied(self.order(original, Task::Emblem { side }, Queue::Patient).await?)?.ok_or_else(other_thing)
    }

    /// The original without what is private, its picture bit for bit; waits however long the queue is.
    ///
    /// # Errors
    /// All but [`DarkroomError::Full`].
    pub async fn stripped(&self, original: &Path) -> Result<Option<Copied>, DarkroomError> {
        copied(self.order(original, Task::Strip, Queue::Patient).await?)
    }

    /// What moves in it, without what is private; waits however long the queue is.
    ///
    /// # Errors
    /// All but [`DarkroomError::Full`].
    pub async fn animation(&self, original: &Path) -> Result<Option<Copied>, DarkroomError> {
        copied(self.order(original, Task::Animation, Queue::Patient).await?)
    }

    /// How many photos wait, and how many are worked on.
    pub fn standing(&self) -> Standing {
        let running = self.0.options.workers.saturating_sub(self.0.workers.available_permits());
        Standing { waiting: self.0.here.load(Ordering::Relaxed).saturating_sub(running), running }
    }

    /// Children that are alive and without work; for tests.
    pub fn idle(&self) -> usize {
        self.lock().len()
    }

    async fn order(&self, file: &Path, task: Task, queue: Queue) -> Result<Made, DarkroomError> {
        let begun = Instant::now();
        let _place = match queue {
            Queue::Bounded => Some(self.0.places.clone().try_acquire_owned().map_err(|_| DarkroomError::Full)?),
            Queue::Patient => None,
        };
        let _here = Here::come(self);
        let _worker = self.0.workers.clone().acquire_owned().await.map_err(|_| DarkroomError::Full)?;
        let Options { limits, patience, processor, .. } = &self.0.options;
        let order = Order { task, limits: limits.clone(), seconds: patience.min(processor).as_secs() };
        // The child that was used last is the warmest.
        let mut child = match self.lock().pop() {
            Some(child) => child,
            None => Child::start(&self.0.options.program)?,
        };
        let mut made = self.work(&mut child, file, &order).await;
        if matches!(&made, Err(DarkroomError::Crashed { .. })) && child.photos > 1 && child.was_dead_before() {
            // It died while it waited (the system took its memory): not this photo's fault.
            child = Child::start(&self.0.options.program)?;
            made = self.work(&mut child, file, &order).await;
        }
        let unharmed = matches!(&made, Ok(_) | Err(DarkroomError::Refused { .. }));
        if unharmed && child.photos < MOST_PHOTOS && child.memory() < MOST_MEMORY {
            self.keep(child);
        }
        self.0.options.times.observe(begun.elapsed().as_secs_f64());
        made
    }

    /// One order, within its time. A child that is not done by then is killed when it is dropped.
    async fn work(&self, child: &mut Child, file: &Path, order: &Order) -> Result<Made, DarkroomError> {
        let patience = self.0.options.patience;
        let memory = tokio::time::timeout(patience, child.hand_over(file, order)).await;
        let needed = memory.map_err(|_| DarkroomError::TooSlow)??;
        // Waiting for memory is not the photo's time.
        let _memory = self.reserve(needed).await?;
        tokio::time::timeout(patience, child.develop()).await.map_err(|_| DarkroomError::TooSlow)?
    }

    async fn reserve(&self, bytes: u64) -> Result<OwnedSemaphorePermit, DarkroomError> {
        let all = u32::try_from(self.0.options.memory / UNIT).unwrap_or(u32::MAX).max(1);
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, all);
        self.0.memory.clone().acquire_many_owned(units).await.map_err(|_| DarkroomError::Full)
    }

    /// Puts a child aside for the next photo; unless one comes, it ends after a while.
    fn keep(&self, child: Child) {
        self.lock().push(child);
        let room = self.clone();
        self.0.options.tasks.spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(room.0.options.idle + Duration::from_millis(100)) => {}
                () = room.0.options.stopping.cancelled() => {}
            }
            let stopping = room.0.options.stopping.is_cancelled();
            let now = Instant::now();
            room.lock().retain(|child| !stopping && now.duration_since(child.since) < room.0.options.idle);
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Child>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn photo(made: Made) -> Result<Derived, DarkroomError> {
    match made {
        Made::Photo(derived) => Ok(*derived),
        _ => Err(other_thing()),
    }
}

fn copied(made: Made) -> Result<Option<Copied>, DarkroomError> {
    match made {
        Made::Copied(copied) => Ok(Some(copied)),
        Made::Nothing => Ok(None),
        _ => Err(other_thing()),
    }
}

fn other_thing() -> DarkroomError {
    DarkroomError::Broken("another thing was made than was ordered".to_owned())
}

fn picture(made: Made) -> Result<Rendition, DarkroomError> {
    match made {
        Made::Picture(rendition) => Ok(rendition),
        _ => Err(other_thing()),
    }
}

/// This very program, also after its file has been replaced by a newer one.
pub fn this_program() -> std::io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}
