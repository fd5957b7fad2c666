//! What belongs to somebody is touched by nobody else: posts, drafts, photos, roles.

use super::{composer, headers, look, photos, post, post_with};
use crate::support::{Person, Server, fixture_bytes};
use cyanotype::service::accounts;
use cyanotype::store;
use reqwest::Method;

async fn role(server: &Server, name: &str) -> String {
    let row = accounts::local(&server.app, name).await.unwrap();
    store::accounts::login_of(&server.app.db.read, row.id).await.unwrap().unwrap().role
}

/// A composer's form of another person, sent as her own.
async fn sent_by(person: &Person, form: crate::support::Form) -> u16 {
    person.submit(form).await.status.as_u16()
}

#[tokio::test]
async fn r099_somebody_elses_post_cannot_be_edited_deleted_or_pinned() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let theirs = ada.post_photo("photo-lake.jpg", "The lake").await;
    let edit = format!("{}/edit", theirs.path);
    let form = composer(&ada, &edit).await;
    for path in [edit.clone(), format!("{}/delete", theirs.path)] {
        assert_eq!(look(&eve, &path).await.status, 404, "GET {path}");
    }
    assert_eq!(sent_by(&eve, form.set("caption", "Eve was here").set("do", "save_post")).await, 404);
    for deed in ["delete", "pin", "unpin"] {
        assert_eq!(post(&eve, &format!("{}/{deed}", theirs.path), &[]).await.status, 404, "{deed}");
    }
    // The same number under her own name does not lead to it either.
    let own = theirs.path.replace("/@ada/", "/@eve/");
    for deed in ["delete", "edit", "pin"] {
        assert!(post(&eve, &format!("{own}/{deed}"), &[]).await.status.is_client_error(), "{deed}");
    }
    assert_eq!(look(&eve, &own).await.status, 404);
    let page = ada.page(&theirs.path).await;
    assert!(page.says("The lake") && !page.says("Eve was here") && !page.says("pinned"));
}

#[tokio::test]
async fn r099_a_post_is_not_changed_by_who_is_not_signed_in() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let theirs = ada.post_photo("photo-lake.jpg", "The lake").await;
    let visitor = server.visitor();
    for deed in ["delete", "pin", "like", "boost", "reply", "edit"] {
        let page = post(&visitor, &format!("{}/{deed}", theirs.path), &[("text", "x")]).await;
        assert_eq!(page.status, 303, "{deed}");
        assert!(super::header(&page, "location").starts_with("/sign-in?next="), "{deed}");
    }
    ada.page(&theirs.path).await;
}

#[tokio::test]
async fn r076_somebody_elses_draft_does_not_exist() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let draft = ada.draft(&["photo-lake.jpg"]).await;
    let form = composer(&ada, &draft).await;
    let photo = photos(&form)[0].clone();
    assert_eq!(look(&eve, &draft).await.status, 404);
    for button in ["post", "save", "add"] {
        assert_eq!(sent_by(&eve, form.clone().set("do", button).set("caption", "Eve")).await, 404, "{button}");
    }
    assert_eq!(post(&eve, &format!("{draft}/photos/{photo}/remove"), &[]).await.status, 404);
    let more = form.clone().set("do", "add").file("photos", "photo-pier.jpg", fixture_bytes("photo-pier.jpg"));
    assert_eq!(sent_by(&eve, more).await, 404);
    let page = composer(&ada, &draft).await;
    assert_eq!((photos(&page), page.values("caption")), (vec![photo], vec![""]));
    assert_eq!(super::posts_of(&server, "eve").await, 0);
}

#[tokio::test]
async fn r076_somebody_elses_photo_cannot_be_taken_into_a_post_renamed_or_removed() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let draft = ada.draft(&["photo-lake.jpg"]).await;
    let waiting = photos(&composer(&ada, &draft).await)[0].clone();
    let out = ada.post_album(&["photo-pier.jpg"], "Pier", "public", &["A pier"]).await;
    let published = photos(&composer(&ada, &format!("{}/edit", out.path)).await)[0].clone();
    let own = eve.draft(&["photo-dune.jpg"]).await;
    let mut form = composer(&eve, &own).await.set("do", "post").set("caption", "Mine");
    for foreign in [&waiting, &published] {
        form.fields.push(("photo".to_owned(), foreign.clone()));
        form = form.set(&format!("alt_{foreign}"), "Eve's").set(&format!("remove_{foreign}"), "true");
    }
    let page = eve.submit(form).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert_eq!(page.photos().iter().filter(|p| p.alt == "Eve's").count(), 0);
    assert!(page.html.contains("Photograph by"), "her post has one photo: {}", page.html);
    assert_eq!(post(&eve, &format!("{own}/photos/{waiting}/remove"), &[]).await.status, 404);
    assert_eq!(photos(&composer(&ada, &draft).await), [waiting]);
    assert!(ada.page(&out.path).await.photos().iter().any(|p| p.alt == "A pier"));
}

