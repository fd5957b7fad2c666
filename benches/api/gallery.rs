//! A database with so many posts: one of everything is made through the API, and copied in SQL with other ids,
//! times and authors, whatever columns there are.

use super::copies::Copies;
use super::{HOST, rows, settings};
use anyhow::{Context, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use cyanotype::app::{App, Overrides};
use cyanotype::config::Settings;
use cyanotype::secrets::sha256;
use cyanotype::service::accounts::{self, NewAccount};
use cyanotype::{http, worker};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// People who post; the first of them is who asks.
const PEOPLE: u64 = 20;
/// Answers under one post.
const REPLIES: u64 = 40;
/// Entries that a home timeline keeps.
const HOME: u64 = 800;
/// Apps she has: each may make only so many calls.
const TOKENS: u64 = 2_000;
/// How far apart posts are, in ids: a minute.
const APART: i64 = 60_000 << 22;

pub struct Gallery {
    tokens: Arc<Vec<String>>,
    me: i64,
    /// The newest post, which was answered.
    newest: i64,
    posts: u64,
}

/// The server without a socket.
struct Here {
    app: App,
    router: Router,
}

impl Here {
    async fn open(folder: &Path) -> anyhow::Result<Self> {
        let settings = Settings::from_layers("bench", "", settings(folder, "127.0.0.1:0").into_iter())?;
        let program = Some(env!("CARGO_BIN_EXE_cyanotype").into());
        let app = App::open(settings, Overrides { program, ..Overrides::default() }).await?;
        Ok(Self { router: http::router(app.clone())?, app })
    }

    async fn call(&self, method: Method, path: &str, token: &str, kind: &str, body: Vec<u8>) -> anyhow::Result<Value> {
        let request = Request::builder().method(method).uri(path).header("host", HOST);
        let request = request.header("authorization", format!("Bearer {token}")).header("content-type", kind);
        let answer = self.router.clone().oneshot(request.body(Body::from(body))?).await?;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 24).await?;
        ensure!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok(serde_json::from_slice(&bytes)?)
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, token, "application/json", body.to_string().into_bytes()).await
    }

    async fn upload(&self, token: &str) -> anyhow::Result<String> {
        let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("media-test-fixtures/photo-lake.jpg");
        let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nA lake\r\n\
            --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lake.jpg\"\r\n\r\n"
            .to_vec();
        body.extend(std::fs::read(photo)?);
        body.extend(b"\r\n--edge--\r\n");
        let sent = self.call(Method::POST, "/api/v2/media", token, "multipart/form-data; boundary=edge", body).await?;
        text(&sent, "id")
    }

    /// Waits until all that comes of it is done.
    async fn quiet(&self, db: &DatabaseConnection) -> anyhow::Result<()> {
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if number(db, "SELECT COUNT(*) AS n FROM job WHERE dead = 0 AND run_at <= strftime('%s') * 1000").await?
                == 0
            {
                return Ok(());
            }
        }
        anyhow::bail!("the jobs do not end")
    }

    async fn close(self) -> anyhow::Result<()> {
        self.app.stopping.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
        Ok(self.app.db.clone().close().await?)
    }
}

