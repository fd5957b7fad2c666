//! The connection that everything is read through: it knows what is being made, and notes what of.

use super::changes::Topic;
use super::statement::Plans;
use super::watched;
use crate::telemetry::metrics::Times;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value};
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

tokio::task_local! {
    static MADE_OF: RefCell<MadeOf>;
    /// Tables whose rows are named by whoever asks.
    static APART: Vec<u16>;
    /// How long the database took for what is asked.
    static WORKED: Cell<Duration>;
}

/// To be told of every statement of readers: the rest of the time was waited for a connection.
pub fn worked(took: Duration) {
    let _ = WORKED.try_with(|worked| worked.set(worked.get() + took));
}

/// What something is made of, as far as it is made.
#[derive(Default)]
pub struct MadeOf {
    topics: Vec<Topic>,
    /// It is made of something that nobody watches.
    blind: bool,
}

impl MadeOf {
    /// Makes something, and says what of; none where it cannot be remembered.
    pub async fn watch<T>(make: impl Future<Output = T>) -> (T, Option<Box<[Topic]>>) {
        let (made, of) = MADE_OF
            .scope(RefCell::default(), async {
                let made = make.await;
                (made, MADE_OF.with(RefCell::take))
            })
            .await;
        let MadeOf { mut topics, blind } = of;
        topics.sort_unstable();
        topics.dedup();
        let _ = MADE_OF.try_with(|outer| outer.borrow_mut().blind |= blind);
        include(&topics);
        (made, (!blind).then(|| topics.into_boxed_slice()))
    }
}

/// What is being made is also made of this.
pub fn include(topics: &[Topic]) {
    let _ = MADE_OF.try_with(|of| of.borrow_mut().topics.extend_from_slice(topics));
}

/// Asks something of which only those rows of `table` count that are in the answer: `ids` takes their keys, in
/// `column`, from it. For joins, where the text does not say which rows are read.
pub async fn only_rows<T, E>(
    table: &str,
    column: &str,
    ask: impl Future<Output = Result<T, E>>,
    ids: impl FnOnce(&T) -> Vec<i64>,
) -> Result<T, E> {
    let Some(known) = watched::table_named(table) else { return ask.await };
    let apart = APART.try_with(|apart| [apart.as_slice(), &[known.0]].concat()).unwrap_or_else(|_| vec![known.0]);
    let answer = APART.scope(apart, ask).await?;
    if let Some(column) = watched::column(known, column) {
        let topics: Vec<Topic> =
            ids(&answer).into_iter().filter_map(|id| Topic::keyed(column, &Value::BigInt(Some(id)))).collect();
        include(&topics);
    }
    Ok(answer)
}

/// See the module. Reads like the connection it stands for.
#[derive(Clone)]
pub struct Reader {
    db: DatabaseConnection,
    plans: Arc<Plans>,
    waits: Times,
}

impl Reader {
    /// Notes in `waits` how long whoever asks has to wait for a connection.
    pub fn new(db: DatabaseConnection, waits: Times) -> Self {
        Self { db, plans: Arc::default(), waits }
    }

    async fn timed<T>(&self, ask: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let ask = async { (ask.await, WORKED.with(Cell::get)) };
        let (answer, worked) = WORKED.scope(Cell::default(), ask).await;
        self.waits.observe(begun.elapsed().saturating_sub(worked).as_secs_f64());
        answer
    }

    fn note(&self, statement: &Statement) {
        let _ = MADE_OF.try_with(|of| {
            let plan = self.plans.of(&statement.sql);
            let topics = APART.try_with(|apart| plan.topics(statement, apart));
            let topics = topics.unwrap_or_else(|_| plan.topics(statement, &[]));
            let mut of = of.borrow_mut();
            of.blind |= plan.blind;
            of.topics.extend(topics);
        });
    }

    fn blind() {
        let _ = MADE_OF.try_with(|of| of.borrow_mut().blind = true);
    }
}

impl Deref for Reader {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.db
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        Self::blind();
        self.db.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        Self::blind();
        self.db.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(&statement);
        self.timed(self.db.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(&statement);
        self.timed(self.db.query_all_raw(statement)).await
    }
}
