//! The one way to write. On SQLite, which has one writer, what comes while a transaction is on its way
//! to the disk goes into the next one together: reaching the disk takes longer than all of it. Each
//! piece of work is a savepoint, so that one that fails takes nothing else with it. PostgreSQL has many writers:
//! there each piece is a transaction of its own.

use super::Db;
use super::memo::{self, Changes, Others, Teller};
use crate::telemetry::metrics::Times;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A group is closed after so much work: those in it wait for all of it.
const GROUP_TIME: Duration = Duration::from_millis(4);
/// The same after what another server waits for, which goes first: nobody starves, and it is not kept long.
const URGENT_TIME: Duration = Duration::from_millis(2);
/// … and after so many pieces.
const GROUP: usize = 256;

/// What a piece of work came to.
struct Ran {
    /// It went well and is to stay.
    keep: bool,
    /// Tells whoever waits, once it is known whether it stays.
    tell: Box<dyn FnOnce(Result<(), DbErr>) + Send>,
}

/// One piece of work that waits for its turn; it is also told when there is no transaction to be had.
type Piece = Box<dyn for<'c> FnOnce(Result<&'c DatabaseTransaction, DbErr>) -> BoxFuture<'c, Ran> + Send>;

/// What waits to be written, and whose turn it is to write it.
pub(super) struct Writing {
    waiting: Mutex<Waiting>,
    turn: tokio::sync::Mutex<()>,
    changes: Arc<Changes>,
    others: Others,
    /// How long each piece waited for its turn.
    waits: Times,
}

/// Pieces in the order they came.
#[derive(Default)]
struct Waiting {
    urgent: VecDeque<Piece>,
    others: VecDeque<Piece>,
}

/// What is done in a transaction. It is cloned where it may have to be done again.
pub trait Work<T, E>:
    for<'c> FnOnce(&'c DatabaseTransaction) -> BoxFuture<'c, Result<T, E>> + Clone + Send + 'static
{
}

impl<W, T, E> Work<T, E> for W where
    W: for<'c> FnOnce(&'c DatabaseTransaction) -> BoxFuture<'c, Result<T, E>> + Clone + Send + 'static
{
}

/// An error that may have come from the database.
pub trait FromDatabase: From<DbErr> + Send + 'static {
    /// What the database said.
    fn database(&self) -> Option<&DbErr>;
}

impl FromDatabase for DbErr {
    fn database(&self) -> Option<&DbErr> {
        Some(self)
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.urgent.is_empty() && self.others.is_empty()
    }
}

impl Writing {
    /// Tells `changes` what is written, and `waits` how long it waited for that.
    pub fn new(changes: Arc<Changes>, waits: Times) -> Self {
        let (waiting, turn, others) = (Mutex::default(), tokio::sync::Mutex::default(), Others::default());
        Self { waiting, turn, changes, others, waits }
    }

    /// Waits until nobody writes; nobody does as long as this is held.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, piece: Piece, urgent: bool) {
        let mut waiting = self.waiting();
        if urgent { waiting.urgent.push_back(piece) } else { waiting.others.push_back(piece) }
    }

    /// The next piece, and whether it is urgent.
    fn next(&self) -> Option<(Piece, bool)> {
        let mut waiting = self.waiting();
        let urgent = waiting.urgent.pop_front().map(|piece| (piece, true));
        urgent.or_else(|| waiting.others.pop_front().map(|piece| (piece, false)))
    }
}

