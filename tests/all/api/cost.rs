//! What a list costs does not grow with its length.

use crate::support::*;

#[tokio::test]
async fn a_long_list_asks_the_database_no_more_often_than_a_short_one() {
    let server = Server::start("a.test").await;
    server.stop_working();
    let ada = server.owner("ada").await;
    let mut authors = Vec::new();
    for name in ["bea", "cleo", "dora", "ella"] {
        let person = server.person(name).await;
        person.follow("@ada@a.test").await;
        authors.push(person);
    }
    let mut posts = Vec::new();
    for (n, author) in authors.iter().chain([&ada]).enumerate() {
        let post = author.post_photo("orientation-1.jpg", &format!("Number {n} #fog @ada")).await;
        ada.reply(&post.path, "An answer").await;
        if n > 0 {
            ada.boost(&post.path).await;
        }
        posts.push(post.number);
    }
    let api = Api::of(&ada).await;
    let me = api.get("/api/v1/accounts/verify_credentials").await.fine()["id"].as_str().unwrap().to_owned();
    for id in &posts {
        for deed in ["bookmark", "favourite"] {
            api.with_post(id, deed).await.fine();
        }
    }
    // Short ones are long enough to hold a post of every kind.
    for (path, short, long) in [
        ("/api/v1/timelines/public".to_owned(), 3, 5),
        ("/api/v1/timelines/tag/fog".to_owned(), 3, 5),
        (format!("/api/v1/accounts/{me}/statuses"), 5, 10),
        (format!("/api/v1/accounts/{me}/followers"), 2, 4),
        ("/api/v1/bookmarks".to_owned(), 2, 5),
        ("/api/v1/favourites".to_owned(), 2, 5),
    ] {
        let cost = async |limit: usize| {
            let before = server.app.db.asked();
            let found = api.get(&format!("{path}?limit={limit}")).await.ids().len();
            (found, server.app.db.asked() - before)
        };
        // The first call of an app is noted.
        cost(1).await;
        let (few, many) = (cost(short).await, cost(long).await);
        assert_eq!((few.0, many.0), (short, long), "{path}");
        assert!(few.1 > 0 && many.1 <= few.1, "{path}: {} for {short}, {} for {long}", few.1, many.1);
    }
}

#[tokio::test]
async fn lists_of_people_hashtags_and_servers_cost_the_same_however_long() {
    let server = Server::start("a.test").await;
    server.stop_working();
    let api = Api::of(&server.owner("ada").await).await;
    let list = api.post("/api/v1/lists", &[("title", "All")]).await.fine()["id"].as_str().unwrap().to_owned();
    for name in ["bea", "cleo", "dora", "ella"] {
        server.person(name).await;
        let row = api.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine();
        let id = row["id"].as_str().unwrap();
        for (path, form) in [
            (format!("/api/v1/accounts/{id}/follow"), ("", "")),
            (format!("/api/v1/accounts/{id}/endorse"), ("", "")),
            (format!("/api/v1/lists/{list}/accounts"), ("account_ids[]", id)),
            (format!("/api/v1/accounts/{id}/mute"), ("", "")),
            (format!("/api/v1/tags/{name}/follow"), ("", "")),
            ("/api/v1/domain_blocks".to_owned(), ("domain", &*format!("{name}.test"))),
        ] {
            api.post(&path, &[form]).await.fine();
        }
    }
    for path in [
        "/api/v1/mutes".to_owned(),
        "/api/v1/endorsements".to_owned(),
        "/api/v1/followed_tags".to_owned(),
        "/api/v1/domain_blocks".to_owned(),
        format!("/api/v1/lists/{list}/accounts"),
    ] {
        let cost = async |limit: usize| {
            let before = server.app.db.asked();
            let found = api.get(&format!("{path}?limit={limit}")).await.fine().as_array().unwrap().len();
            (found, server.app.db.asked() - before)
        };
        cost(1).await;
        let (few, many) = (cost(2).await, cost(4).await);
        assert_eq!((few.0, many.0), (2, 4), "{path}");
        assert!(few.1 > 0 && many.1 <= few.1, "{path}: {} for 2, {} for 4", few.1, many.1);
    }
}
