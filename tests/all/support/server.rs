//! Our server, whole: database, media folder, worker, HTTP, behind its TLS proxy.

use super::{Data, Front, Person, World, eventually, made_once, seaweed, tls};
use cyanotype::app::{App, Overrides};
use cyanotype::config::Settings;
use cyanotype::service::{accounts, federation, sessions};
use cyanotype::store::{deliveries, jobs};
use cyanotype::{http, worker};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::JoinHandle;

/// A running server. Its parts end with it; the test fails if any document it gave out breaks a rule.
pub struct Server {
    pub app: App,
    pub host: String,
    pub world: World,
    /// Where it listens without TLS, as its proxy sees it.
    pub address: SocketAddr,
    pub data: Arc<Data>,
    pub front: Front,
    running: Vec<JoinHandle<()>>,
}

impl Server {
    /// Alone in a world of its own.
    pub async fn start(host: &str) -> Self {
        World::new([host]).await.server(host).await
    }

    /// The same with other settings.
    pub async fn start_with(host: &str, settings: &[(&str, &str)]) -> Self {
        World::new([host]).await.server_with(host, settings).await
    }

    pub(super) async fn open(world: World, host: &str, data: Arc<Data>, more: &[(&str, &str)]) -> anyhow::Result<Self> {
        let address = format!("https://{host}");
        let (folder, resolve) = (data.path().join("data").display().to_string(), world.resolve());
        let usual = [
            ("public_address", address.as_str()),
            ("data_dir", &folder),
            ("listen", "127.0.0.1:0"),
            ("registration", "open"),
            ("trusted_proxies", "127.0.0.1/32"),
            ("resolve", &resolve),
        ];
        let (own, media) = (data.settings(), media(&data, more).await);
        let own = own.iter().chain(&media).map(|(name, value)| (*name, value.as_str()));
        let layers = usual
            .into_iter()
            .chain(own)
            .chain(more.iter().copied())
            .map(|(name, value)| (format!("CYANOTYPE_{}", name.to_uppercase()), value.to_owned()));
        let settings = Settings::from_layers("test", "", layers)?;
        made_once::lay_database(&settings).await;
        let app = doubting(App::open(settings, overrides(&world)).await?);
        federation::frozen::check(&app).await?;
        accounts::ensure_instance(&app).await?;
        let listener = http::server::bind(app.settings.listen).await?;
        let address = listener.local_addr()?;
        let router = http::router(app.clone())?;
        let running = vec![
            tokio::spawn(http::server::serve(app.clone(), listener, router)),
            tokio::spawn(worker::work(app.clone())),
        ];
        let front = world.front(host);
        front.forward_to(address);
        Ok(Self { app, host: host.to_owned(), world, address, data, front, running })
    }

    /// Another process over the same database: where it listens, without TLS.
    pub async fn beside(&self) -> SocketAddr {
        let app = doubting(App::open(self.app.settings.clone(), overrides(&self.world)).await.unwrap());
        let listener = http::server::bind(app.settings.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = http::router(app.clone()).unwrap();
        tokio::spawn(http::server::serve(app, listener, router));
        address
    }

    /// `https://a.test`
    pub fn origin(&self) -> String {
        format!("https://{}", self.host)
    }

    /// An absolute address of this server.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.host)
    }

    /// Somebody who signs up in her browser.
    pub async fn person(&self, name: &str) -> Person {
        Person::join(self, name).await
    }

    /// The first person, through the link printed at the start.
    pub async fn owner(&self, name: &str) -> Person {
        let link = sessions::make_link(&self.app, sessions::OWNER_LINK, None).await.unwrap();
        Person::welcome(self, name, &link).await
    }

    /// A browser nobody is signed in at.
    pub fn visitor(&self) -> Person {
        Person::new(self, "")
    }

