//! Each route, each visibility, each viewer: what [`routes::ROWS`](super::routes::ROWS) says holds.

use super::routes::{List, ROWS, Row, is_for_apps};
use crate::support::*;
use cyanotype::service::{housekeeping, moderation};
use serde_json::{Value, json};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Viewer {
    Nobody,
    Stranger,
    /// Asked to follow and was not let in.
    Asked,
    Follower,
    Mentioned,
    Author,
    Blocked,
    /// Follows, but the author's or her own server is kept out.
    KeptOut,
    /// The server of a follower, not she herself.
    HerServer,
}

const VISIBILITIES: [&str; 4] = ["public", "quiet", "followers", "mentioned"];

/// The rule, told once more and not taken from the program.
pub(super) fn may_see(visibility: &str, viewer: Viewer) -> bool {
    match viewer {
        Viewer::Author | Viewer::Mentioned => true,
        Viewer::Blocked | Viewer::KeptOut => false,
        Viewer::Follower => visibility != "mentioned",
        Viewer::Nobody | Viewer::Stranger | Viewer::Asked | Viewer::HerServer => {
            matches!(visibility, "public" | "quiet")
        }
    }
}

/// A post of each visibility.
pub(super) struct Looked {
    pub(super) visibility: &'static str,
    /// Digits of its id here.
    number: String,
    /// `/@ada/1`
    path: String,
    /// Stands in its caption and its alt text.
    pub(super) marker: String,
    /// Where activities and stamps about it are, for other servers.
    told: Vec<String>,
    /// Number of its photo.
    photo: String,
}

/// Everybody who looks, and what there is to see, by a local or a remote author.
pub(super) struct Stage {
    pub(super) a: Server,
    pub(super) acct: String,
    actor_id: String,
    pub(super) posts: Vec<Looked>,
    pub(super) people: Vec<(Viewer, Person)>,
    actors: Vec<(Viewer, Actor)>,
    _peers: Vec<Peer>,
}

impl Stage {
    /// `account` is the author's id in the API.
    pub(super) fn fill_for_apps(&self, route: &str, post: &Looked, account: &str) -> String {
        let path = route.split_once(' ').unwrap().1;
        let id = if path.starts_with("/api/v1/accounts/") { account } else { &post.number };
        path.replace("{id}", id).replace("{name}", "fog")
    }

    fn fill(&self, route: &str, post: &Looked) -> String {
        let path = route.split_once(' ').unwrap().1;
        let user = self.actor_id.rsplit('/').next().unwrap();
        let id = if path.starts_with("/ap/users/") { user } else { &post.number };
        path.replace("{acct}", &self.acct)
            .replace("{post}", &post.number)
            .replace("{photo}", &post.photo)
            .replace("{id}", id)
            .replace("{conversation}", &post.number)
            .replace("{tag}", "fog")
            .replace("{quote}", "1")
            .replace("{stamp}", "1")
            .replace("{version}", "2.1")
            .replace("{link}", "nothing")
            .replace("{draft}", &post.number)
            .replace("{*path}", "css/base.css")
    }

    /// Whether anything in an answer is about a post.
    fn shows(text: &str, post: &Looked) -> bool {
        text.contains(&post.marker) || text.contains(&format!("/{}\"", post.number))
    }

    /// What of `ROWS` is looked at with a browser.
    async fn pages(&self) {
        for (route, row) in ROWS.iter().filter(|(route, _)| route.starts_with("GET ") && !is_for_apps(route)) {
            for post in &self.posts {
                for (viewer, person) in &self.people {
                    self.page(route, *row, post, *viewer, person).await;
                }
            }
        }
    }

    async fn page(&self, route: &str, row: Row, post: &Looked, viewer: Viewer, person: &Person) {
        let what = format!("{route}, {}, {viewer:?}", post.visibility);
        let may = may_see(post.visibility, viewer);
        let mut path = self.fill(route, post);
        if route == "GET /@{acct}/report" {
            path = format!("{path}?post={}", post.number);
        }
        if row == Row::List(List::Search) {
            path = format!("/search?q={}", percent(&self.address(post)));
        }
        let page = person.get(&path).await;
        let signs_in = page.path.starts_with("/sign-in");
        match row {
            Row::Page => assert_eq!(page.status, if may { 200 } else { 404 }, "{what}"),
            Row::Own => {
                let own = viewer == Viewer::Author;
                assert!(
                    if own { page.status == 200 } else { signs_in || page.status == 404 },
                    "{what}: {}",
                    page.status
                );
            }
            Row::List(list) if !signs_in => {
                let shown = page.html.contains(&post.marker);
                assert_eq!(shown, self.listed(list, post.visibility, viewer), "{what}: {}", page.text());
            }
            // What leads to another page is judged by the row of that one.
            Row::Bare => assert!(page.path != path || !page.html.contains(&post.marker), "{what}"),
            // Documents seen with a browser lead to pages: cookies mean nothing to them.
            Row::Document | Row::Told | Row::Outbox => assert!(may || !page.html.contains(&post.marker), "{what}"),
            _ => {}
        }
        if !may {
            assert!(!page.html.contains(&post.marker), "{what}: {}", page.text());
        }
    }