impl Db {
    /// Runs `work` in a transaction and commits if it says `Ok`.
    ///
    /// It runs in a task of its own, so that a closed tab or a timeout cannot cut it in two. Nothing
    /// but the database may be awaited inside: on SQLite this is the one writer. On PostgreSQL all of it is as
    /// if it were one after the other too, so it may be run again, when another came between: what it does
    /// besides must bear that.
    pub async fn write<T, E>(&self, work: impl Work<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromDatabase,
    {
        let done = self.write_quietly(work).await;
        self.woken(done).await
    }

    /// Like [`Self::write_queue`], before everything else that waits: somebody waits for the answer, and there
    /// is never more than one such piece at a time.
    pub(super) async fn write_first<T, E>(&self, work: impl Work<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromDatabase,
    {
        let done = self.put(work, true, Some(IsolationLevel::ReadCommitted)).await;
        self.woken(done).await
    }

    async fn woken<T, E>(&self, done: Result<T, E>) -> Result<T, E> {
        if done.is_ok() {
            self.wake.notify_waiters();
            if let Some(teller) = &self.teller {
                teller.tell(memo::WORK.to_owned()).await;
            }
        }
        done
    }

    /// Like [`Self::write`], but puts no work into the queue, so that nobody is woken.
    pub async fn write_quietly<T, E>(&self, work: impl Work<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromDatabase,
    {
        self.put(work, false, None).await
    }

    /// What is remembered may be believed: everything that other processes wrote until a moment ago is noted.
    pub(super) async fn is_told(&self) -> bool {
        if self.writer.get_database_backend() != DbBackend::Sqlite || self.writing.others.is_fresh() {
            return true;
        }
        self.write_quietly(|_| Box::pin(async { Ok::<_, DbErr>(()) })).await.is_ok()
    }

    /// Like [`Self::write_quietly`], for what takes rows of a queue and ends them, each for itself: many do so
    /// at once, and need not see what they leave to others.
    pub async fn write_queue<T, E>(&self, work: impl Work<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromDatabase,
    {
        self.put(work, false, Some(IsolationLevel::ReadCommitted)).await
    }

    async fn put<T, E>(&self, work: impl Work<T, E>, urgent: bool, isolation: Option<IsolationLevel>) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromDatabase,
    {
        let (done, answer) = oneshot::channel();
        let postgres = self.writer.get_database_backend() == DbBackend::Postgres;
        // There, what is urgent does not wait for a connection behind everything else that writes.
        let writer = if postgres && urgent { (*self.read).clone() } else { self.writer.clone() };
        if !postgres {
            let writing = self.writing.clone();
            writing.put(in_group(work, done, writing.waits.clone()), urgent);
            self.tasks.spawn(async move { in_turn(&writer, &writing).await });
        } else {
            let waits = self.writing.waits.clone();
            let ears = Ears { changes: self.changes.clone(), teller: self.teller.clone(), waits };
            self.tasks.spawn(async move {
                // Whoever waited may be gone; what is written is written.
                let _ = done.send(alone(&writer, work, isolation, &ears).await);
            });
        }
        answer.await.unwrap_or_else(|_| Err(DbErr::Custom("a write was cut short".to_owned()).into()))
    }
}

/// Work as a piece of a group.
fn in_group<T, E>(work: impl Work<T, E>, done: oneshot::Sender<Result<T, E>>, waits: Times) -> Piece
where
    T: Send + 'static,
    E: FromDatabase,
{
    let came = Instant::now();
    piece(move |tx| {
        Box::pin(async move {
            waits.observe(came.elapsed().as_secs_f64());
            let result = match tx {
                Ok(tx) => caught(work, tx).await,
                Err(error) => Err(error.into()),
            };
            let keep = result.is_ok();
            let tell = move |stays: Result<(), DbErr>| {
                // Whoever waited may be gone; what is written is written.
                let _ = done.send(result.and_then(|value| stays.map(|()| value).map_err(E::from)));
            };
            Ran { keep, tell: Box::new(tell) }
        })
    })
}

/// A panic is an error of this piece alone.
async fn caught<T, E: FromDatabase>(work: impl Work<T, E>, tx: &DatabaseTransaction) -> Result<T, E> {
    let ran = AssertUnwindSafe(work(tx)).catch_unwind().await;
    ran.unwrap_or_else(|_| Err(DbErr::Custom("a write panicked".to_owned()).into()))
}

/// Whoever's turn it is writes what waits; the others find theirs written.
async fn in_turn(writer: &DatabaseConnection, writing: &Writing) {
    let _turn = writing.turn.lock().await;
    if !writing.waiting().is_empty() {
        together(writer, writing).await;
    }
}

/// Helps the compiler to see that the closure takes any lifetime.
fn piece<F>(work: F) -> Piece
where
    F: for<'c> FnOnce(Result<&'c DatabaseTransaction, DbErr>) -> BoxFuture<'c, Ran> + Send + 'static,
{
    Box::new(work)
}

#[allow(clippy::disallowed_methods, reason = "the one place where a transaction begins")]
async fn begin(
    writer: &DatabaseConnection,
    isolation_level: Option<IsolationLevel>,
) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        isolation_level,
        access_mode: None::<AccessMode>,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    };
    writer.begin_with_options(options).await
}

async fn commit(tx: DatabaseTransaction) -> Result<(), DbErr> {
    crate::fault::point("before commit");
    tx.commit().await?;
    crate::fault::point("after commit");
    Ok(())
}

/// Who hears what was changed, this process and the others; and how long it waited.
struct Ears {
    changes: Arc<Changes>,
    teller: Option<Teller>,
    waits: Times,
}

/// In a transaction of its own, and again when another's came between.
async fn alone<T, E: FromDatabase>(
    writer: &DatabaseConnection,
    work: impl Work<T, E>,
    isolation: Option<IsolationLevel>,
    ears: &Ears,
) -> Result<T, E> {
    let mut tries = 0;
    loop {
        let result = once(writer, work.clone(), isolation, ears).await;
        tries += 1;
        let between = result.as_ref().err().and_then(E::database).and_then(Between::of);
        match between {
            Some(between) if tries <= between.again() => pause(tries).await,
            _ => return result,
        }
    }
}

async fn once<T, E: FromDatabase>(
    writer: &DatabaseConnection,
    work: impl Work<T, E>,
    isolation: Option<IsolationLevel>,
    ears: &Ears,
) -> Result<T, E> {
    let came = Instant::now();
    let tx = match begin(writer, isolation).await {
        // The connection was lost while it was idle, and nothing is done yet: there are others.
        Err(error) if super::is_away(&error) => begin(writer, isolation).await?,
        begun => begun?,
    };
    ears.waits.observe(came.elapsed().as_secs_f64());
    let work = async {
        let result = caught(work, &tx).await;
        (result, FAILED.with(Cell::get))
    };
    let (mut result, failed) = FAILED.scope(Cell::new(false), work).await;
    if result.is_ok() && failed {
        // PostgreSQL would take everything back and call that a commit.
        result = Err(DbErr::Custom("a statement failed in a transaction, and nobody said so".to_owned()).into());
    }
    if result.is_ok() {
        heard(tx, ears).await?;
    } else if let Err(error) = tx.rollback().await {
        // The connection is lost, and with it the transaction.
        tracing::debug!(%error, "a transaction was not taken back by its own end");
    }
    result
}

tokio::task_local! {
    /// A statement of the transaction that this task is in has failed.
    static FAILED: Cell<bool>;
}

/// To be told of every statement.
pub(super) fn note(statement: &sea_orm::metric::Info<'_>) {
    if statement.failed {
        // Outside a transaction nothing else depends on it.
        let _ = FAILED.try_with(|failed| failed.set(true));
    }
}

/// What another transaction did that came between.
#[derive(Debug, Clone, Copy)]
enum Between {
    /// It changed what this one had read, or both waited for one another.
    Changed,
    /// What was looked up just now is there, or is gone: whoever looks again sees it.
    Overtaken,
}

impl Between {
    fn of(error: &DbErr) -> Option<Self> {
        match super::code_of(error)?.as_str() {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => Some(Self::Changed),
            // foreign_key_violation, unique_violation
            "23503" | "23505" => Some(Self::Overtaken),
            _ => None,
        }
    }

