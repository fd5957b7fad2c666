//! How others find people here, and what stands at their addresses (fact sheet 9.2, A and B).

use crate::activitypub::validators;
use crate::support::*;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LINK, LOCATION, VARY};
use serde_json::Value;

const ACTIVITY: &str = "application/activity+json";
const PROFILE: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

async fn ada() -> (Server, Person, String) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let id = server.actor_id("ada").await;
    (server, ada, id)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn webfinger(server: &Server, resource: &str) -> (u16, Value) {
    let answer = server.ask(&format!("/.well-known/webfinger?resource={resource}"), "application/jrd+json").await;
    let status = answer.status().as_u16();
    if status == 200 {
        assert!(header(answer.headers(), "content-type").starts_with("application/jrd+json"));
        assert_eq!(header(answer.headers(), "access-control-allow-origin"), "*");
    }
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

#[tokio::test]
async fn webfinger_names_the_actor_in_every_way_it_is_asked() {
    let (server, _ada, id) = ada().await;
    let (_, jrd) = webfinger(&server, "acct:ada@a.test").await;
    assert_eq!(jrd["subject"], "acct:ada@a.test");
    let links = jrd["links"].as_array().unwrap();
    let own: Vec<_> = links.iter().filter(|link| link["rel"] == "self").collect();
    assert_eq!((own.len(), &own[0]["type"], &own[0]["href"]), (1, &ACTIVITY.into(), &id.as_str().into()));
    let same = [
        "acct%3Aada%40a.test",
        "acct:ADA@A.test",
        "ada@a.test",
        "acct:@ada@a.test",
        "https://a.test/@ada",
        id.as_str(),
    ];
    for resource in same {
        assert_eq!(webfinger(&server, resource).await, (200, jrd.clone()), "{resource}");
    }
}

#[tokio::test]
async fn webfinger_says_no_where_there_is_nobody() {
    let (server, _ada, _) = ada().await;
    assert_eq!(server.ask("/.well-known/webfinger", "*/*").await.status(), 400);
    for resource in [
        "acct:nobody@a.test",
        "acct:ada@other.test",
        "https://other.test/@ada",
        "acct:@",
        "x",
        "https://a.test/nowhere",
    ] {
        assert_eq!(webfinger(&server, resource).await.0, 404, "{resource}");
    }
}

#[tokio::test]
async fn webfinger_knows_the_server_itself() {
    let (server, _ada, _) = ada().await;
    for resource in ["acct:a.test@a.test", "https://a.test/", "https://a.test/actor"] {
        let (status, jrd) = webfinger(&server, resource).await;
        assert_eq!(status, 200, "{resource}");
        let links = jrd["links"].as_array().unwrap();
        assert_eq!(links.iter().find(|link| link["rel"] == "self").unwrap()["href"], "https://a.test/actor");
    }
}

#[tokio::test]
async fn host_meta_leads_to_webfinger() {
    let (server, _ada, _) = ada().await;
    let answer = server.ask("/.well-known/host-meta", "*/*").await;
    assert!(header(answer.headers(), "content-type").starts_with("application/xrd+xml"));
    let text = answer.text().await.unwrap();
    let xml = roxmltree::Document::parse(&text).unwrap();
    let lrdd = xml.descendants().find(|node| node.attribute("rel") == Some("lrdd")).unwrap();
    let template = lrdd.attribute("template").unwrap();
    let (status, jrd) = server.document(&template.replace("{uri}", "acct:ada@a.test")).await;
    assert_eq!((status, &jrd["subject"]), (200, &"acct:ada@a.test".into()));
    let (_, json) = server.document("/.well-known/host-meta.json").await;
    assert_eq!(json["links"][0]["template"], template);
}

#[tokio::test]
async fn nodeinfo_describes_the_server_in_both_versions() {
    let (server, ada, _) = ada().await;
    let post = ada.post_photo("photo-dahlia.jpg", "One").await;
    ada.reply(&post.path, "And a word").await;
    let (_, links) = server.document("/.well-known/nodeinfo").await;
    for version in ["2.0", "2.1"] {
        let rel = format!("http://nodeinfo.diaspora.software/ns/schema/{version}");
        let link = links["links"].as_array().unwrap().iter().find(|link| link["rel"] == rel.as_str()).unwrap();
        let answer = server.ask(link["href"].as_str().unwrap(), "application/json").await;
        let kind = header(answer.headers(), "content-type").to_owned();
        assert!(kind.starts_with("application/json;") && kind.contains(&format!("profile=\"{rel}#\"")), "{kind}");
        let info: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(info["version"], version);
        assert_eq!(info["software"]["name"], "cyanotype");
        assert_eq!(info["protocols"], serde_json::json!(["activitypub"]));
        assert!(info["services"]["inbound"].is_array() && info["services"]["outbound"].is_array());
        assert_eq!(info["openRegistrations"], true);
        assert_eq!(info["usage"]["users"]["total"], 1);
        assert_eq!((&info["usage"]["localPosts"], &info["usage"]["localComments"]), (&1.into(), &1.into()));
        assert!(info["metadata"].is_object());
        assert!(version != "2.0" || info["software"].get("repository").is_none(), "2.0 knows none");
    }
}

#[tokio::test]
async fn an_actor_has_all_that_peers_need() {
    let (server, ada, id) = ada().await;
    let form = ada.form("/settings", "/settings/profile").await;
    ada.submit(form.set("name", "Ada 🌸").set("bio", "Fog & <harbours>\n\nhttps://fog.example")).await;
    let answer = server.ask(&id, ACTIVITY).await;
    assert!(header(answer.headers(), "content-type").starts_with(ACTIVITY));
    let actor: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    validators::actor_for_everybody(&actor).unwrap();
    assert_eq!((&actor["id"], &actor["type"]), (&id.as_str().into(), &"Person".into()));
    assert_eq!((&actor["preferredUsername"], &actor["name"]), (&"ada".into(), &"Ada 🌸".into()));
    assert_eq!(actor["url"], "https://a.test/@ada");
    assert_eq!(actor["endpoints"]["sharedInbox"], "https://a.test/ap/inbox");
    assert_eq!(actor["publicKey"]["id"], format!("{id}#main-key"));
    let bio = actor["summary"].as_str().unwrap();
    assert!(bio.contains("Fog &amp; &lt;harbours&gt;") && bio.contains("href=\"https://fog.example"), "{bio}");
    assert_eq!(webfinger(&server, &format!("acct:{}", actor["webfinger"].as_str().unwrap())).await.0, 200);
}

#[tokio::test]
async fn the_servers_own_actor_is_open_to_everybody() {
    let (server, _ada, _) = ada().await;
    for accept in [ACTIVITY, PROFILE, "*/*"] {
        let answer = server.ask("/actor", accept).await;
        assert_eq!(answer.status(), 200, "{accept}");
        assert!(header(answer.headers(), "content-type").starts_with(ACTIVITY));
        let actor: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        validators::actor_for_everybody(&actor).unwrap();
        assert_eq!((&actor["id"], &actor["type"]), (&"https://a.test/actor".into(), &"Application".into()));
    }
}

#[tokio::test]
async fn collections_have_the_shapes_that_are_read() {
    let scene = Scene::followed().await;
    for index in 0..3 {
        scene.ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await;
    }
    for list in ["followers", "following", "outbox"] {
        let address = format!("{}/{list}", scene.ada_id);
        let (status, collection) = scene.a.document(&address).await;
        assert_eq!((status, &collection["id"]), (200, &address.as_str().into()));
        assert_eq!(collection["type"], "OrderedCollection");
        assert!(collection["totalItems"].is_u64(), "{collection}");
        let (_, page) = scene.a.document(collection["first"].as_str().expect("first is a string")).await;
        assert_eq!((&page["type"], &page["partOf"]), (&"OrderedCollectionPage".into(), &address.as_str().into()));
        assert!(page["orderedItems"].is_array() && page.get("next").is_none(), "the last page leads nowhere");
    }
    let (_, page) = scene.a.document(&format!("{}/followers?page=1", scene.ada_id)).await;
    assert_eq!(page["orderedItems"], serde_json::json!([scene.bob.id]));
    let (_, outbox) = scene.a.document(&format!("{}/outbox?page=true", scene.ada_id)).await;
    assert_eq!(outbox["orderedItems"].as_array().unwrap().len(), 3);
    assert_eq!(outbox["orderedItems"][0]["type"], "Create");
    let (_, tags) = scene.a.document(&format!("{}/collections/tags", scene.ada_id)).await;
    assert_eq!(tags["type"], "Collection");
}

#[tokio::test]
async fn a_long_outbox_is_read_page_by_page_and_whole() {
    let (server, ada, id) = ada().await;
    let mut posts = Vec::new();
    for index in 0..23 {
        posts.push(ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await.id);
    }
    let (mut seen, mut next) = (Vec::new(), format!("{id}/outbox?page=true"));
    loop {
        let (_, page) = server.document(&next).await;
        let items = page["orderedItems"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["object"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(address) => next = address.to_owned(),
            None => break,
        }
    }
    seen.reverse();
    assert_eq!(seen, posts);
}

#[tokio::test]
async fn the_same_address_answers_browsers_and_servers() {
    let (server, ada, id) = ada().await;
    let post = ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let accepts = [
        "application/activity+json, application/ld+json",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", application/activity+json, text/html;q=0.1",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\",application/activity+json",
        PROFILE,
        ACTIVITY,
    ];
    for (address, own) in [(id.as_str(), &id), ("/@ada", &id), (post.id.as_str(), &post.id), (&post.path, &post.id)] {
        for accept in accepts {
            let answer = server.ask(address, accept).await;
            assert_eq!(answer.status(), 200, "{address} as {accept}");
            assert!(header(answer.headers(), "content-type").starts_with(ACTIVITY), "{address} as {accept}");
            let vary = header(answer.headers(), "vary").to_lowercase();
            assert!(vary.contains("accept") && vary.contains("signature"), "{address}: Vary {vary}");
            assert!(header(answer.headers(), "cache-control").contains("public"));
            let document: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
            assert_eq!(
                (&document["id"], &document["@context"][0]),
                (&own.as_str().into(), &"https://www.w3.org/ns/activitystreams".into())
            );
        }
    }
}

#[tokio::test]
async fn an_id_leads_browsers_to_the_page_and_the_page_back() {
    let (server, ada, id) = ada().await;
    let post = ada.post_photo("photo-dahlia.jpg", "A flower").await;
    for (id, path) in [(id.as_str(), "/@ada"), (&post.id, post.path.as_str())] {
        for accept in ["text/html", "*/*", "application/activity+json;q=0, text/html"] {
            let answer = server.ask(id, accept).await;
            assert_eq!(
                (answer.status().as_u16(), header(answer.headers(), LOCATION.as_str())),
                (303, path),
                "{accept}"
            );
            assert!(header(answer.headers(), VARY.as_str()).to_lowercase().contains("accept"), "{id} as {accept}");
        }
        let page = server.ask(path, "text/html").await;
        assert!(header(page.headers(), CONTENT_TYPE.as_str()).starts_with("text/html"));
        assert!(header(page.headers(), VARY.as_str()).to_lowercase().contains("accept"), "{path}");
        let link = header(page.headers(), LINK.as_str()).to_owned();
        assert!(link.contains(&format!("<{id}>")) && link.contains("alternate"), "{link}");
        let html = unescaped(page.text().await.unwrap());
        assert!(html.contains(&format!("<link rel=\"alternate\" type=\"{ACTIVITY}\" href=\"{id}\">")));
    }
}

#[tokio::test]
async fn what_has_no_page_of_its_own_leads_browsers_to_the_page_it_belongs_to() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.ada.edit(&post, |form| form.set("caption", "A dahlia")).await;
    let update = scene.peer.expect("Update").await["id"].as_str().unwrap().to_owned();
    let (ada, path) = (scene.ada_id.as_str(), post.path.as_str());
    let places = [
        (format!("{ada}/followers"), "/@ada/followers"),
        (format!("{ada}/following"), "/@ada/following"),
        (format!("{ada}/followers?page=1"), "/@ada/followers"),
        (format!("{ada}/outbox"), "/@ada"),
        (format!("{ada}/collections/featured"), "/@ada"),
        (format!("{ada}/collections/tags"), "/@ada"),
        (format!("{}/replies", post.id), path),
        (format!("{}/likes", post.id), path),
        (format!("{}/shares", post.id), path),
        (format!("{}/activity", post.id), path),
        (update, path),
    ];
    for (address, page) in &places {
        for accept in ["text/html", "*/*"] {
            let answer = scene.a.ask(address, accept).await;
            let led = (answer.status().as_u16(), header(answer.headers(), LOCATION.as_str()));
            assert_eq!(led, (303, *page), "{address} as {accept}");
            assert!(header(answer.headers(), VARY.as_str()).to_lowercase().contains("accept"), "{address}");
        }
        let answer = scene.a.ask(address, ACTIVITY).await;
        assert_eq!(answer.status(), 200, "{address}");
        assert!(header(answer.headers(), "content-type").starts_with(ACTIVITY), "{address}");
    }
    let narrow = scene.ada.post_album(&["photo-dahlia.jpg"], "Narrow", "followers", &[]).await;
    for below in ["", "/activity", "/replies", "/likes", "/shares"] {
        assert_eq!(scene.a.ask(&format!("{}{below}", narrow.id), "text/html").await.status(), 404, "{below}");
    }
}

#[tokio::test]
async fn b09_whoever_has_a_document_is_not_sent_it_again() {
    let (server, ada, id) = ada().await;
    let post = ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let addresses = [
        id.clone(),
        "/@ada".to_owned(),
        post.id.clone(),
        post.path.clone(),
        "/actor".to_owned(),
        format!("{id}/outbox"),
        format!("{id}/collections/featured"),
        format!("{}/activity", post.id),
    ];
    let ask = async |address: &str, known: Option<&str>| {
        let url = if address.starts_with('/') { server.url(address) } else { address.to_owned() };
        let mut request = server.world.client().get(url).header("accept", ACTIVITY);
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        request.send().await.unwrap()
    };
    for address in &addresses {
        let first = ask(address, None).await;
        let tag = header(first.headers(), "etag").to_owned();
        assert!(tag.starts_with("W/\"") && tag.len() > 20, "{address}: {tag}");
        assert_eq!(header(ask(address, None).await.headers(), "etag"), tag, "{address}: the same twice");
        for known in [tag.clone(), format!("\"x\", {}", tag.trim_start_matches("W/")), "*".to_owned()] {
            let answer = ask(address, Some(&known)).await;
            assert_eq!(answer.status(), 304, "{address} with {known}");
            assert_eq!(header(answer.headers(), "etag"), tag);
            assert!(header(answer.headers(), "vary").to_lowercase().contains("signature"), "{address}");
            assert!(answer.bytes().await.unwrap().is_empty());
        }
        assert_eq!(ask(address, Some("W/\"other\"")).await.status(), 200, "{address}");
    }
    let before = header(ask(&post.id, None).await.headers(), "etag").to_owned();
    ada.edit(&post, |form| form.set("caption", "A dahlia")).await;
    let after = ask(&post.id, Some(&before)).await;
    assert_eq!(after.status(), 200, "what changed is sent");
    assert_ne!(header(after.headers(), "etag"), before);
}

fn unescaped(html: String) -> String {
    html.replace("&#x2f;", "/")
}

#[tokio::test]
async fn the_handle_domain_may_be_another_than_the_address() {
    let world = World::new(["www.a.test", "a.test", "b.test"]).await;
    let a = world.server_with("www.a.test", &[("handle_domain", "a.test")]).await;
    world.front("a.test").forward_to(a.address);
    let b = world.server("b.test").await;
    let (_ada, bob) = (a.owner("ada").await, b.owner("bob").await);
    for host in ["a.test", "www.a.test"] {
        let address = format!("https://{host}/.well-known/webfinger?resource=acct:ada@a.test");
        let (status, jrd) = a.document(&address).await;
        assert_eq!((status, &jrd["subject"]), (200, &"acct:ada@a.test".into()));
        let href = jrd["links"][0]["href"].as_str().unwrap();
        assert!(href.starts_with("https://www.a.test/ap/users/"), "{href}");
    }
    for acct in ["ada", "ada@a.test", "ada@www.a.test"] {
        let found = Api::nobody(&a).get(&format!("/api/v1/accounts/lookup?acct={acct}")).await.fine();
        assert_eq!(found["acct"], "ada", "{acct}");
    }
    assert!(bob.search("@ada@a.test").await.form("/@ada@a.test/follow").is_some());
    assert!(bob.search("@ada@www.a.test").await.form("/@ada@a.test/follow").is_some(), "one person, one handle");
}

#[tokio::test]
async fn r100_what_is_private_stands_in_no_document() {
    let (server, ada, id) = ada().await;
    let post = ada.post_photo("photo-dahlia.jpg", "A flower").await;
    for address in
        [id.clone(), post.id, "/actor".to_owned(), "/nodeinfo/2.1".to_owned(), format!("{id}/outbox?page=true")]
    {
        let text = server.ask(&address, ACTIVITY).await.text().await.unwrap();
        for secret in ["mail.example", "PRIVATE KEY", "owner@", "argon2", "\"bto\"", "\"bcc\""] {
            assert!(!text.contains(secret), "{secret} in {address}");
        }
    }
}

#[tokio::test]
async fn a08_somebody_suspended_has_no_webfinger_and_is_not_gone() {
    use cyanotype::entity::account;
    use sea_orm::prelude::*;
    use sea_orm::sea_query::Expr;
    let (server, _, id) = ada().await;
    let suspend = account::Entity::update_many()
        .col_expr(account::Column::Suspended, Expr::value(1))
        .filter(account::Column::Username.eq("ada"));
    let done: Result<_, DbErr> = server.app.db.write(move |tx| Box::pin(async move { suspend.exec(tx).await })).await;
    assert_eq!(done.unwrap().rows_affected, 1);
    assert_eq!(webfinger(&server, "acct:ada@a.test").await.0, 404);
    for address in [id.clone(), format!("{id}/outbox"), "https://a.test/@ada".to_owned()] {
        let status = server.document(&address).await.0;
        assert!(matches!(status, 403 | 404), "{address}: {status}, but never 410: that is for good");
    }
}
