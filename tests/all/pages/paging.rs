//! Lists longer than a page: every one can be read to its end, each item once, in order.

use crate::support::*;
use cyanotype::app::App;
use cyanotype::entity::{account, block, follow, home_entry, notification, photo, post, post_tag, tag};
use cyanotype::service::{conversation, limits};
use cyanotype::store;
use sea_orm::{EntityTrait, IntoActiveModel};

/// A server with ada and her post, and how many of each thing there are: more than two pages of any list.
struct Many {
    server: Server,
    ada: Person,
    account: account::Model,
    post: Posted,
}

const MANY: i64 = 95;

impl Many {
    async fn new() -> Self {
        let server = Server::start("a.test").await;
        let ada = server.owner("ada").await;
        let post = ada.post_photo("orientation-1.jpg", "The one").await;
        let account = store::accounts::by_handle(&server.app.db.read, "ada", "").await.unwrap().unwrap();
        Self { server, ada, account, post }
    }

    fn app(&self) -> &App {
        &self.server.app
    }

    /// Puts rows in, as many as there are.
    async fn plant<E>(&self, rows: Vec<E::Model>)
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Send + 'static,
        E::ActiveModel: Send,
    {
        let put = self.app().db.write(move |tx| {
            Box::pin(async move {
                for row in rows {
                    E::insert(row.into_active_model()).exec_without_returning(tx).await?;
                }
                Ok::<_, sea_orm::DbErr>(())
            })
        });
        put.await.unwrap();
    }

    /// Remote people.
    async fn people(&self) -> Vec<account::Model> {
        let person = |n: i64| account::Model {
            id: self.app().id(),
            username: format!("p{n}"),
            username_key: format!("p{n}"),
            domain: "far.test".to_owned(),
            uri: Some(format!("https://far.test/users/{n}")),
            inbox: None,
            shared_inbox: None,
            private_key: None,
            ..self.account.clone()
        };
        let rows: Vec<_> = (0..MANY).map(person).collect();
        self.plant::<account::Entity>(rows.clone()).await;
        rows
    }

    /// Posts of ada, each with something of its own.
    async fn posts(&self, change: impl Fn(i64, &mut post::Model)) -> Vec<i64> {
        let row = |n: i64| {
            let mut row =
                conversation::blank(self.app().id(), self.account.id, &format!("Number {n}"), self.app().now());
            row.photo_count = 1;
            row.listed = 1;
            change(n, &mut row);
            row
        };
        let rows: Vec<_> = (0..MANY).map(row).collect();
        let ids = rows.iter().map(|p| p.id).collect();
        self.plant::<post::Entity>(rows).await;
        ids
    }

    /// Two photos for each post, so that galleries show it; their bytes are not looked at.
    async fn photos(&self, posts: &[i64]) {
        let number = self.post.number.parse().unwrap();
        let model = store::media::of_posts(&self.app().db.read, &[number]).await.unwrap().remove(0);
        let photo = |id: &i64| photo::Model { id: self.app().id(), post_id: Some(*id), ..model.clone() };
        self.plant::<photo::Entity>(posts.iter().map(photo).collect()).await;
    }
}

/// Reads a list from its first page to its last; what `read` finds on each.
async fn walk(person: &Person, path: &str, read: impl Fn(&Page) -> Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(path.to_owned());
    let mut pages = 0;
    while let Some(path) = next {
        let page = person.page(&path).await;
        found.extend(read(&page));
        next = page.next();
        pages += 1;
        assert!(pages < 20, "the list has no end");
    }
    assert!(pages > 1, "{path} is longer than a page");
    found
}

/// Numbers at the end of links to ada's posts, each once.
fn posts_on(page: &Page) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for link in page.links() {
        let number = link.split('#').next().unwrap_or_default().strip_prefix("/@ada/").unwrap_or_default().to_owned();
        if number.parse::<i64>().is_ok() && !found.contains(&number) {
            found.push(number);
        }
    }
    found
}

