//! The real program in a world with a peer in it, over TLS and under the production rules.

use super::binary::{Folder, Running};
use super::tab::Tab;
use crate::support::{Peer, Received, World};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use serde_json::Value;
use std::time::{Duration, Instant};

const HOST: &str = "photos.test";
/// The owner's password.
pub const PASSWORD: &str = "whatever happens, happens";
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(15);

/// A world with a peer in it, and our server's TLS front.
pub struct Stage {
    pub world: World,
    pub peer: Peer,
}

impl Stage {
    pub async fn build() -> Self {
        Self::among(&[]).await
    }

    /// With more hosts in the world.
    pub async fn among(more: &[&str]) -> Self {
        let world = World::new([HOST, "peer.test"].iter().chain(more).copied()).await;
        let peer = world.peer("peer.test");
        Self { world, peer }
    }

    /// The settings with which the program finds this world.
    fn env(&self) -> [(&'static str, String); 5] {
        [
            ("CYANOTYPE_PUBLIC_ADDRESS", format!("https://{HOST}")),
            ("CYANOTYPE_TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
            ("CYANOTYPE_RESOLVE", self.world.resolve()),
            ("CYANOTYPE_LOG", "warn".to_owned()),
            ("SSL_CERT_FILE", self.world.ca_file().display().to_string()),
        ]
    }

    pub fn launch(&self, folder: &Folder, fault: Option<usize>) -> Running {
        let fault = fault.map(|n| n.to_string());
        let fault: Vec<(&str, &str)> = fault.iter().map(|n| ("CYANOTYPE_FAULT", n.as_str())).collect();
        let running = self.launch_with(folder, &fault);
        self.world.front(HOST).forward_to(folder.address());
        running
    }

    /// One process of several, with more settings; nobody is led to it.
    pub fn launch_with(&self, folder: &Folder, more: &[(&str, &str)]) -> Running {
        let env = self.env();
        let env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (*k, v.as_str())).chain(more.iter().copied()).collect();
        folder.launch(&env)
    }

    /// Somebody's actor id, as other servers find it.
    pub async fn actor_id(&self, name: &str) -> String {
        let finger = format!("https://{HOST}/.well-known/webfinger?resource=acct:{name}@{HOST}");
        let answer = self.world.client().get(finger).send().await.unwrap().bytes().await.unwrap();
        let jrd: Value = serde_json::from_slice(&answer).unwrap();
        let links = jrd["links"].as_array().unwrap();
        links.iter().find(|l| l["rel"] == "self").unwrap()["href"].as_str().unwrap().to_owned()
    }

    /// Deliveries of the post with this caption.
    pub fn arrived(&self, caption: &str) -> Vec<Received> {
        let about = |r: &Received| {
            r.json.as_ref().is_some_and(|j| j["object"]["content"].as_str().is_some_and(|c| c.contains(caption)))
        };
        self.peer.deliveries("Create").into_iter().filter(about).collect()
    }
}

/// A folder whose owner has a follower on the peer, and her cookie.
pub async fn followed(stage: &Stage) -> (Folder, String) {
    let folder = Folder::new().with_media().await;
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, PASSWORD).success);
    let server = stage.launch(&folder, None);
    server.until_ready();
    stage.peer.actor("bob").follow(&stage.actor_id("ada").await).await;
    stage.peer.expect("Accept").await;
    let tab = Tab::at(&folder.url(""));
    assert_eq!(tab.sign_in("ada", PASSWORD).await.led(), "/");
    until_no_jobs(&folder, &server).await;
    server.stop();
    (folder, tab.cookie().unwrap())
}

/// A look into the database of a server, from outside.
pub async fn database(folder: &Folder) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(folder.database());
    options.max_connections(1).sqlx_logging(false);
    Box::pin(sea_orm::Database::connect(options)).await.unwrap()
}

pub async fn rows(db: &DatabaseConnection, query: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap()
}

pub async fn number(db: &DatabaseConnection, query: &str) -> i64 {
    rows(db, query).await[0].try_get_by_index(0).unwrap()
}

/// Waits until the queue is empty; false if the process ended before.
pub async fn until_no_jobs(folder: &Folder, server: &Running) -> bool {
    let db = database(folder).await;
    let since = Instant::now();
    let left = "SELECT (SELECT count(*) FROM job WHERE dead = 0) + (SELECT count(*) FROM delivery WHERE state = 0)";
    while number(&db, left).await > 0 {
        if server.ended(Duration::ZERO).is_some() {
            return false;
        }
        assert!(since.elapsed() < PATIENCE, "jobs are left: {}", server.said());
        tokio::time::sleep(PAUSE).await;
    }
    true
}
