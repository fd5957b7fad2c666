//! Looking at photographs: feeds, profiles, hashtags, pages of pages, media.

use super::{header, headers, look, post, posts_on};
use crate::support::{Page, Person, Posted, Server, eventually, fixture_bytes};
use cyanotype::service::{Refusal, accounts};
use cyanotype::store::{feeds, media, posts, tags};
use reqwest::Method;
use reqwest::header::HeaderMap;

/// Posts like this one, so many, newer than all before: rows and all, only without bytes of their own.
async fn copies(server: &Server, like: &Posted, how_many: usize, tag: &str) -> Vec<String> {
    let app = &server.app;
    let number: i64 = like.number.parse().unwrap();
    let row = posts::by_id(&app.db.read, number).await.unwrap().unwrap();
    let photo = media::of_posts(&app.db.read, &[number]).await.unwrap().remove(0);
    let sizes = media::sizes_of(&app.db.read, &[photo.id]).await.unwrap();
    let owner = row.account_id;
    let mut paths = Vec::new();
    for n in 0..how_many {
        let (id, photo_id, tag) = (app.id(), app.id(), tag.to_owned());
        let (mut row, mut photo, mut sizes) = (row.clone(), photo.clone(), sizes.clone());
        (row.id, row.root_id, row.draft_id) = (id, id, None);
        (photo.id, photo.post_id) = (photo_id, Some(id));
        for size in &mut sizes {
            size.photo_id = Some(photo_id);
            size.key = format!(
                "media/{:032x}.jpg",
                u128::from(photo_id.unsigned_abs()) << 32 | u128::from(size.width.unsigned_abs()) << 16 | n as u128
            );
        }
        let (name, tag_id) = (tag.clone(), app.id());
        let write = app.db.write(move |tx| {
            Box::pin(async move {
                posts::insert(tx, row).await?;
                media::insert(tx, photo, sizes).await?;
                tags::set(tx, id, vec![(name.clone(), name, tag_id)]).await?;
                feeds::put_home(tx, &[owner], feeds::Entry::of_post(id)).await?;
                Ok::<_, Refusal>(())
            })
        });
        write.await.unwrap();
        paths.push(format!("{}{id}", like.path.trim_end_matches(&like.number)));
    }
    paths.reverse();
    paths
}

/// Every post from a page on, following "Older" to the end; also how many pages there were.
async fn walk(person: &Person, start: &str) -> (Vec<String>, usize) {
    let (mut found, mut next, mut pages) = (Vec::new(), Some(start.to_owned()), 0);
    while let Some(path) = next {
        let page = person.page(&path).await;
        found.extend(posts_on(&page, "ada"));
        pages += 1;
        next = older(&page);
        assert!(pages < 20, "it ends");
    }
    (found, pages)
}

fn older(page: &Page) -> Option<String> {
    let nav = page.html.split("aria-label=\"Pages\"").nth(1)?.split("</nav>").next()?;
    Page { html: nav.to_owned(), ..page.clone() }.links().into_iter().find(|l| l.contains("before="))
}

#[tokio::test]
async fn every_list_goes_on_to_its_end_and_shows_each_post_once() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let first = ada.post_photo("srgb.jpg", "First #walk").await;
    let mut all = copies(&server, &first, 69, "walk").await;
    all.push(first.path.clone());
    for (list, at_least) in [("/explore", 3), ("/@ada", 3), ("/tags/walk", 3)] {
        let (found, pages) = walk(&server.visitor(), list).await;
        assert_eq!(found, all, "{list}: newest first, none twice, none left out");
        assert!(pages >= at_least, "{list} has {pages} pages");
    }
    let (found, pages) = walk(&ada, "/").await;
    assert_eq!((found, pages >= 4), (all, true), "home too");
}

#[tokio::test]
async fn what_is_posted_meanwhile_moves_nothing_on_older_pages() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let first = ada.post_photo("srgb.jpg", "First").await;
    let before = copies(&server, &first, 64, "walk").await;
    let visitor = server.visitor();
    let page = visitor.page("/explore").await;
    let mut found = posts_on(&page, "ada");
    copies(&server, &first, 10, "walk").await;
    let (rest, _) = walk(&visitor, &older(&page).unwrap()).await;
    found.extend(rest);
    assert_eq!(found[..64], before);
    let last = visitor.page(&older(&page).unwrap()).await;
    assert!(last.links().contains(&"/explore".to_owned()), "a way back to the newest");
}