#[tokio::test]
async fn r076_a_photo_that_is_out_cannot_be_attached_again() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let first = ada.post_album(&["photo-pier.jpg"], "Pier", "public", &["A pier"]).await;
    let published = photos(&composer(&ada, &format!("{}/edit", first.path)).await)[0].clone();
    let draft = ada.draft(&["photo-dune.jpg"]).await;
    let mut form = composer(&ada, &draft).await.set("do", "post");
    form.fields.push(("photo".to_owned(), published.clone()));
    let form = form.set(&format!("remove_{published}"), "true");
    ada.submit(form).await;
    let page = ada.page(&first.path).await;
    assert!(page.photos().iter().any(|p| p.alt == "A pier"), "the first post keeps its photo");
}

#[tokio::test]
async fn r076_a_script_cannot_upload_into_somebody_elses_draft() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let draft = ada.draft(&["photo-lake.jpg"]).await;
    let boundary = "x-x-x";
    let mut body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"p.jpg\"\r\n\r\n")
            .into_bytes();
    body.extend(fixture_bytes("photo-pier.jpg"));
    body.extend(format!("\r\n--{boundary}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    let all = headers(&[("content-type", kind.as_str()), ("accept", "application/json")]);
    let page = eve.request(Method::POST, &format!("{draft}/photos"), all, body).await;
    assert_eq!(page.status, 404, "{}", page.html);
    assert_eq!(photos(&composer(&ada, &draft).await).len(), 1);
}

const PROMOTIONS: &[(&str, &str)] = &[
    ("role", "owner"),
    ("admin", "true"),
    ("is_owner", "1"),
    ("owner", "on"),
    ("account[role]", "owner"),
    ("user.role", "owner"),
    ("approved", "true"),
    ("suspended", "0"),
    ("id", "1"),
    ("account_id", "1"),
    ("created_at", "0"),
];

#[tokio::test]
async fn r103_nobody_becomes_owner_by_filling_in_more_than_the_form_asks() {
    let server = Server::start("a.test").await;
    server.owner("ada").await;
    let browser = server.visitor();
    let mut fields = vec![("username", "eve"), ("email", "eve@mail.example"), ("password", "four quiet words here")];
    fields.extend(PROMOTIONS);
    assert_eq!(post(&browser, "/join?role=owner", &fields).await.status, 303);
    assert_eq!(role(&server, "eve").await, "person");
    let mut profile = browser.form("/settings", "/settings/profile").await.set("name", "Eve");
    for (name, value) in PROMOTIONS {
        profile = profile.set(name, value);
    }
    assert_eq!(sent_by(&browser, profile).await, 200);
    let mut password = vec![("current", "four quiet words here"), ("new", "four loud words here")];
    password.extend(PROMOTIONS);
    assert_eq!(post(&browser, "/settings/password?role=owner", &password).await.status, 303);
    assert_eq!((role(&server, "eve").await, role(&server, "ada").await), ("person".to_owned(), "owner".to_owned()));
    assert!(server.visitor().page("/about").await.links().contains(&"/@ada".to_owned()));
    assert!(!server.visitor().page("/about").await.links().contains(&"/@eve".to_owned()));
}

#[tokio::test]
async fn r103_a_profile_form_changes_its_senders_profile_only() {
    let server = Server::start("a.test").await;
    let (_ada, eve) = (server.person("ada").await, server.person("eve").await);
    let row = accounts::local(&server.app, "ada").await.unwrap();
    let (id, handle) = (row.id.to_string(), "ada");
    let form = eve.form("/settings", "/settings/profile").await.set("name", "Changed").set("bio", "Changed");
    let form = form.set("id", &id).set("account_id", &id).set("username", handle).set("acct", handle);
    assert_eq!(sent_by(&eve, form).await, 200);
    assert!(!server.visitor().page("/@ada").await.says("Changed"));
    assert!(server.visitor().page("/@eve").await.says("Changed"));
}

#[tokio::test]
async fn a_person_who_is_blocked_does_not_find_the_one_who_blocks() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let theirs = ada.post_photo("photo-lake.jpg", "The lake").await;
    eve.follow("@ada@a.test").await;
    ada.block("@eve@a.test").await;
    for path in ["/@ada".to_owned(), theirs.path.clone(), "/@ada/followers".to_owned()] {
        assert_eq!(look(&eve, &path).await.status, 404, "{path}");
    }
    for deed in ["like", "boost", "reply"] {
        let page = post(&eve, &format!("{}/{deed}", theirs.path), &[("text", "hello")]).await;
        assert_eq!(page.status, 404, "{deed}");
    }
    assert!(!post(&eve, "/@ada/follow", &[]).await.status.is_success());
    assert!(!eve.page("/explore").await.links().contains(&theirs.path));
    assert!(!ada.page("/@ada/followers").await.links().contains(&"/@eve".to_owned()), "the follow is gone");
    post_with(&ada, "/@eve/unblock", &[], &[]).await;
    assert_eq!(look(&eve, &theirs.path).await.status, 200);
}