    fn address(&self, post: &Looked) -> String {
        self.a.url(&post.path)
    }

    /// Whether a list holds a post.
    pub(super) fn listed(&self, list: List, visibility: &str, viewer: Viewer) -> bool {
        let may = may_see(visibility, viewer);
        let local = !self.acct.contains('@');
        let everybodys = local && visibility == "public" && viewer != Viewer::Blocked;
        match list {
            List::Explore => everybodys,
            List::Tag => visibility == "public" && may,
            List::Front if viewer == Viewer::Nobody => everybodys,
            List::Front => may && matches!(viewer, Viewer::Follower | Viewer::Author),
            List::Profile | List::Search => may,
            List::Notifications => viewer == Viewer::Mentioned,
            List::Wall => visibility == "public" && may,
        }
    }

    /// What of `ROWS` is sent with a form, by those who may not see the post.
    async fn deeds(&self) {
        for (route, row) in
            ROWS.iter().filter(|(route, row)| !is_for_apps(route) && matches!(row, Row::Deed | Row::OwnDeed))
        {
            for post in &self.posts {
                for (viewer, person) in &self.people {
                    let may = may_see(post.visibility, *viewer);
                    let own = *viewer == Viewer::Author;
                    if own || (*row == Row::Deed && may && *viewer != Viewer::Nobody) {
                        continue;
                    }
                    let form = Form {
                        action: self.fill(route, post),
                        method: "post".to_owned(),
                        multipart: route.ends_with("/edit"),
                        fields: vec![("text".to_owned(), "Peeping".to_owned())],
                        files: Vec::new(),
                    };
                    let page = person.submit(form).await;
                    let refused = page.status == 404 || page.path.starts_with("/sign-in");
                    assert!(refused, "{route}, {}, {viewer:?}: {} {}", post.visibility, page.status, page.path);
                    assert!(may || !page.html.contains(&post.marker), "{route}, {}, {viewer:?}", post.visibility);
                }
            }
        }
    }

    /// What of `ROWS` other servers fetch, signed.
    async fn documents(&self) {
        for (route, row) in ROWS.iter().filter(|(route, _)| route.starts_with("GET ") && !is_for_apps(route)) {
            for post in &self.posts {
                for address in self.addresses(route, *row, post) {
                    for (viewer, actor) in &self.actors {
                        let (status, document) = actor.get(&address).await;
                        self.document(
                            &format!("{address}, {}, {viewer:?}", post.visibility),
                            *row,
                            post,
                            *viewer,
                            status,
                            &document,
                        );
                    }
                    let (status, document) = self.a.document(&address).await;
                    self.document(
                        &format!("{address}, {}, unsigned", post.visibility),
                        *row,
                        post,
                        Viewer::Nobody,
                        status,
                        &document,
                    );
                    // Signed in at the website is no signature.
                    let author = self.people.iter().find(|(viewer, _)| *viewer == Viewer::Author);
                    if let Some((_, author)) = author {
                        let answer = as_document(author, &self.a.world, &address).await;
                        self.document(
                            &format!("{address}, {}, her cookie", post.visibility),
                            *row,
                            post,
                            Viewer::Nobody,
                            answer.0,
                            &answer.1,
                        );
                    }
                }
            }
        }
    }

    fn addresses(&self, route: &str, row: Row, post: &Looked) -> Vec<String> {
        match row {
            Row::Told => post.told.clone(),
            Row::Outbox => {
                let whole = self.a.url(&self.fill(route, post));
                vec![format!("{whole}?page=true"), whole]
            }
            Row::Document if route.ends_with("/replies") => {
                let whole = self.a.url(&self.fill(route, post));
                vec![format!("{whole}?page=1"), whole]
            }
            _ => vec![self.a.url(&self.fill(route, post))],
        }
    }