    /// How often the work is done again.
    fn again(self) -> u32 {
        match self {
            Self::Changed => 12,
            Self::Overtaken => 2,
        }
    }
}

/// The longer the more often it failed, and not the same for any two.
async fn pause(tries: u32) {
    let most = 2_000 << tries.min(6);
    tokio::time::sleep(Duration::from_micros(rand::random_range(500..most))).await;
}

/// Commits, notes what changed before anybody hears of it, and tells the other processes.
async fn heard(tx: DatabaseTransaction, Ears { changes, teller, .. }: &Ears) -> Result<(), DbErr> {
    let changed = memo::told_by(&tx).await?;
    let ended = commit(tx).await;
    match &ended {
        Ok(()) if changed.is_empty() => {}
        Ok(()) => {
            memo::note(changes, &changed);
            if let Some(teller) = teller {
                teller.tell(changed).await;
            }
        }
        Err(_) => changes.begin_anew(),
    }
    ended
}

/// What waits, as far as there is time, in one transaction.
async fn together(writer: &DatabaseConnection, writing: &Writing) {
    let tx = match begin(writer, None).await {
        Ok(tx) => tx,
        Err(error) => {
            let waiting = std::mem::take(&mut *writing.waiting());
            for piece in waiting.urgent.into_iter().chain(waiting.others) {
                (piece(Err(again(&error))).await.tell)(Ok(()));
            }
            return;
        }
    };
    writing.others.look(&tx, &writing.changes).await;
    let (mut kept, mut begun, mut time) = (Vec::new(), Instant::now(), GROUP_TIME);
    // The first is written however late it is: each turn must take one at least, for there are only as many turns.
    while let Some((piece, urgent)) = writing.next() {
        match savepoint(&tx, piece).await {
            Ok(Some(tell)) => kept.push(tell),
            Ok(None) => {}
            Err(error) => {
                // SQLite has taken the whole transaction back, as it does when the disk is full.
                let _ = tx.rollback().await;
                renew(writer, &writing.changes).await;
                return kept.into_iter().for_each(|tell| tell(Err(again(&error))));
            }
        }
        if urgent {
            // However long it took: the others have their time after it.
            (begun, time) = (Instant::now(), URGENT_TIME);
        }
        if kept.len() >= GROUP || begun.elapsed() >= time {
            break;
        }
    }
    let ended = told(tx, &writing.changes).await;
    if ended.is_err() {
        renew(writer, &writing.changes).await;
    }
    for tell in kept {
        tell(ended.as_ref().copied().map_err(again));
    }
}

/// Takes another connection. Where SQLite has taken a transaction back by itself, the driver goes on counting it as
/// begun, and what came next would be written into a transaction that nobody ends.
async fn renew(writer: &DatabaseConnection, changes: &Changes) {
    let closed = async { writer.get_sqlite_connection_pool().acquire().await?.close().await };
    if let Err(error) = closed.await {
        tracing::warn!(%error, "a connection on which a write failed could not be closed");
    }
    changes.begin_anew();
}

/// Commits, and notes what changed before anybody hears of it.
async fn told(tx: DatabaseTransaction, changes: &Changes) -> Result<(), DbErr> {
    let changed = memo::taken(&tx).await?;
    let ended = commit(tx).await;
    match ended {
        Ok(()) => changes.note(&changed),
        Err(_) => changes.begin_anew(),
    }
    ended
}

type Tell = Box<dyn FnOnce(Result<(), DbErr>) + Send>;

/// Runs a piece; one that fails is taken back alone. An error says that nothing of the transaction is left.
#[allow(clippy::disallowed_methods, reason = "within the one place where a transaction begins")]
async fn savepoint(tx: &DatabaseTransaction, piece: Piece) -> Result<Option<Tell>, DbErr> {
    let inner = tx.begin().await?;
    let ran = piece(Ok(&inner)).await;
    let ended = if ran.keep { inner.commit().await } else { inner.rollback().await };
    match ended {
        Ok(()) if ran.keep => Ok(Some(ran.tell)),
        Ok(()) => {
            (ran.tell)(Ok(()));
            Ok(None)
        }
        Err(error) => {
            (ran.tell)(Err(again(&error)));
            Err(error)
        }
    }
}

/// An error for one more of those it befell.
fn again(error: &DbErr) -> DbErr {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) => DbErr::Exec(RuntimeErr::SqlxError(cause.clone())),
        DbErr::Query(RuntimeErr::SqlxError(cause)) => DbErr::Query(RuntimeErr::SqlxError(cause.clone())),
        DbErr::ConnectionAcquire(cause) => DbErr::ConnectionAcquire(*cause),
        other => DbErr::Custom(other.to_string()),
    }
}