#[tokio::test]
async fn followers_are_listed_page_by_page() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    bob.follow("@ada@a.test").await;
    let page = server.visitor().page("/@ada/followers").await;
    assert!(page.links().contains(&"/@bob".to_owned()));
    assert!(server.visitor().page("/@bob/following").await.links().contains(&"/@ada".to_owned()));
    assert!(!ada.page("/@ada/following").await.links().contains(&"/@bob".to_owned()));
}

#[tokio::test]
async fn a_hashtag_is_found_however_it_is_written_and_holds_public_posts_only() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let public = ada.post_photo("srgb.jpg", "In the #MorgenNebel").await;
    let quiet = ada.post_album(&["grey.jpg"], "Quiet #morgennebel", "quiet", &[]).await;
    let private = ada.post_album(&["lossy.webp"], "Private #morgennebel", "followers", &[]).await;
    for name in ["MorgenNebel", "morgennebel", "MORGENNEBEL"] {
        for person in [&server.visitor(), &ada] {
            let page = person.page(&format!("/tags/{name}")).await;
            assert_eq!(posts_on(&page, "ada"), [public.path.as_str()], "{name}");
        }
    }
    assert_eq!(look(&server.visitor(), &quiet.path).await.status, 200, "quiet is seen by who has the address");
    assert_eq!(look(&server.visitor(), &private.path).await.status, 404);
    let none = server.visitor().page("/tags/nobodyusesthis").await;
    assert!(posts_on(&none, "ada").is_empty());
}

#[tokio::test]
async fn r030_a_followers_only_post_is_on_no_page_of_anybody_else() {
    let server = Server::start("a.test").await;
    let (ada, bob, eve) = (server.person("ada").await, server.person("bob").await, server.person("eve").await);
    bob.follows("@ada@a.test").await;
    let secret = ada.post_album(&["photo-lake.jpg"], "For friends #hidden", "followers", &["A friend"]).await;
    bob.sees("ada").await;
    assert!(bob.page(&secret.path).await.says("For friends"));
    let visitor = server.visitor();
    for person in [&visitor, &eve] {
        for at in [
            "/",
            "/explore",
            "/@ada",
            "/@ada?tab=albums",
            "/tags/hidden",
            "/search?q=hidden",
            "/search?q=ada",
            "/about",
        ] {
            let page = person.page(at).await;
            assert!(!page.html.contains(&secret.number) && !page.says("For friends"), "{at}: {}", page.html);
        }
        assert_eq!(look(person, &secret.path).await.status, 404);
    }
    let profile = visitor.page("/@ada").await.text();
    assert!(profile.contains("0 posts"), "it is not even counted: {profile}");
    for deed in ["like", "boost", "reply"] {
        let page = post(&eve, &format!("{}/{deed}", secret.path), &[("text", "I see you")]).await;
        assert_eq!(page.status, 404, "{deed}");
    }
}

#[tokio::test]
async fn r033_what_one_may_not_see_looks_like_what_does_not_exist() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let secret = ada.post_album(&["srgb.jpg"], "For friends", "followers", &[]).await;
    let unknown = secret.path.replace(&secret.number, "913000000000000000");
    let plain = |page: Page, path: &str| {
        let html = page.html.replace(&path.replace('/', "&#x2f;"), "PATH").replace(path, "PATH");
        let nonce = html.split("nonce=\"").nth(1).and_then(|n| n.split('"').next()).unwrap_or("-").to_owned();
        (page.status, html.replace(&nonce, "NONCE"))
    };
    for deed in ["", "/edit", "/delete"] {
        let (there, not) = (format!("{}{deed}", secret.path), format!("{unknown}{deed}"));
        assert_eq!(plain(look(&eve, &there).await, &there), plain(look(&eve, &not).await, &not), "{deed}");
    }
    for deed in ["/like", "/boost", "/pin", "/delete"] {
        let (there, not) = (format!("{}{deed}", secret.path), format!("{unknown}{deed}"));
        let answers = (post(&eve, &there, &[]).await, post(&eve, &not, &[]).await);
        assert_eq!(plain(answers.0, &there), plain(answers.1, &not), "{deed}");
    }
}

