//! Changing what is out: words, alt texts, order, photos; never who sees it. Pinning, deleting.

use super::{composer, look, photos, post, posts_of, posts_on};
use crate::support::{Page, Person, Posted, Server, eventually, fixture_bytes};

async fn three(ada: &Person) -> Posted {
    ada.post_album(&["srgb.jpg", "grey.jpg", "lossy.webp"], "Three", "public", &["one", "two", "three"]).await
}

fn alts(page: &Page) -> Vec<String> {
    page.photos().into_iter().map(|p| p.alt).filter(|alt| !alt.is_empty()).collect()
}

#[tokio::test]
async fn words_alt_texts_order_and_photos_can_be_changed_at_once() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    ada.edit(&out, |form| {
        let ids = photos(&form);
        let form = form.set("caption", "Changed #words").set("warning", "Fog").set("language", "sv");
        let form = form.set(&format!("alt_{}", ids[2]), "now first").set(&format!("order_{}", ids[2]), "1");
        let form = form.set(&format!("order_{}", ids[0]), "2").set(&format!("remove_{}", ids[1]), "true");
        form.file("photos", "palette.png", fixture_bytes("palette.png"))
    })
    .await;
    let page = server.visitor().page(&out.path).await;
    assert!(page.says("Changed ") && page.says("Fog") && page.says("edited"), "{}", page.html);
    assert_eq!(alts(&page), ["now first", "one"]);
    assert!(page.says("3 photographs"), "one was added, one removed: {}", page.html);
    assert!(server.visitor().page("/tags/words").await.links().contains(&out.path));
}

#[tokio::test]
async fn who_sees_a_post_never_changes() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let public = three(&ada).await;
    let private = ada.post_album(&["srgb.jpg"], "Private", "followers", &[]).await;
    for (out, other, label) in [(&public, "followers", "Public"), (&private, "public", "Followers")] {
        let page = ada.page(&format!("{}/edit", out.path)).await;
        assert!(!page.html.contains("name=\"visibility\""), "there is no choice");
        ada.edit(out, |form| form.set("visibility", other).set("caption", "Changed")).await;
        assert!(ada.page(&out.path).await.text().contains(label));
    }
    assert_eq!(look(&server.visitor(), &public.path).await.status, 200);
    assert_eq!(look(&server.visitor(), &private.path).await.status, 404);
}

#[tokio::test]
async fn saving_without_a_change_is_no_edit() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    let page = ada.edit(&out, |form| form).await;
    assert!(!page.text().contains("edited"), "{}", page.text());
}

#[tokio::test]
async fn changing_only_the_order_is_an_edit() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    let page = ada
        .edit(&out, |form| {
            let ids = photos(&form);
            form.set(&format!("order_{}", ids[0]), "3").set(&format!("order_{}", ids[2]), "1")
        })
        .await;
    assert_eq!(alts(&page), ["three", "two", "one"]);
    assert!(page.text().contains("edited"));
}

#[tokio::test]
async fn changes_that_cannot_be_saved_keep_what_was_typed_and_leave_the_post_alone() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    let action = format!("{}/edit", out.path);
    let form = composer(&ada, &action).await;
    let ids = photos(&form);
    let bad = form.clone().set("caption", "Typed").set(&format!("alt_{}", ids[0]), "typed too").set("do", "save_post");
    let page = ada.submit(bad.file("photos", "svg.jpg", fixture_bytes("svg.jpg"))).await;
    assert_eq!(page.status, 422);
    assert!(page.says("svg.jpg"), "{}", page.html);
    let again = page.form(&action).unwrap();
    assert_eq!((again.values("caption"), again.values(&format!("alt_{}", ids[0]))), (vec!["Typed"], vec!["typed too"]));
    let now = server.visitor().page(&out.path).await;
    assert!(now.says("Three") && alts(&now) == ["one", "two", "three"], "{}", now.html);
    let mut none = form.set("do", "save_post");
    for id in &ids {
        none = none.set(&format!("remove_{id}"), "true");
    }
    let page = ada.submit(none).await;
    assert_eq!(page.status, 422);
    assert!(page.says("A post keeps at least one photo"), "{}", page.html);
    assert_eq!(alts(&server.visitor().page(&out.path).await).len(), 3);
}

