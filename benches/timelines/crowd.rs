//! Very many people and posts: one of each is made by the program, and copied in SQL.

use super::copies::Copies;
use super::here::Here;
use super::{FOLLOWS, Size};
use anyhow::Context;
use cyanotype::secrets::sha256;
use cyanotype::service::accounts::{self, NewAccount};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// People who post.
const AUTHORS: u64 = 20_000;
/// How far apart posts are, in ids: a second.
const APART: i64 = 1_000 << 22;
/// Entries of a home that is only there to make the table large.
const ENTRIES: u64 = 400;
/// Entries that a home keeps.
const HOME: u64 = 800;
/// Rows written by one statement: it need not hold all of them.
const AT_ONCE: u64 = 200_000;

pub struct Crowd {
    db: DatabaseConnection,
    /// Tokens of those who read, as many as there are [`FOLLOWS`].
    pub readers: Vec<String>,
    /// Token of whom many follow.
    pub celebrity: String,
    pub newest: i64,
}

impl Crowd {
    pub async fn gather(here: &Here, size: &Size) -> anyhow::Result<Self> {
        let db = database(&here.address).await?;
        accounts::ensure_instance(&here.app).await?;
        let mut people = Vec::new();
        for (n, name) in ["author", "fan", "celebrity", "reader0", "reader1", "reader2"].iter().enumerate() {
            let new = NewAccount {
                username: (*name).to_owned(),
                email: format!("{name}@mail.example"),
                password: None,
                role: if n == 0 { "owner" } else { "person" },
            };
            people.push(accounts::create(&here.app, new, None).await?.id);
        }
        let [author, fan, celebrity, readers @ ..] = &people[..] else { anyhow::bail!("six people") };
        let app = application(here, &db).await?;
        let mut tokens = Vec::new();
        for person in &people {
            tokens.push(token(here, &db, app, *person).await?);
        }
        let newest = here.post_photo(&tokens[0]).await?;
        let made = Made { author: *author, fan: *fan, newest };
        made.authors(&db).await?;
        made.posts(&db, size).await?;
        for (follows, reader) in FOLLOWS.iter().zip(readers) {
            made.reader(&db, *reader, *follows).await?;
        }
        made.fans(&db, *celebrity, size).await?;
        let tidy: &[&str] = match db.get_database_backend() {
            // What was written so fast is folded in: in use, nobody would find so much to do at once.
            DbBackend::Sqlite => &["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"],
            _ => &["VACUUM ANALYZE"],
        };
        for statement in tidy {
            run(&db, statement).await?;
        }
        // Nor would the disk still be writing it, while the first who post wait behind that.
        std::process::Command::new("sync").status()?;
        Ok(Self { db, readers: tokens[3..].to_vec(), celebrity: tokens[2].clone(), newest })
    }

    pub async fn count(&self, table: &str) -> anyhow::Result<i64> {
        number(&self.db, &format!("SELECT COUNT(*) FROM {table}")).await
    }

    /// Homes in which a post stands.
    pub async fn homes_with(&self, post: i64) -> anyhow::Result<u64> {
        let sql = format!("SELECT COUNT(*) FROM home_entry WHERE post_id = {post}");
        Ok(number(&self.db, &sql).await?.unsigned_abs())
    }

    /// Size of the database.
    pub async fn mib(&self) -> anyhow::Result<i64> {
        let sql = match self.db.get_database_backend() {
            DbBackend::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            _ => "SELECT pg_database_size(current_database())",
        };
        Ok(number(&self.db, sql).await? >> 20)
    }
}

/// What was made by the program: ids.
struct Made {
    author: i64,
    fan: i64,
    newest: i64,
}

impl Made {
    /// `author - k`, for each k up to so many.
    async fn authors(&self, db: &DatabaseConnection) -> anyhow::Result<()> {
        let names = [("id", "t.id - n.i"), ("username", "'author' || n.i"), ("username_key", "'author' || n.i")];
        Copies { db }.make("account", AUTHORS, &format!("t.id = {}", self.author), &names).await?;
        Ok(())
    }

    /// The oldest first, as they came.
    async fn posts(&self, db: &DatabaseConnection, size: &Size) -> anyhow::Result<()> {
        let copies = Copies { db };
        let name = format!("'media/' || {} || '.jpg'", copies.name());
        let name = name.as_str();
        let (mut left, newest) = (size.posts.saturating_sub(1), self.newest);
        while left > 0 {
            let some = left.min(AT_ONCE);
            let age = format!("({left} + 1 - CAST(n.i AS BIGINT))");
            let before = |column: &str| format!("t.{column} - {age} * {APART}");
            let time = |column: &str| format!("t.{column} - {age} * 1000");
            // A few post much, most post little.
            let spot = format!("(({age} * 2654435761) % 1000003)");
            let author = format!("{} - ({spot} * {spot} / 1000003) * {AUTHORS} / 1000003", self.author);
            let (id, of_post, of_photo) = (before("id"), before("post_id"), before("photo_id"));
            let (published, received) = (time("published_at"), time("received_at"));
            let with_photo = format!("{age} <= {}", size.photos);
            let shown = format!("CASE WHEN {with_photo} THEN t.photo_count ELSE 0 END");
            let post = [
                ("id", &*id),
                ("root_id", &id),
                ("account_id", &author),
                ("draft_id", "NULL"),
                ("photo_count", &shown),
                ("published_at", &published),
                ("received_at", &received),
            ];
            copies.make("post", some, &format!("t.id = {newest}"), &post).await?;
            let theirs = format!("t.photo_id IN (SELECT id FROM photo WHERE post_id = {newest}) AND {with_photo}");
            copies.make("rendition", some, &theirs, &[("key", name), ("photo_id", &of_photo)]).await?;
            let photo = [("id", &*id), ("post_id", &of_post), ("account_id", &author), ("original_key", name)];
            copies.make("photo", some, &format!("t.post_id = {newest} AND {with_photo}"), &photo).await?;
            left -= some;
        }
        Ok(())
    }