#[tokio::test]
async fn every_picture_has_its_size_a_placeholder_and_sizes_to_choose_from() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let album = ada.post_album(&["photo-boats.jpg", "photo-pagoda.jpg"], "Two", "public", &["Boats", "A pagoda"]).await;
    for at in ["/", "/explore", "/@ada", &album.path] {
        let page = server.visitor().page(at).await;
        let style = page.html.split("<style").nth(1).unwrap().split("</style>").next().unwrap().to_owned();
        let pictures: Vec<&str> = page.html.split("<img ").skip(1).filter(|i| i.contains("class=\"photo")).collect();
        assert!(!pictures.is_empty(), "{at}");
        for picture in pictures {
            let tag = picture.split('>').next().unwrap();
            for part in [" width=\"", " height=\"", " srcset=\"", " sizes=\"", " alt=\""] {
                assert!(tag.contains(part), "{at}: {part} in <img {tag}>");
            }
            let class = tag.split("class=\"photo ").nth(1).unwrap().split([' ', '"']).next().unwrap();
            let rule =
                style.split(&format!(".{class}{{")).nth(1).unwrap_or_else(|| panic!("{at}: no rule for {class}"));
            let rule = rule.split('}').next().unwrap();
            assert!(rule.contains("--r:") && rule.contains("--c:#"), "{at}: {rule}");
        }
    }
}

#[tokio::test]
async fn a_post_says_what_it_is_to_programs_that_show_links() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = ada.post_album(&["photo-boats.jpg"], "Boats at night", "public", &["Three boats"]).await;
    let page = server.visitor().page(&out.path).await;
    let html = page.html.replace("&#x2f;", "/");
    for part in [
        "property=\"og:title\"",
        "property=\"og:image\" content=\"https://a.test/media/",
        "property=\"og:image:alt\" content=\"Three boats\"",
        "name=\"fediverse:creator\" content=\"@ada@a.test\"",
        "rel=\"alternate\" type=\"application/activity+json\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(html.contains(&format!("rel=\"canonical\" href=\"https://a.test{}\"", out.path)), "{html}");
    assert!(header(&page, "link").contains("application/activity+json"));
    let covered = ada.post_album(&["photo-pier.jpg"], "Behind", "public", &[]).await;
    ada.edit(&covered, |form| form.set("warning", "Fog")).await;
    assert!(
        !server.visitor().page(&covered.path).await.html.contains("og:image"),
        "a covered photo is not shown in links"
    );
}

#[tokio::test]
async fn r072_what_is_served_holds_nothing_of_the_original_file() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    for file in ["leaky.jpg", "leaky.png", "leaky.webp", "leaky.gif"] {
        let out = ada.post_photo(file, "Leaky").await;
        let page = server.visitor().page(&out.path).await;
        let addresses: Vec<String> = page
            .html
            .replace("&#x2f;", "/")
            .split('"')
            .flat_map(|part| part.split([' ', ',']))
            .filter(|part| part.starts_with("/media/"))
            .map(str::to_owned)
            .collect();
        assert!(!addresses.is_empty());
        for address in addresses {
            let answer = server.world.client().get(server.url(&address)).send().await.unwrap();
            let bytes = answer.bytes().await.unwrap();
            assert!(!bytes.windows(11).any(|w| w == b"CANARY-7f3a"), "{file} {address}");
            assert!(bytes.starts_with(&[0xff, 0xd8, 0xff]), "{file} {address} is a JPEG");
        }
    }
}

#[tokio::test]
async fn an_original_is_kept_whole_and_has_no_address() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    ada.post_photo("leaky.jpg", "Leaky").await;
    let row = accounts::local(&server.app, "ada").await.unwrap();
    let kept = posts::of_account(
        &server.app.db.read,
        row.id,
        posts::Kind::All,
        &["public"],
        cyanotype::store::Cursor::first(1),
    )
    .await
    .unwrap();
    let photo = media::of_posts(&server.app.db.read, &[kept[0].id]).await.unwrap().remove(0);
    let key = photo.original_key.unwrap();
    let name = key.trim_start_matches("originals/").to_owned();
    let found = server.app.blobs.read_all(&key.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(found, fixture_bytes("leaky.jpg"), "byte for byte");
    for path in [
        format!("/{key}"),
        format!("/media/{name}"),
        format!("/media/{name}.jpg"),
        format!("/media/{key}"),
        format!("/media/..%2f{key}"),
        format!("/media/%2e%2e/{key}"),
        format!("/media/originals%2f{name}"),
        format!("/static/../../data/media/{key}"),
        format!("/static/..%2f..%2fdata%2fmedia%2foriginals%2f{name}"),
        "/static/%2e%2e/Cargo.toml".to_owned(),
        "/static//etc/passwd".to_owned(),
    ] {
        for person in [&ada, &server.visitor()] {
            let page = look(person, &path).await;
            assert!(matches!(page.status.as_u16(), 404 | 400), "{path}: {}", page.status);
        }
    }
}