#[tokio::test]
async fn changes_are_kept_until_they_are_saved_and_nobody_sees_them_before() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    let action = format!("{}/edit", out.path);
    let form = composer(&ada, &action).await.set("caption", "Half done").set("do", "add");
    ada.submit(form.file("photos", "palette.png", fixture_bytes("palette.png"))).await;
    let form = composer(&ada, &action).await;
    assert_eq!((photos(&form).len(), form.values("caption")), (4, vec!["Half done"]));
    let page = server.visitor().page(&out.path).await;
    assert!(alts(&page).len() == 3 && page.says("Three") && !page.says("Half done"), "{}", page.text());
}

#[tokio::test]
async fn changes_that_are_dropped_leave_the_post_as_it_was() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    let action = format!("{}/edit", out.path);
    let form = composer(&ada, &action).await.set("caption", "Half done").set("do", "add");
    ada.submit(form.file("photos", "palette.png", fixture_bytes("palette.png"))).await;
    let page = ada.submit(composer(&ada, &action).await.set("do", "discard")).await;
    assert!(page.path.starts_with(&out.path) && page.says("The post is as it was."), "{}", page.text());
    let form = composer(&ada, &action).await;
    assert_eq!((photos(&form).len(), form.values("caption")), (3, vec!["Three"]), "the editor begins anew");
    assert_eq!(alts(&server.visitor().page(&out.path).await).len(), 3);
}

#[tokio::test]
async fn pressing_save_twice_saves_once() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let out = three(&ada).await;
    let action = format!("{}/edit", out.path);
    let form = composer(&ada, &action).await.set("caption", "Changed").set("do", "save_post");
    let page = ada.submit(form.file("photos", "palette.png", fixture_bytes("palette.png"))).await;
    assert_eq!(photos(&page.forms().into_iter().find(|f| f.multipart).unwrap()).len(), 4, "shown before it is saved");
    let form = page.forms().into_iter().find(|f| f.multipart).unwrap().set("do", "save_post");
    let pages = futures_util::future::join_all((0..3).map(|_| ada.submit(form.clone()))).await;
    let outcome: Vec<_> = pages.iter().map(|p| (p.status.as_u16(), p.path.clone())).collect();
    assert!(pages.iter().all(|p| p.status == 200 && p.path == out.path), "{outcome:?}");
    assert!(ada.page(&out.path).await.says("4 photographs"), "the new photo is there once");
}

#[tokio::test]
async fn a_deleted_post_is_gone_from_every_page_with_its_pictures() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    let out = ada.post_photo("photo-lake.jpg", "Going #soon").await;
    bob.reply(&out.path, "Oh no").await;
    let picture = ada.page(&out.path).await.photos()[0].src.clone();
    assert_eq!(look(&bob, &picture).await.status, 200);
    let asked = ada.page(&format!("{}/delete", out.path)).await;
    assert!(asked.says("Delete this post?"), "one is asked first");
    ada.delete(&out).await;
    let page = look(&bob, &out.path).await;
    assert!(matches!(page.status.as_u16(), 404 | 410), "{}", page.status);
    for at in ["/", "/explore", "/@ada", "/tags/soon"] {
        assert!(!bob.page(at).await.links().contains(&out.path), "{at}");
    }
    assert_eq!(posts_of(&server, "ada").await, 0);
    eventually(async || look(&bob, &picture).await.status == 404, "the picture is gone").await;
    assert!(post(&ada, &format!("{}/delete", out.path), &[]).await.status.is_client_error());
}

#[tokio::test]
async fn pinned_posts_stand_first_on_the_profile_and_only_public_ones_can_be_pinned() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let old = ada.post_photo("srgb.jpg", "Old").await;
    let new = ada.post_photo("grey.jpg", "New").await;
    let private = ada.post_album(&["lossy.webp"], "Private", "followers", &[]).await;
    ada.react(&old.path, "pin").await;
    let page = server.visitor().page("/@ada").await;
    assert_eq!(posts_on(&page, "ada"), [old.path.clone(), new.path.clone()]);
    assert!(page.html.contains("id=\"pinned\""));
    assert_eq!(post(&ada, &format!("{}/pin", private.path), &[]).await.status, 403);
    ada.react(&old.path, "unpin").await;
    assert!(!server.visitor().page("/@ada").await.html.contains("id=\"pinned\""));
}

#[tokio::test]
async fn at_most_five_posts_are_pinned() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        let out = ada.post_photo("srgb.jpg", "Pin me").await;
        answers.push(post(&ada, &format!("{}/pin", out.path), &[]).await.status.as_u16());
    }
    assert_eq!(answers, [303, 303, 303, 303, 303, 403]);
}