    /// Id of an actor here, as WebFinger gives it.
    pub async fn actor_id(&self, name: &str) -> String {
        let address = self.url(&format!("/.well-known/webfinger?resource=acct:{name}@{}", self.host));
        let answer = self.world.client().get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200, "WebFinger of {name}");
        let jrd: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let links = jrd["links"].as_array().unwrap();
        links.iter().find(|link| link["rel"] == "self").unwrap()["href"].as_str().unwrap().to_owned()
    }

    /// What stands at an address for other servers, asked unsigned: status and body.
    pub async fn document(&self, address: &str) -> (u16, Value) {
        let answer = self.ask(address, "application/activity+json").await;
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// A plain GET of a path or address of this server.
    pub async fn ask(&self, address: &str, accept: &str) -> reqwest::Response {
        let url = if address.starts_with('/') { self.url(address) } else { address.to_owned() };
        self.world.client().get(url).header("accept", accept).send().await.unwrap()
    }

    /// Total of a collection.
    pub async fn total(&self, address: &str) -> i64 {
        let (status, collection) = self.document(address).await;
        assert_eq!(status, 200, "{address}");
        collection["totalItems"].as_i64().unwrap_or_else(|| panic!("no total in {collection}"))
    }

    /// Ids of everything in a collection, read page by page from the first to the last.
    pub async fn walk(&self, address: &str) -> Vec<String> {
        let (_, collection) = self.document(address).await;
        let mut next = collection["first"].as_str().map(str::to_owned);
        let mut found = Vec::new();
        while let Some(page) = next {
            let (status, page) = self.document(&page).await;
            assert_eq!((status, &page["partOf"]), (200, &address.into()));
            let items = page.get("orderedItems").or(page.get("items")).and_then(Value::as_array).unwrap();
            let id = |item: &Value| item.as_str().or(item["id"].as_str()).unwrap().to_owned();
            found.extend(items.iter().map(id));
            next = page["next"].as_str().map(str::to_owned);
        }
        found
    }

    /// Waits until nothing that is due is left to do: what was said before has its effect, or has none.
    pub async fn quiet(&self) {
        let done = || async {
            let (db, now) = (&self.app.db.read, self.app.now());
            // A database that was just started again is asked once more.
            matches!(jobs::waiting(db, now).await, Ok((_, 0)))
                && matches!(deliveries::waiting(db, now).await, Ok((_, 0)))
        };
        eventually(done, &format!("{} has nothing left to do", self.host)).await;
    }

    /// Ends the worker; what is queued waits.
    pub fn stop_working(&self) {
        self.running[1].abort();
    }

    /// Everything that is stored, wherever that is: keys with their bytes.
    pub async fn stored(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for file in self.app.blobs.list("").await.unwrap() {
            // It may be deleted in this very moment.
            let Some(bytes) = self.app.blobs.read_all(&file.key).await.unwrap() else { continue };
            found.push((file.key.to_string(), bytes.to_vec()));
        }
        found
    }

    /// Stops as on SIGTERM. The data folder stays; start over it with `World::server_in`.
    pub async fn stop(mut self) -> Arc<Data> {
        self.front.cut();
        self.app.stopping.cancel();
        for task in self.running.drain(..) {
            task.await.unwrap();
        }
        self.app.tasks.close();
        self.app.tasks.wait().await;
        self.app.db.clone().close().await.unwrap();
        self.data.clone()
    }
}

/// What the server remembers is made anew each time it is asked for, and compared: a difference is an error.
fn doubting(app: App) -> App {
    app.doubts.store(true, Ordering::Relaxed);
    app
}

/// With `CYANOTYPE_TEST_MEDIA=s3` in the environment of the tests every server keeps its media in SeaweedFS, each
/// under a beginning of its own; but for those whose test says where.
async fn media(data: &Data, more: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let said = more.iter().any(|(name, _)| name.starts_with("s3_") || *name == "media_store");
    if said { Vec::new() } else { seaweed::settings(data.path()).await }
}

fn overrides(world: &World) -> Overrides {
    Overrides {
        clock: Some(world.clock().clone()),
        extra_roots: vec![tls::ca_pem()],
        program: Some(env!("CARGO_BIN_EXE_cyanotype").into()),
        make_rsa: Some(world.rsa_keys()),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.app.stopping.cancel();
        for task in &self.running {
            task.abort();
        }
        let problems = self.front.take_problems();
        if !std::thread::panicking() {
            assert!(problems.is_empty(), "{} gave out what breaks rules: {problems:#?}", self.host);
        }
    }
}