#[tokio::test]
async fn r073_a_picture_is_a_jpeg_whatever_is_asked_for_and_needs_no_cookie() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = ada.post_photo("photo-lake.jpg", "Lake").await;
    let path = ada.page(&out.path).await.photos()[0].src.clone();
    for accept in ["text/html", "application/activity+json", "image/svg+xml", "*/*"] {
        let page = ada.request(Method::GET, &path, headers(&[("accept", accept)]), Vec::new()).await;
        assert_eq!(header(&page, "content-type"), "image/jpeg", "{accept}");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert!(header(&page, "content-security-policy").contains("sandbox"));
        assert_eq!(header(&page, "access-control-allow-origin"), "*");
        assert!(page.headers.get("set-cookie").is_none() && page.headers.get("content-encoding").is_none());
    }
    let head = server.visitor().request(Method::HEAD, &path, HeaderMap::new(), Vec::new()).await;
    assert!(head.status == 200 && header(&head, "content-length").parse::<u64>().is_ok_and(|n| n > 1_000));
    for (range, status) in
        [("bytes=0-9", 206), ("bytes=-10", 206), ("bytes=99999999-", 416), ("bytes=0-1,5-6", 200), ("lines=1-2", 200)]
    {
        let page = server.visitor().request(Method::GET, &path, headers(&[("range", range)]), Vec::new()).await;
        assert_eq!(page.status.as_u16(), status, "{range}");
    }
    let tag = header(&head, "etag").to_owned();
    let page = server.visitor().request(Method::GET, &path, headers(&[("if-none-match", &tag)]), Vec::new()).await;
    assert_eq!(page.status, 304);
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(ada.request(method, &path, HeaderMap::new(), Vec::new()).await.status, 405);
    }
}

#[tokio::test]
async fn notifications_are_counted_until_they_are_looked_at() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    let out = ada.post_photo("srgb.jpg", "Look").await;
    bob.like(&out.path).await;
    bob.boost(&out.path).await;
    bob.reply(&out.path, "Lovely").await;
    bob.follow("@ada@a.test").await;
    eventually(async || ada.page("/explore").await.says(", 4 new"), "four notifications").await;
    let page = ada.page("/notifications").await;
    assert!(page.links().contains(&"/@bob".to_owned()) && page.says("Lovely"), "{}", page.text());
    assert!(!ada.page("/explore").await.says(" new</span>"), "looked at");
}

#[tokio::test]
async fn a_like_and_a_boost_count_once_however_often_they_are_pressed() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    let out = ada.post_photo("srgb.jpg", "Look").await;
    for verb in ["like", "boost"] {
        let path = format!("{}/{verb}", out.path);
        let presses = (0..4).map(|_| post(&bob, &path, &[]));
        for page in futures_util::future::join_all(presses).await {
            assert_eq!(page.status, 303);
        }
        assert_eq!(bob.page(&out.path).await.count(verb).as_deref(), Some("1"), "{verb}");
        post(&bob, &format!("{}/un{verb}", out.path), &[]).await;
        post(&bob, &format!("{}/un{verb}", out.path), &[]).await;
        assert_eq!(bob.page(&out.path).await.count(verb).as_deref(), Some("0"), "un{verb}");
    }
    let json = headers(&[("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")]);
    let page = bob.request(Method::POST, &format!("{}/like", out.path), json, Vec::new()).await;
    let answer: serde_json::Value = serde_json::from_str(&page.html).unwrap();
    assert_eq!((answer["liked"].as_bool(), answer["likes"].as_i64()), (Some(true), Some(1)));
}

#[tokio::test]
async fn without_a_public_address_the_owner_is_told_that_nothing_federates() {
    let server = Server::start_with("a.test", &[("public_address", "")]).await;
    let ada = server.owner("ada").await;
    assert!(ada.page("/").await.says("This server has no public address yet"));
    assert!(!server.visitor().page("/").await.says("no public address"), "visitors are not bothered");
    let bob = server.person("bob").await;
    assert!(!bob.page("/").await.says("no public address"));
}

#[tokio::test]
async fn compressed_pages_are_the_same_pages() {
    let server = Server::start("a.test").await;
    let client = server.world.client();
    let answer = client.get(server.url("/about")).header("accept-encoding", "gzip").send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("Cyanotype"));
}
