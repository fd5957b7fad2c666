//! Where photos are worked on: a few at once, a few more waiting, the rest asked to come back.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// A bounded pool of blocking workers with a bounded queue.
#[derive(Clone)]
pub struct Pool {
    workers: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// The work could not be done.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    #[error("too many photos are waiting to be worked on")]
    Full,
    #[error("the work broke off")]
    Broken,
}

impl Pool {
    /// `workers` at once, `queue` more waiting.
    pub fn new(workers: usize, queue: usize) -> Self {
        Self { workers: Arc::new(Semaphore::new(workers)), places: Arc::new(Semaphore::new(workers + queue)) }
    }

    /// Runs `work` when a worker is free. A panic inside is one piece of broken work, not more.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PoolError> {
        let _place = self.places.clone().try_acquire_owned().map_err(|_| PoolError::Full)?;
        self.when_free(work).await
    }

    /// Like [`Self::run`], but waits however long the queue is: for work that nobody watches.
    pub async fn when_free<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let worker = self.workers.clone().acquire_owned().await.map_err(|_| PoolError::Broken)?;
        let task = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(worker);
            done
        });
        task.await.map_err(|_| PoolError::Broken)
    }
}