    fn document(&self, what: &str, row: Row, post: &Looked, viewer: Viewer, status: u16, document: &Value) {
        let (may, text) = (may_see(post.visibility, viewer), document.to_string());
        let open = matches!(post.visibility, "public" | "quiet");
        match row {
            Row::Document | Row::Page if may => assert_eq!(status, 200, "{what}"),
            Row::Document | Row::Page => assert!(matches!(status, 404 | 403), "{what}: {status}"),
            Row::Told => assert!(may || matches!(status, 404 | 403), "{what}: {status}"),
            Row::Outbox => {
                assert!(!Self::shows(&text, post) || (may && open), "{what}");
                assert_eq!(status == 200, !matches!(viewer, Viewer::Blocked | Viewer::KeptOut), "{what}: {status}");
            }
            _ => {}
        }
        if matches!(row, Row::Bare | Row::Outbox) || !may {
            assert!(!text.contains(&post.marker), "{what}: {text}");
        }
    }
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// An unsigned request for a document by a browser in which somebody is signed in.
async fn as_document(person: &Person, world: &World, address: &str) -> (u16, Value) {
    let cookies: Vec<_> = person.cookies().iter().map(|(k, v)| format!("{k}={v}")).collect();
    let request = world.client().get(address).header("accept", "application/activity+json");
    let answer = request.header("cookie", cookies.join("; ")).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

/// People of this server who look at what ada posted.
async fn people(a: &Server, ada: Person) -> Vec<(Viewer, Person)> {
    let mut all = vec![(Viewer::Nobody, a.visitor())];
    let names =
        [(Viewer::Stranger, "sam"), (Viewer::Follower, "fred"), (Viewer::Mentioned, "mia"), (Viewer::Blocked, "ben")];
    for (viewer, name) in names {
        all.push((viewer, a.person(name).await));
    }
    for (viewer, person) in &all {
        if matches!(viewer, Viewer::Follower | Viewer::Blocked) {
            person.follow("@ada@a.test").await;
        }
    }
    all.push((Viewer::Author, ada));
    all
}

pub(super) async fn of_ours() -> Stage {
    let hosts = ["peer.test", "third.test", "named.test", "blocked.test", "kept.test"];
    let world = World::new(["a.test"].iter().chain(&hosts).copied()).await;
    let peers: Vec<Peer> = hosts.iter().map(|host| world.peer(host)).collect();
    let a = world.server("a.test").await;
    let ada = a.owner("ada").await;
    let (actor_id, inbox) = (a.actor_id("ada").await, a.url("/ap/inbox"));
    let form = ada.form("/settings/reach", "/settings/reach").await.set("quotes", "everyone");
    ada.submit(form).await;
    let actors = vec![
        (Viewer::Follower, peers[0].actor("bob")),
        (Viewer::HerServer, peers[0].actor("instance")),
        (Viewer::Stranger, peers[1].actor("carol")),
        (Viewer::Mentioned, peers[2].actor("dan")),
        (Viewer::Blocked, peers[3].actor("mallory")),
        (Viewer::KeptOut, peers[4].actor("kurt")),
    ];
    for (viewer, actor) in &actors {
        if matches!(viewer, Viewer::Follower | Viewer::Blocked | Viewer::KeptOut) {
            actor.follow(&actor_id).await;
        }
        // So that their keys are known.
        actor.tell(&inbox, &actor.activity("Like", "https://a.test/ap/posts/1")).await;
    }
    a.quiet().await;
    let mut stage =
        Stage { people: Vec::new(), acct: "ada".to_owned(), actor_id, posts: Vec::new(), actors, _peers: peers, a };
    let people = people(&stage.a, ada).await;
    stage.people = people;
    let ada = &stage.people.iter().find(|(viewer, _)| *viewer == Viewer::Author).unwrap().1;
    for visibility in VISIBILITIES {
        let post = posted(&stage, ada, visibility).await;
        stage.posts.push(post);
    }
    ada.block("@ben@a.test").await;
    ada.block("@mallory@blocked.test").await;
    moderation::block_domain(&stage.a.app, "kept.test", "").await.unwrap();
    housekeeping::read_policies(&stage.a.app).await;
    stage.a.quiet().await;
    stage
}

/// A post that was edited, so that an Update of it is out, and quoted where that is possible.
async fn posted(stage: &Stage, ada: &Person, visibility: &'static str) -> Looked {
    let marker = format!("Marker-{visibility}");
    let caption = format!("{marker} #fog @mia @dan@named.test");
    let post = ada.post_album(&["orientation-1.jpg"], &caption, visibility, &[&marker]).await;
    stage.a.world.clock().advance(2_000);
    ada.edit(&post, |form| form.set("caption", &format!("{caption}, changed"))).await;
    let update = stage._peers[2].expect("Update").await;
    let mut told = vec![update["id"].as_str().unwrap().to_owned()];
    let (_, dan) = stage.actors.iter().find(|(viewer, _)| *viewer == Viewer::Mentioned).unwrap();
    let mut quoting = dan.photo_note("Look", "orientation-1.jpg", "");
    quoting["quote"] = post.id.as_str().into();
    dan.serve(&quoting);
    let mut request = dan.activity("QuoteRequest", post.id.as_str());
    request["instrument"] = quoting;
    dan.tell(&stage.a.url("/ap/inbox"), &request).await;
    if matches!(visibility, "public" | "quiet") {
        let answered = || async {
            stage._peers[2].deliveries("Accept").iter().find_map(|r| {
                let accept = r.json.clone()?;
                (accept["object"]["object"] == post.id.as_str()).then(|| accept["result"].as_str().unwrap().to_owned())
            })
        };
        told.push(eventually(answered, "the quote is allowed").await);
    }
    let files = ada.page(&format!("{}/files", post.path)).await;
    let start = format!("{}/files/", post.path);
    let photo = files.link(&start).unwrap_or_else(|| panic!("{}", files.html));
    let photo = photo[start.len()..].split('?').next().unwrap().to_owned();
    Looked { visibility, number: post.number.clone(), path: post.path.clone(), marker, told, photo }
}

#[tokio::test]
async fn whoever_may_see_a_post_of_ours_sees_it_and_nobody_else_on_any_page() {
    let stage = of_ours().await;
    stage.pages().await;
    stage.deeds().await;
}

#[tokio::test]
async fn whoever_may_see_a_post_of_ours_fetches_it_and_no_other_server_does() {
    let stage = of_ours().await;
    stage.documents().await;
    // Nothing narrow is found by those who only guess names.
    let media = format!("https://a.test/media/{}.jpg", "0".repeat(32));
    assert_eq!(stage.a.ask(&media, "image/jpeg").await.status(), 404);
}

/// Bob, elsewhere, posted. Viewers are people of this server.
pub(super) async fn of_another() -> Stage {
    let scene = Scene::new().await;
    let mut people = vec![(Viewer::Nobody, scene.a.visitor())];
    let names = [
        (Viewer::Stranger, "sam"),
        (Viewer::Asked, "ash"),
        (Viewer::Follower, "fred"),
        (Viewer::Mentioned, "mia"),
        (Viewer::Blocked, "ben"),
    ];
    for (viewer, name) in names {
        people.push((viewer, scene.a.person(name).await));
    }
    for (viewer, person) in &people {
        if matches!(viewer, Viewer::Follower | Viewer::Blocked | Viewer::Asked) {
            person.follow(&scene.bob.handle()).await;
            let follow = scene.peer.expect("Follow").await;
            if *viewer != Viewer::Asked {
                scene.heard(&scene.bob.activity("Accept", follow)).await;
            }
        }
    }
    let mia = scene.a.actor_id("mia").await;
    let ben = scene.a.actor_id("ben").await;
    scene.heard(&scene.bob.activity("Block", ben.as_str())).await;
    let mut posts = Vec::new();
    for visibility in VISIBILITIES {
        posts.push(received(&scene, visibility, &mia, &people).await);
    }
    let Scene { a, peer, bob, .. } = scene;
    Stage { a, acct: bob.acct(), actor_id: bob.id, posts, people, actors: Vec::new(), _peers: vec![peer] }
}

async fn received(scene: &Scene, visibility: &'static str, mia: &str, people: &[(Viewer, Person)]) -> Looked {
    let marker = format!("Marker-{visibility}");
    let mut note = scene.bob.photo_note(&marker, "orientation-1.jpg", &marker);
    let (to, cc) = match visibility {
        "public" => (json!([PUBLIC]), json!([scene.bob.followers(), mia])),
        "quiet" => (json!([scene.bob.followers()]), json!([PUBLIC, mia])),
        "followers" => (json!([scene.bob.followers()]), json!([mia])),
        _ => (json!([mia]), json!([])),
    };
    note["to"] = to;
    note["cc"] = cc;
    note["tag"] = json!([
        { "type": "Mention", "href": mia, "name": "@mia@a.test" },
        { "type": "Hashtag", "href": "https://peer.test/tags/fog", "name": "#fog" },
    ]);
    scene.heard(&scene.bob.create(&note)).await;
    let mia = &people.iter().find(|(viewer, _)| *viewer == Viewer::Mentioned).unwrap().1;
    let path = mia.notifications().await.post_of(&scene.bob.acct()).unwrap();
    let number = path.rsplit('/').next().unwrap().to_owned();
    Looked { visibility, number, path, marker, told: Vec::new(), photo: "1".to_owned() }
}

#[tokio::test]
async fn r031_r032_whoever_may_see_a_post_from_elsewhere_sees_it_and_nobody_else() {
    let stage = of_another().await;
    stage.pages().await;
    stage.deeds().await;
}