    /// Somebody who follows so many authors, and her home.
    async fn reader(&self, db: &DatabaseConnection, reader: i64, follows: u64) -> anyhow::Result<()> {
        // Those who post most, so that even ten of them fill some pages where there are few posts.
        let follow = format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {follows} - 1) \
             INSERT INTO follow (id, follower_id, target_id, state, created_at) \
             SELECT {reader} + 1 + n.i, {reader}, {} - n.i, 'accepted', 0 FROM n",
            self.author
        );
        run(db, &follow).await?;
        let home = format!(
            "INSERT INTO home_entry (owner_id, post_id, via_id, entry_id) \
             SELECT {reader}, p.id, 0, p.id FROM follow f JOIN post p ON p.account_id = f.target_id \
             WHERE f.follower_id = {reader} ORDER BY p.id DESC LIMIT {HOME}"
        );
        run(db, &home).await
    }

    /// People with homes; the first of them follow whom many follow.
    async fn fans(&self, db: &DatabaseConnection, celebrity: i64, size: &Size) -> anyhow::Result<()> {
        let count = size.followers.max(size.homes);
        let names = [("id", "t.id - n.i"), ("username", "'fan' || n.i"), ("username_key", "'fan' || n.i")];
        Copies { db }.make("account", count, &format!("t.id = {}", self.fan), &names).await?;
        // In parts: each of them is counted at whom it is for, and PostgreSQL keeps all versions of that row until the
        // end of the statement.
        for from in (0..size.followers).step_by(1_000) {
            let to = (from + 1_000).min(size.followers);
            let follow = format!(
                "WITH RECURSIVE n(i) AS (SELECT {from} + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
                 INSERT INTO follow (id, follower_id, target_id, state, created_at) \
                 SELECT {celebrity} + n.i, {} - n.i, {celebrity}, 'accepted', 0 FROM n",
                self.fan
            );
            run(db, &follow).await?;
        }
        let newest = self.newest;
        let mut from = 0;
        while from < size.homes {
            let to = (from + AT_ONCE / ENTRIES).min(size.homes);
            let homes = format!(
                "WITH RECURSIVE o(i) AS (SELECT {from} + 1 UNION ALL SELECT i + 1 FROM o WHERE i < {to}), \
                 e(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM e WHERE i < {ENTRIES}), \
                 d(owner, post) AS (SELECT {} - o.i, {newest} - ((CAST(e.i AS BIGINT) * 17 + o.i) % {}) * {APART} \
                 FROM o CROSS JOIN e) \
                 INSERT INTO home_entry (owner_id, post_id, via_id, entry_id) SELECT owner, post, 0, post FROM d",
                self.fan,
                size.posts.max(ENTRIES * 17 + 1)
            );
            run(db, &homes).await?;
            from = to;
        }
        Ok(())
    }
}

/// One connection that keeps what it sets, and need not survive a power cut.
async fn database(address: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(address);
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let db = Box::pin(Database::connect(options)).await?;
    let settings: &[&str] = match db.get_database_backend() {
        DbBackend::Sqlite => &[
            "PRAGMA busy_timeout = 10000",
            "PRAGMA synchronous = OFF",
            "PRAGMA cache_size = -400000",
            "PRAGMA temp_store = MEMORY",
        ],
        _ => &["SET synchronous_commit = off", "SET cyanotype.told = ''"],
    };
    for setting in settings {
        run(&db, setting).await?;
    }
    Ok(db)
}

async fn application(here: &Here, db: &DatabaseConnection) -> anyhow::Result<i64> {
    let (now, id) = (here.app.now(), here.app.id());
    let sql = format!(
        "INSERT INTO application (id, client_id, secret_hash, name, redirect_uris, scopes, created_at, used_at) \
         VALUES ({id}, 'bench', {}, 'Bench', '[]', 'read write follow', {now}, {now})",
        bytes(db, "00")
    );
    run(db, &sql).await?;
    Ok(id)
}

async fn token(here: &Here, db: &DatabaseConnection, app: i64, person: i64) -> anyhow::Result<String> {
    let (now, secret) = (here.app.now(), format!("{person:064x}"));
    let hash: String = sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let columns = "id, token_hash, application_id, account_id, scopes, created_at, seen_at";
    let row = format!("{}, {}, {app}, {person}, 'read write follow', {now}, {now}", here.app.id(), bytes(db, &hash));
    run(db, &format!("INSERT INTO access_token ({columns}) VALUES ({row})")).await?;
    Ok(secret)
}

fn bytes(db: &DatabaseConnection, hex: &str) -> String {
    match db.get_database_backend() {
        DbBackend::Sqlite => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'::bytea"),
    }
}

async fn run(db: &DatabaseConnection, sql: &str) -> anyhow::Result<()> {
    db.execute_unprepared(sql).await.with_context(|| sql.to_owned())?;
    Ok(())
}

async fn number(db: &DatabaseConnection, sql: &str) -> anyhow::Result<i64> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.context("no row")?.try_get_by_index(0)?)
}