fn people_on(page: &Page) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for link in page.links() {
        let name = link.strip_prefix("/@").filter(|n| n.ends_with("@far.test")).map(str::to_owned);
        found.extend(name.filter(|n| !found.contains(n)));
    }
    found
}

fn newest_first(ids: &[i64]) -> Vec<String> {
    ids.iter().rev().map(ToString::to_string).collect()
}

fn names(people: &[account::Model]) -> Vec<String> {
    people.iter().rev().map(|p| format!("{}@far.test", p.username)).collect()
}

#[tokio::test]
async fn explore_profile_and_albums_are_read_to_their_ends() {
    let many = Many::new().await;
    let ids = many.posts(|_, row| row.photo_count = 2).await;
    many.photos(&ids).await;
    let visitor = many.server.visitor();
    let with_the_first = [newest_first(&ids), vec![many.post.number.clone()]].concat();
    assert_eq!(walk(&visitor, "/explore", posts_on).await, with_the_first);
    assert_eq!(walk(&visitor, "/@ada", posts_on).await, with_the_first);
    assert_eq!(walk(&visitor, "/@ada?tab=albums", posts_on).await, newest_first(&ids), "one photo is no album");
}

#[tokio::test]
async fn the_replies_of_somebody_are_read_to_their_end() {
    let many = Many::new().await;
    let parent: i64 = many.post.number.parse().unwrap();
    let answer = |_, row: &mut post::Model| {
        (row.in_reply_to_id, row.root_id, row.photo_count, row.listed) = (Some(parent), parent, 0, 0);
    };
    let ids = many.posts(answer).await;
    let replies = |page: &Page| posts_on(page).into_iter().filter(|n| *n != many.post.number).collect();
    assert_eq!(walk(&many.server.visitor(), "/@ada?tab=replies", replies).await, newest_first(&ids));
}

#[tokio::test]
async fn home_and_a_hashtag_are_read_to_their_ends() {
    let many = Many::new().await;
    let ids = many.posts(|_, _| {}).await;
    many.photos(&ids).await;
    let home = |id: &i64| home_entry::Model { owner_id: many.account.id, post_id: *id, via_id: 0, entry_id: *id };
    many.plant::<home_entry::Entity>(ids.iter().map(home).collect()).await;
    let fog = tag::Model { id: many.app().id(), name: "Fog".to_owned(), name_key: "fog".to_owned() };
    let tagged = |id: &i64| post_tag::Model { tag_id: fog.id, post_id: *id };
    many.plant::<post_tag::Entity>(ids.iter().map(tagged).collect()).await;
    many.plant::<tag::Entity>(vec![fog.clone()]).await;
    let with_the_first = [newest_first(&ids), vec![many.post.number.clone()]].concat();
    assert_eq!(walk(&many.ada, "/", posts_on).await, with_the_first);
    assert_eq!(walk(&many.server.visitor(), "/tags/fog", posts_on).await, newest_first(&ids));
}

#[tokio::test]
async fn followers_and_following_are_read_to_their_ends_by_people_and_servers() {
    let many = Many::new().await;
    let people = many.people().await;
    let follow = |follower: i64, target: i64| store::relations::row(many.app().id(), follower, target, 0);
    let ada = many.account.id;
    many.plant::<follow::Entity>(people.iter().map(|p| follow(p.id, ada)).collect()).await;
    many.plant::<follow::Entity>(people.iter().map(|p| follow(ada, p.id)).collect()).await;
    let id = many.server.actor_id("ada").await;
    let uris: Vec<_> = people.iter().rev().map(|p| p.uri.clone().unwrap()).collect();
    for list in ["followers", "following"] {
        let visitor = many.server.visitor();
        assert_eq!(walk(&visitor, &format!("/@ada/{list}"), people_on).await, names(&people), "{list}");
        assert_eq!(many.server.walk(&format!("{id}/{list}")).await, uris, "{list}");
    }
}

