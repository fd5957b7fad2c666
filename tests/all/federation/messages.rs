//! Conversations among mentioned people, across servers.

use crate::support::*;
use cyanotype::service::limits;

async fn write(from: &Person, to: &str, text: &str) -> Page {
    let form = from.form("/messages", "/messages").await.set("to", to).set("text", text);
    from.submit(form).await
}

/// The path of the newest conversation, as it is listed.
async fn newest(person: &Person) -> String {
    let listed = || async { person.page("/messages").await.link("/messages/") };
    eventually(listed, &format!("{} has a conversation", person.name)).await
}

#[tokio::test]
async fn a_message_reaches_its_reader_and_is_answered() {
    let two = Two::new().await;
    let eve = two.b.person("eve").await;
    let sent = write(&two.ada, &two.bob.handle(), "Are you awake?").await;
    assert!(sent.status.is_success() && sent.says("Are you awake?"), "{}", sent.text());
    let listed = newest(&two.bob).await;
    let list = two.bob.page("/messages").await;
    assert!(list.says("Not read") && list.says("Are you awake?"));
    let opened = two.bob.page(&listed).await;
    assert!(opened.path.starts_with("/@ada@a.test/") && opened.says("Are you awake?"));
    assert!(!two.bob.page("/messages").await.says("Not read"));
    two.bob.reply(opened.path.split(['#', '?']).next().unwrap(), "Since six").await;
    let answered = || async { two.ada.page("/messages").await.says("Since six") };
    eventually(answered, "she has his answer").await;
    assert!(two.ada.page(&newest(&two.ada).await).await.says("Since six"));
    for (page, who) in [(eve.page("/messages").await, "eve"), (two.b.visitor().get(&opened.path).await, "a visitor")] {
        assert!(!page.says("Are you awake?") && !page.says("Since six"), "{who}");
    }
    assert!(!two.bob.home().await.says("Are you awake?"), "it is no post for homes");
    let quiet = two.a.document(&format!("{}/outbox", two.a.actor_id("ada").await)).await;
    assert_eq!(quiet.1["totalItems"], 0);
}

#[tokio::test]
async fn a_conversation_among_three_goes_on_among_three() {
    let two = Two::new().await;
    let carol = two.a.person("carol").await;
    write(&two.ada, &format!("{} {}", two.bob.handle(), carol.handle()), "Saturday?").await;
    let at = two.bob.page(&newest(&two.bob).await).await.path;
    two.bob.reply(at.split(['#', '?']).next().unwrap(), "Saturday it is").await;
    let heard = || async { carol.page("/messages").await.says("Saturday it is") };
    eventually(heard, "the third one hears the answer too").await;
}

#[tokio::test]
async fn a_message_from_another_kind_of_server_is_listed() {
    let scene = Scene::new().await;
    let mut note = scene.bob.note("For your eyes");
    note["to"] = serde_json::json!([scene.ada_id]);
    note["cc"] = serde_json::json!([]);
    note["tag"] = serde_json::json!([{ "type": "Mention", "href": scene.ada_id, "name": "@ada@a.test" }]);
    scene.heard(&scene.bob.create(&note)).await;
    assert!(scene.ada.page("/messages").await.says("For your eyes"));
    assert!(scene.ada.page(&newest(&scene.ada).await).await.says("For your eyes"));
    scene.heard(&scene.bob.activity("Delete", note["id"].clone())).await;
    assert!(!scene.ada.page("/messages").await.says("BOB"), "and goes when it is deleted");
}

#[tokio::test]
async fn r053_of_those_a_message_names_so_many_are_looked_up_and_no_more() {
    let scene = Scene::new().await;
    let mut note = scene.bob.note("All of you");
    let name = |id: String| serde_json::json!({ "type": "Mention", "href": id, "name": "@somebody" });
    let strangers = (0..limits::RECIPIENTS + 5).map(|n| name(scene.peer.url(&format!("/users/stranger{n}"))));
    note["tag"] = strangers.chain([name(scene.ada_id.clone())]).collect();
    note["to"] = serde_json::json!([scene.ada_id]);
    note["cc"] = serde_json::json!([]);
    scene.heard(&scene.bob.create(&note)).await;
    let asked = scene.peer.received().iter().filter(|r| r.target.contains("/stranger")).count();
    assert_eq!(asked, limits::RECIPIENTS);
    assert!(scene.ada.page("/messages").await.says("All of you"));
}

#[tokio::test]
async fn a_message_to_nobody_is_given_back_with_a_sentence() {
    let scene = Scene::new().await;
    for (to, why) in [
        ("@nobody@peer.test", "was not found"),
        ("", "Say to whom"),
        (&"@bob@peer.test ".repeat(limits::RECIPIENTS + 1), "10 people at most"),
    ] {
        let page = write(&scene.ada, to, "Hello?").await;
        assert_eq!(page.status, 422, "{to}");
        assert!(page.says(why) && page.says("Hello?"), "{}", page.text());
    }
    assert!(scene.peer.deliveries("Create").is_empty());
}

#[tokio::test]
async fn sending_the_form_twice_sends_one_message() {
    let scene = Scene::new().await;
    let form = scene.ada.form("/messages", "/messages").await.set("to", &scene.bob.handle()).set("text", "Once");
    let (first, second) = (scene.ada.submit(form.clone()).await, scene.ada.submit(form).await);
    assert_eq!(first.path, second.path);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1);
}

#[tokio::test]
async fn a_conversation_is_taken_out_of_ones_own_list_only() {
    let two = Two::new().await;
    write(&two.ada, &two.bob.handle(), "Are you awake?").await;
    let listed = newest(&two.bob).await;
    two.bob.press("/messages", &format!("{listed}/dismiss")).await;
    assert!(!two.bob.page("/messages").await.says("Are you awake?"));
    assert!(two.ada.page("/messages").await.says("Are you awake?"));
    let others = newest(&two.ada).await;
    let carol = two.a.person("carol").await;
    assert_eq!(carol.get(&others).await.status, 404, "r098: another person's is not there");
}

#[tokio::test]
async fn r037_whoever_is_blocked_cannot_write() {
    let two = Two::new().await;
    write(&two.ada, &two.bob.handle(), "Are you awake?").await;
    let listed = newest(&two.bob).await;
    two.ada.block(&two.bob.handle()).await;
    let at = two.bob.page(&listed).await.path;
    let at = at.split(['#', '?']).next().unwrap();
    let form = two.bob.form(at, &format!("{at}/reply")).await;
    two.bob.submit(form.set("text", "Why?")).await;
    two.b.quiet().await;
    two.a.quiet().await;
    assert!(!two.ada.page("/messages").await.says("Why?"));
    let page = write(&two.ada, &two.bob.handle(), "Because").await;
    assert!(page.status == 422 && page.says("blocks the other"));
}