impl Gallery {
    pub async fn hang(folder: &Path, posts: u64) -> anyhow::Result<Self> {
        let here = Here::open(folder).await?;
        let db = database(folder).await?;
        accounts::ensure_instance(&here.app).await?;
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            let new = NewAccount {
                username: format!("person{n}"),
                email: format!("person{n}@mail.example"),
                password: None,
                role: if n == 0 { "owner" } else { "person" },
            };
            people.push(accounts::create(&here.app, new, None).await?.id);
        }
        let tokens = tokens(&here, &db, &people).await?;
        let work = tokio::spawn(worker::work(here.app.clone()));
        let made = Made::through_the_api(&here, &tokens, &people, &db).await?;
        here.app.stopping.cancel();
        work.await?;
        here.close().await?;
        copy(&db, &made, &people, posts).await?;
        db.close().await?;
        Ok(Self { tokens: Arc::new(tokens), me: people[0], newest: made.post, posts })
    }

    pub fn tokens(&self) -> Arc<Vec<String>> {
        self.tokens.clone()
    }

    pub fn token(&self, number: usize) -> &str {
        &self.tokens[number]
    }

    /// What is asked for: name and path.
    pub fn lists(&self) -> Vec<(&'static str, String)> {
        let half = self.newest - APART * i64::try_from(self.posts / 2).unwrap_or(0);
        let (me, newest) = (self.me, self.newest);
        vec![
            ("home", "/api/v1/timelines/home".to_owned()),
            ("public", "/api/v1/timelines/public".to_owned()),
            ("public, half-way down", format!("/api/v1/timelines/public?max_id={half}")),
            ("hashtag", "/api/v1/timelines/tag/fog".to_owned()),
            ("account", format!("/api/v1/accounts/{me}/statuses")),
            ("context", format!("/api/v1/statuses/{newest}/context")),
            ("notifications", "/api/v1/notifications".to_owned()),
            ("notifications, grouped", "/api/v2/notifications".to_owned()),
        ]
    }

    /// How many statements each of them takes, and how many rows these give: made anew, and asked for again.
    pub async fn statements(&self, folder: &Path) -> anyhow::Result<Vec<[(u64, u64); 2]>> {
        let here = Here::open(folder).await?;
        let mut counts = Vec::new();
        for (_, path) in self.lists() {
            let cost = async |path: &str| {
                let (asked, given) = (here.app.db.asked(), rows::given());
                here.call(Method::GET, path, self.token(0), "application/json", Vec::new()).await?;
                anyhow::Ok((here.app.db.asked() - asked, rows::given() - given))
            };
            let mark = if path.contains('?') { '&' } else { '?' };
            // The first call of a token looks up whose it is.
            cost(&path).await?;
            counts.push([cost(&format!("{path}{mark}call=1")).await?, cost(&path).await?]);
        }
        here.close().await?;
        Ok(counts)
    }

    /// Size of the database.
    pub fn mib(&self, folder: &Path) -> anyhow::Result<u64> {
        Ok(std::fs::metadata(folder.join("data/cyanotype.sqlite"))?.len() >> 20)
    }
}

/// What was made through the API: ids.
struct Made {
    post: i64,
    reply: i64,
}

impl Made {
    /// The first follows all others. The second posts, and answers it; likes a post of the first.
    async fn through_the_api(
        here: &Here,
        tokens: &[String],
        people: &[i64],
        db: &DatabaseConnection,
    ) -> anyhow::Result<Self> {
        let (me, her) = (&tokens[0], tokens.last().context("no token")?);
        for id in &people[1..] {
            here.post(&format!("/api/v1/accounts/{id}/follow"), me, serde_json::json!({})).await?;
        }
        let mine = serde_json::json!({ "status": "Mine", "media_ids": [here.upload(me).await?] });
        let mine = here.post("/api/v1/statuses", me, mine).await?;
        here.post(&format!("/api/v1/statuses/{}/favourite", text(&mine, "id")?), her, serde_json::json!({})).await?;
        let photo = here.upload(her).await?;
        let post = serde_json::json!({ "status": "The first #fog", "media_ids": [photo] });
        let post = text(&here.post("/api/v1/statuses", her, post).await?, "id")?;
        let reply = serde_json::json!({ "status": "And why not?", "in_reply_to_id": post });
        let reply = text(&here.post("/api/v1/statuses", her, reply).await?, "id")?;
        here.quiet(db).await?;
        Ok(Self { post: post.parse()?, reply: reply.parse()? })
    }
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    Ok(value[name].as_str().with_context(|| format!("no {name} in {value}"))?.to_owned())
}

/// One connection that keeps what it sets, and need not survive a power cut.
async fn database(folder: &Path) -> anyhow::Result<DatabaseConnection> {
    let path = folder.join("data/cyanotype.sqlite");
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rw", path.display()));
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let db = Box::pin(Database::connect(options)).await?;
    for pragma in ["busy_timeout = 10000", "synchronous = OFF", "cache_size = -200000", "temp_store = MEMORY"] {
        run(&db, &format!("PRAGMA {pragma}")).await?;
    }
    Ok(db)
}

async fn run(db: &DatabaseConnection, sql: &str) -> anyhow::Result<()> {
    db.execute_unprepared(sql).await.with_context(|| sql.to_owned())?;
    Ok(())
}

async fn number(db: &DatabaseConnection, sql: &str) -> anyhow::Result<i64> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    Ok(row.context("no row")?.try_get("", "n")?)
}