#[tokio::test]
async fn the_outbox_is_read_to_its_end() {
    let many = Many::new().await;
    let ids = many.posts(|_, _| {}).await;
    let id = many.server.actor_id("ada").await;
    let said = many.server.walk(&format!("{id}/outbox")).await;
    let creates = |number: &String| format!("https://a.test/ap/posts/{number}/activity");
    let all = [newest_first(&ids), vec![many.post.number.clone()]].concat();
    assert_eq!(said, all.iter().map(creates).collect::<Vec<_>>());
}

#[tokio::test]
async fn notifications_are_read_to_their_end() {
    let many = Many::new().await;
    let people = many.people().await;
    let told = |p: &account::Model| notification::Model {
        id: many.app().id(),
        account_id: many.account.id,
        kind: "follow".to_owned(),
        actor_id: p.id,
        post_id: 0,
        created_at: many.app().now(),
        filtered: 0,
    };
    many.plant::<notification::Entity>(people.iter().map(told).collect()).await;
    assert_eq!(walk(&many.ada, "/notifications", people_on).await, names(&people));
}

#[tokio::test]
async fn the_people_somebody_blocks_are_read_to_their_end() {
    let many = Many::new().await;
    let people = many.people().await;
    let ada = many.account.id;
    let blocked =
        |p: &account::Model| block::Model { id: many.app().id(), account_id: ada, target_id: p.id, created_at: 0 };
    many.plant::<block::Entity>(people.iter().map(blocked).collect()).await;
    assert_eq!(walk(&many.ada, "/settings", people_on).await, names(&people));
}

/// Numbers of the replies shown, in order.
fn replies_on(page: &Page) -> Vec<String> {
    let parts = page.html.split("id=\"reply-").skip(1);
    parts.filter_map(|part| part.split('"').next()).filter(|id| id.parse::<i64>().is_ok()).map(str::to_owned).collect()
}

/// Answers to a post, more than two pages of them; every other one answers the one before.
async fn conversation_under(many: &Many, parent: i64, root: i64) -> Vec<i64> {
    let mut all = Vec::new();
    let pages = i64::try_from(limits::CONVERSATION).unwrap() * 2 / MANY + 1;
    for _ in 0..pages {
        let last = std::cell::Cell::new(parent);
        let answer = |n: i64, row: &mut post::Model| {
            let to = if n % 2 == 1 { last.get() } else { parent };
            last.set(row.id);
            (row.in_reply_to_id, row.root_id, row.photo_count, row.listed) = (Some(to), root, 0, 0);
        };
        all.extend(many.posts(answer).await);
    }
    all
}

#[tokio::test]
async fn a_conversation_is_read_to_its_end_by_people_and_servers() {
    let many = Many::new().await;
    let parent: i64 = many.post.number.parse().unwrap();
    let ids = conversation_under(&many, parent, parent).await;
    let expected: Vec<String> = ids.iter().map(ToString::to_string).collect();
    assert!(expected.len() > 200);
    assert_eq!(walk(&many.server.visitor(), &many.post.path, replies_on).await, expected);
    let direct: Vec<String> = ids
        .chunks(usize::try_from(MANY).unwrap())
        .flat_map(|some| some.iter().step_by(2))
        .map(ToString::to_string)
        .collect();
    let shown = many.server.walk(&format!("{}/replies", many.post.id)).await;
    assert_eq!(shown, direct.iter().map(|id| format!("https://a.test/ap/posts/{id}")).collect::<Vec<_>>());
    let reply = many.ada.reply(&many.post.path, "At the very end").await;
    assert!(reply.says("At the very end"), "whoever answers sees it at once: {}", reply.path);
}

#[tokio::test]
async fn what_answers_a_reply_is_read_to_its_end_and_nothing_beside_it() {
    let many = Many::new().await;
    let root: i64 = many.post.number.parse().unwrap();
    let page = many.ada.reply(&many.post.path, "Beside").await;
    let beside: i64 = replies_on(&page)[0].parse().unwrap();
    let ids = conversation_under(&many, beside, root).await;
    many.ada.reply(&many.post.path, "Not under it").await;
    let expected: Vec<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(walk(&many.server.visitor(), &format!("/@ada/{beside}"), replies_on).await, expected);
}
