//! How PostgreSQL tells what changes: its triggers put it down in a setting of the transaction (the step
//! `m0026_telling` of the schema). Whoever commits reads it there, and then tells the other processes, who
//! listen.

use super::changes::{Changes, Topic};
use super::watched;
use crate::secrets::random_hex;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// Where it is told.
const CHANNEL: &str = "cyanotype_changes";
/// Everything changed, or so much that it is not worth to say what.
const EVERYTHING: &str = "*";
/// There may be new jobs.
pub const WORK: &str = "work=*;";
/// Bytes told at once; PostgreSQL takes less than 8 000.
const AT_ONCE: usize = 7_500;
/// After the connection was lost, it is tried again so often.
const PAUSE: Duration = Duration::from_secs(1);

/// What a transaction changed, in words: `table.column=key,key;`, or nothing.
pub async fn taken(tx: &impl ConnectionTrait) -> Result<String, DbErr> {
    let statement = Statement::from_string(
        tx.get_database_backend(),
        "SELECT COALESCE(current_setting('cyanotype.told', true), '')",
    );
    tx.query_one_raw(statement).await?.map_or(Ok(String::new()), |row| row.try_get_by_index(0))
}

/// Notes what was said in such words. What another version says of what this one does not know concerns nothing
/// that is remembered here.
pub fn note(changes: &Changes, told: &str) {
    if told.split(';').any(|part| part == EVERYTHING) {
        return changes.begin_anew();
    }
    let topics: Vec<Topic> = told.split(';').filter_map(|part| part.split_once('=')).flat_map(topics).collect();
    changes.note(&topics);
}

fn topics((what, keys): (&str, &str)) -> Vec<Topic> {
    let (table, column) = what.split_once('.').unwrap_or((what, ""));
    let Some(known) = watched::table_named(table) else { return Vec::new() };
    let Some(column) = watched::column(known, column) else { return vec![Topic::table(known.0)] };
    let topic = |key: &str| match key {
        EVERYTHING => Some(Topic::all_keys(known.0)),
        key => Topic::keyed(column, &value(key)?),
    };
    keys.split(',').filter_map(topic).chain([Topic::table(known.0)]).collect()
}

/// A number, or an `x` and bytes in hex.
fn value(key: &str) -> Option<Value> {
    let Some(hex) = key.strip_prefix('x') else { return Some(Value::BigInt(Some(key.parse().ok()?))) };
    let digits = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Some(Value::Bytes(Some(digits.collect::<Option<Vec<u8>>>()?)))
}

/// Tells the other processes. Clones share it.
#[derive(Clone)]
pub struct Teller {
    told: mpsc::UnboundedSender<String>,
    pool: PgPool,
    name: Arc<str>,
}

impl Teller {
    /// What a transaction changed that is committed. Not in that transaction: those that notify commit one after
    /// the other, each waiting for the disk.
    pub async fn tell(&self, told: String) {
        // While the server stops nobody collects what is to be told.
        if let Err(untold) = self.told.send(told) {
            self.notify(&untold.0).await;
        }
    }

    async fn notify(&self, told: &str) {
        for part in parts(told) {
            let said = sqlx::query("SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(format!("{}:{part}", self.name))
                .execute(&self.pool);
            if let Err(error) = said.await {
                tracing::warn!(%error, "other processes could not be told what changed; they notice within a minute");
            }
        }
    }
}

/// Who waits to hear of something.
pub struct Ears {
    /// Something happened that people who listen may hear of.
    pub happened: Arc<Notify>,
    /// There may be new jobs.
    pub work: Arc<Notify>,
}

/// Tells what was changed here and hears what was changed elsewhere, until `stopping`.
pub fn connect(
    options: PgConnectOptions,
    changes: Arc<Changes>,
    ears: Ears,
    stopping: CancellationToken,
) -> (Teller, impl Future<Output = ()> + Send) {
    // Connections of its own, opened when they are needed: one that listens, one that tells.
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
    let (sender, told) = mpsc::unbounded_channel();
    // Without a name of its own a process hears itself, which does no harm.
    let name = Arc::from(random_hex::<8>().unwrap_or_default());
    let teller = Teller { told: sender, pool, name };
    let work = {
        let (teller, collecting) = (teller.clone(), stopping.clone());
        async move {
            let hearing = async {
                tokio::select! {
                    () = stopping.cancelled() => changes.end(),
                    () = listen(&teller, &changes, &ears) => {}
                }
            };
            tokio::join!(collect(&teller, told, &collecting), hearing);
        }
    };
    (teller, work)
}

/// Tells together what comes together.
async fn collect(teller: &Teller, mut told: mpsc::UnboundedReceiver<String>, stopping: &CancellationToken) {
    loop {
        let next = tokio::select! {
            biased;
            next = told.recv() => next,
            () = stopping.cancelled() => {
                told.close();
                told.recv().await
            }
        };
        let Some(mut text) = next else { return };
        while let Ok(more) = told.try_recv() {
            if more != WORK || !text.contains(WORK) {
                text.push_str(&more);
            }
        }
        teller.notify(&text).await;
    }
}

/// Cut where something new begins; what cannot be cut small enough is everything.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for piece in text.split_inclusive(';') {
        if piece.len() > AT_ONCE {
            return vec![EVERYTHING.to_owned()];
        }
        match parts.last_mut() {
            Some(last) if last.len() + piece.len() <= AT_ONCE => last.push_str(piece),
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// Nothing is believed while nobody listens.
async fn listen(teller: &Teller, changes: &Changes, ears: &Ears) {
    loop {
        let lost = hear(teller, changes, ears).await;
        changes.end();
        tracing::warn!(error = %lost, "the database does not tell what changes; nothing is remembered until it does");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn hear(teller: &Teller, changes: &Changes, ears: &Ears) -> sqlx::Error {
    let mut listener = match PgListener::connect_with(&teller.pool).await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    if let Err(error) = listener.listen(CHANNEL).await {
        return error;
    }
    changes.begin_anew();
    loop {
        let said = match listener.try_recv().await {
            Ok(Some(said)) => said,
            Ok(None) => return sqlx::Error::PoolClosed,
            Err(error) => return error,
        };
        let Some((from, told)) = said.payload().split_once(':') else { continue };
        if told.contains("happening=") || told.contains(EVERYTHING) {
            ears.happened.notify_one();
        }
        if told.contains(WORK) {
            ears.work.notify_waiters();
        }
        if from != &*teller.name {
            note(changes, told);
        }
    }
}