/// Tokens of the first person, and one of the second as the last.
async fn tokens(here: &Here, db: &DatabaseConnection, people: &[i64]) -> anyhow::Result<Vec<String>> {
    let (now, app) = (here.app.now(), here.app.id());
    run(
        db,
        &format!(
            "INSERT INTO application (id, client_id, secret_hash, name, redirect_uris, scopes, created_at, used_at) \
             VALUES ({app}, 'bench', x'00', 'Bench', '[]', 'read write follow', {now}, {now})"
        ),
    )
    .await?;
    let mut secrets = Vec::new();
    let mut rows = String::new();
    for n in 0..=TOKENS {
        let (secret, owner) = (format!("{n:064x}"), people[usize::from(n == TOKENS)]);
        let hash: String = sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let comma = if n == 0 { "" } else { ", " };
        write!(rows, "{comma}({}, x'{hash}', {app}, {owner}, 'read write follow', {now}, {now})", here.app.id())?;
        secrets.push(secret);
    }
    let columns = "id, token_hash, application_id, account_id, scopes, created_at, seen_at";
    run(db, &format!("INSERT INTO access_token ({columns}) VALUES {rows}")).await?;
    Ok(secrets)
}

async fn copy(db: &DatabaseConnection, made: &Made, people: &[i64], posts: u64) -> anyhow::Result<()> {
    let people: Vec<String> = people.iter().enumerate().map(|(n, id)| format!("({n}, {id})")).collect();
    run(db, "CREATE TEMP TABLE person (k INTEGER PRIMARY KEY, id INTEGER)").await?;
    run(db, &format!("INSERT INTO person VALUES {}", people.join(", "))).await?;
    let (copies, Made { post, reply }) = (Copies { db }, made);
    let author = format!("(SELECT id FROM person WHERE k = n.i % {PEOPLE})");
    let before = |column: &str| format!("t.{column} - n.i * {APART}");
    let (id, of_post, of_photo, entry) = (before("id"), before("post_id"), before("photo_id"), before("entry_id"));
    let time = |column: &str| format!("t.{column} - n.i * 60000");
    let (published, received, created) = (time("published_at"), time("received_at"), time("created_at"));
    let (name, words) = (copies.name(), "'Number ' || n.i || ' #fog'");
    let media = format!("'media/' || {name} || '.jpg'");
    run(db, "BEGIN").await?;
    copies
        .make(
            "rendition",
            posts,
            &format!("t.photo_id IN (SELECT id FROM photo WHERE post_id = {post})"),
            &[("key", &media), ("photo_id", &of_photo)],
        )
        .await?;
    let photo = [("id", &*id), ("post_id", &of_post), ("account_id", &author), ("original_key", name)];
    copies.make("photo", posts, &format!("t.post_id = {post}"), &photo).await?;
    copies.make("post_tag", posts, &format!("t.post_id = {post}"), &[("post_id", &of_post)]).await?;
    let row = [
        ("id", &*id),
        ("root_id", &id),
        ("account_id", &author),
        ("draft_id", "NULL"),
        ("caption", words),
        ("published_at", &published),
        ("received_at", &received),
    ];
    copies.make("post", posts, &format!("t.id = {post}"), &row).await?;
    let reply_row = [("id", "t.id - n.i * 1000"), ("account_id", &*author), ("draft_id", "NULL")];
    copies.make("post", REPLIES, &format!("t.id = {reply}"), &reply_row).await?;
    let home = format!("t.post_id = {post} AND t.owner_id = (SELECT id FROM person WHERE k = 0)");
    copies.make("home_entry", posts.min(HOME), &home, &[("post_id", &of_post), ("entry_id", &entry)]).await?;
    notifications(&copies, *post, posts, &created).await?;
    run(db, "COMMIT").await?;
    run(db, "ANALYZE").await
}

/// Each of the others likes each of her posts.
async fn notifications(copies: &Copies<'_>, newest: i64, posts: u64, created: &str) -> anyhow::Result<()> {
    let others = PEOPLE - 1;
    let actor = format!("(SELECT id FROM person WHERE k = 1 + n.i % {others})");
    let post = format!("{newest} - {PEOPLE} * (1 + (n.i - 1) / {others}) * {APART}");
    let change = [("id", "t.id - n.i * 1000"), ("actor_id", &*actor), ("post_id", &post), ("created_at", created)];
    Ok(copies.make("notification", others * (posts / PEOPLE), "t.kind = 'like'", &change).await?)
}
