//! Two beginnings that most tests share.

use super::{Actor, Peer, Person, Posted, Server, World, eventually};

/// Our server with ada, and a strict server of others with bob.
pub struct Scene {
    pub a: Server,
    pub ada: Person,
    /// Id of ada's actor.
    pub ada_id: String,
    pub peer: Peer,
    pub bob: Actor,
    /// The shared inbox.
    pub inbox: String,
}

impl Scene {
    pub async fn new() -> Self {
        Self::among(&[]).await
    }

    /// With more hosts in the world.
    pub async fn among(more: &[&str]) -> Self {
        Self::with(more, &[]).await
    }

    /// The same with other settings of our server.
    pub async fn with(more: &[&str], settings: &[(&str, &str)]) -> Self {
        let world = World::new(["a.test", "peer.test"].iter().chain(more).copied()).await;
        let peer = world.peer("peer.test");
        let bob = peer.actor("bob");
        let a = world.server_with("a.test", settings).await;
        let ada = a.owner("ada").await;
        let ada_id = a.actor_id("ada").await;
        let inbox = a.url("/ap/inbox");
        Self { a, ada, ada_id, peer, bob, inbox }
    }

    /// Bob follows ada.
    pub async fn followed() -> Self {
        let scene = Self::new().await;
        scene.bob_follows().await;
        scene
    }

    /// Ada follows bob.
    pub async fn following() -> Self {
        let scene = Self::new().await;
        scene.ada_follows().await;
        scene
    }

    pub async fn bob_follows(&self) {
        self.bob.follow(&self.ada_id).await;
        self.peer.expect("Accept").await;
    }

    pub async fn ada_follows(&self) {
        self.ada.follow(&self.bob.handle()).await;
        let follow = self.peer.expect("Follow").await;
        self.tell(&self.bob.activity("Accept", follow)).await;
        self.a.quiet().await;
    }

    /// Bob says something that must be taken.
    pub async fn tell(&self, activity: &serde_json::Value) {
        self.bob.tell(&self.inbox, activity).await;
    }

    /// The same, and waits for what comes of it.
    pub async fn heard(&self, activity: &serde_json::Value) {
        self.tell(activity).await;
        self.a.quiet().await;
    }

    pub fn world(&self) -> &World {
        &self.a.world
    }

    pub async fn followers(&self) -> i64 {
        self.a.total(&format!("{}/followers", self.ada_id)).await
    }

    pub async fn likes(&self, post: &Posted) -> i64 {
        self.a.total(&format!("{}/likes", post.id)).await
    }

    pub async fn boosts(&self, post: &Posted) -> i64 {
        self.a.total(&format!("{}/shares", post.id)).await
    }
}

/// Two servers of ours: ada on `a.test`, bob on `b.test`, who follows ada.
pub struct Two {
    pub a: Server,
    pub b: Server,
    pub ada: Person,
    pub bob: Person,
}

impl Two {
    pub async fn new() -> Self {
        let world = World::new(["a.test", "b.test"]).await;
        let (a, b) = (world.server("a.test").await, world.server("b.test").await);
        let (ada, bob) = (a.owner("ada").await, b.owner("bob").await);
        bob.follows(&ada.handle()).await;
        Self { a, b, ada, bob }
    }

    /// Ada posts an album of two; gives it and its path on bob's server once he sees it.
    pub async fn album(&self) -> (Posted, String) {
        let files = ["photo-dahlia.jpg", "photo-coffee.jpg"];
        let post = self.ada.post_album(&files, "Morning", "public", &["A dahlia", "Coffee"]).await;
        (post, self.bob.sees(&self.ada.acct()).await)
    }

    /// Waits until a page says so.
    pub async fn says(&self, person: &Person, path: &str, text: &str) {
        let said = || async { person.get(path).await.says(text) };
        eventually(said, &format!("{path} on {} says {text:?}", person.host)).await;
    }
}
