//! The server in this process, without a socket.

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use cyanotype::app::{App, Overrides};
use cyanotype::clock::Clock;
use cyanotype::config::Settings;
use cyanotype::http;
use cyanotype::service::limits::CALLS_WINDOW;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

const HOST: &str = "photos.test";

pub struct Here {
    pub app: App,
    pub address: String,
    clock: Clock,
    router: Router,
    calls: AtomicU64,
}

impl Here {
    /// Over a folder, with its database in it or at an address.
    pub async fn open(folder: &Path, postgres: Option<&str>) -> anyhow::Result<Self> {
        let data = folder.join("data");
        let given = [
            ("CYANOTYPE_PUBLIC_ADDRESS", format!("https://{HOST}")),
            ("CYANOTYPE_DATA_DIR", data.display().to_string()),
            ("CYANOTYPE_DATABASE", postgres.unwrap_or_default().to_owned()),
            ("CYANOTYPE_LOG", "warn".to_owned()),
        ];
        let given = given.into_iter().map(|(name, value)| (name.to_owned(), value));
        let settings = Settings::from_layers("bench", "", given)?;
        let clock = Clock::default();
        let overrides = Overrides {
            program: Some(env!("CARGO_BIN_EXE_cyanotype").into()),
            clock: Some(clock.clone()),
            ..Overrides::default()
        };
        let app = App::open(settings, overrides).await?;
        let file = format!("sqlite://{}?mode=rw", data.join("cyanotype.sqlite").display());
        let address = postgres.map_or(file, str::to_owned);
        Ok(Self { router: http::router(app.clone())?, app, address, clock, calls: AtomicU64::new(0) })
    }

    /// Another one each time: what is asked with it was not asked before.
    pub fn number(&self) -> u64 {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        // Apps may call so often and no more.
        if number % 100 == 99 {
            self.clock.advance(CALLS_WINDOW);
        }
        number
    }

    async fn call(&self, method: Method, path: &str, token: &str, kind: &str, body: Vec<u8>) -> anyhow::Result<Value> {
        let request = Request::builder().method(method).uri(path).header("host", HOST);
        let request = request.header("authorization", format!("Bearer {token}")).header("content-type", kind);
        let answer = tower::ServiceExt::oneshot(self.router.clone(), request.body(Body::from(body))?).await?;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 24).await?;
        ensure!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok(serde_json::from_slice(&bytes)?)
    }

    pub async fn get(&self, path: &str, token: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, token, "application/json", Vec::new()).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, token, "application/json", body.to_string().into_bytes()).await
    }

    /// Posts a photo; its id.
    pub async fn post_photo(&self, token: &str) -> anyhow::Result<i64> {
        let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("media-test-fixtures/photo-lake.jpg");
        let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nA lake\r\n\
            --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lake.jpg\"\r\n\r\n"
            .to_vec();
        body.extend(std::fs::read(photo)?);
        body.extend(b"\r\n--edge--\r\n");
        let sent = self.call(Method::POST, "/api/v2/media", token, "multipart/form-data; boundary=edge", body).await?;
        let posted = json!({ "status": "A lake", "media_ids": [sent["id"]] });
        id(&self.post("/api/v1/statuses", token, posted).await?)
    }

    /// Answers a post.
    pub async fn answer(&self, token: &str, post: i64) -> anyhow::Result<()> {
        let words = format!("And why not? {}", self.number());
        let said = json!({ "status": words, "in_reply_to_id": post.to_string() });
        self.post("/api/v1/statuses", token, said).await.map(drop)
    }

    pub async fn close(self) -> anyhow::Result<()> {
        self.app.stopping.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
        Ok(self.app.db.clone().close().await?)
    }
}

fn id(value: &Value) -> anyhow::Result<i64> {
    Ok(value["id"].as_str().with_context(|| format!("no id in {value}"))?.parse()?)
}
