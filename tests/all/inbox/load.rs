//! Many deliveries at once, and more than there is room for.

use crate::support::*;
use futures_util::future::join_all;
use serde_json::Value;
use std::time::{Duration, Instant};

#[tokio::test]
async fn deliveries_that_come_together_are_each_taken_once() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    let actors: Vec<Actor> = (0..5).map(|n| scene.peer.actor(&format!("fan{n}"))).collect();
    let likes: Vec<Value> = actors.iter().map(|actor| actor.activity("Like", post.id.as_str())).collect();
    let sent = actors.iter().zip(&likes).cycle().take(100);
    let answers = join_all(sent.map(|(actor, like)| actor.send(&scene.inbox, like))).await;
    assert!(answers.iter().all(|status| *status == 202), "{answers:?}");
    scene.a.quiet().await;
    assert_eq!(scene.likes(&post).await, 5);
}

#[tokio::test]
async fn j05_a_thousand_deletes_of_people_never_heard_of_are_taken_at_once_and_ask_nobody() {
    use cyanotype::activitypub::signature::cavage;
    use futures_util::{StreamExt, stream};
    let scene = Scene::new().await;
    let (client, to) = (scene.world().client(), format!("http://{}/ap/inbox", scene.a.address));
    let (url, now) = (reqwest::Url::parse(&scene.inbox).unwrap(), scene.world().clock().system());
    let delivery = |n: usize| {
        let gone = format!("https://peer.test/users/gone{n}");
        let body = serde_json::json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{gone}#delete"), "type": "Delete",
            "actor": gone, "object": gone, "to": [PUBLIC],
        });
        let (body, key_id) = (body.to_string().into_bytes(), format!("{gone}#main-key"));
        let headers =
            cavage::sign_post(&scene.bob.key, &key_id, &url, &body, "application/activity+json", now).unwrap();
        headers.into_iter().fold(client.post(&to).body(body), |request, (name, value)| request.header(name, value))
    };
    let all: Vec<_> = (0..1_000).map(delivery).collect();
    let (asked, begun) = (scene.peer.requests(), Instant::now());
    let sent = stream::iter(all).map(|request| async { request.send().await.unwrap().status().as_u16() });
    let answers: Vec<u16> = sent.buffer_unordered(50).collect().await;
    let took = begun.elapsed();
    assert!(answers.iter().all(|status| *status == 202), "{answers:?}");
    assert!(took < Duration::from_secs(10), "{took:?}, in a build that was not made for speed");
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), asked);
}

#[tokio::test]
async fn when_there_is_no_room_left_senders_are_asked_to_come_again() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    let room = scene.a.app.inbox_room.clone();
    let all = u32::try_from(room.available_permits()).unwrap();
    let taken = room.clone().acquire_many_owned(all).await.unwrap();
    let like = scene.bob.activity("Like", post.id.as_str());
    let answer = scene.bob.delivery(&scene.inbox, &like).answer().await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(scene.ada.get(&post.path).await.status, 200, "people are served meanwhile");
    drop(taken);
    scene.heard(&like).await;
    assert_eq!(scene.likes(&post).await, 1);
    assert_eq!(room.available_permits(), usize::try_from(all).unwrap(), "all room is given back");
}

#[tokio::test]
async fn when_too_much_waits_to_be_understood_senders_are_asked_to_come_again() {
    use std::sync::atomic::Ordering;
    let scene = Scene::new().await;
    let (post, app) = (scene.ada.post_photo("orientation-1.jpg", "A flower").await, &scene.a.app);
    let like = scene.bob.activity("Like", post.id.as_str());
    scene.heard(&like).await;
    // Nobody works any more, so that whatever comes waits.
    scene.a.stop_working();
    app.backlog.most.store(2, Ordering::Relaxed);
    let next = async || {
        scene.world().clock().advance(10_000);
        scene.bob.send(&scene.inbox, &scene.bob.activity("Like", post.id.as_str())).await
    };
    assert_eq!([next().await, next().await, next().await], [202; 3], "the limit, and one that finds it reached");
    assert_eq!(next().await, 503, "one more");
}

#[tokio::test]
async fn whoever_sends_slowly_holds_only_as_much_room_as_came() {
    use tokio::io::AsyncWriteExt;
    let scene = Scene::new().await;
    let all = scene.a.app.inbox_room.available_permits();
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = tokio::net::TcpStream::connect(scene.a.address).await.unwrap();
        let head = "POST /ap/inbox HTTP/1.1\r\nhost: a.test\r\ncontent-type: application/activity+json\r\n\
                    content-length: 1000000\r\n\r\n{\"a\":";
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let came = || async { scene.a.app.inbox_room.available_permits() < all };
    eventually(came, "the first bytes are there").await;
    assert!(scene.a.app.inbox_room.available_permits() >= all - 50);
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    assert_eq!(scene.likes(&post).await, 1);
}

#[tokio::test]
async fn r010_a_host_that_does_not_answer_is_left_alone_for_a_minute() {
    let scene = Scene::among(&["dead.test"]).await;
    // The port is open, but nobody ever takes the connection.
    let ask = async |n: usize| {
        let actor = format!("https://dead.test/users/{n}");
        let mut like = scene.bob.activity("Like", scene.ada_id.as_str());
        like["actor"] = actor.as_str().into();
        like["id"] = format!("{actor}/likes/1").into();
        let now = scene.world().clock().system();
        scene
            .bob
            .signed_post(&scene.inbox, like.to_string().into_bytes(), &format!("{actor}#main-key"), now)
            .send()
            .await
    };
    assert_eq!(ask(0).await, 503);
    let begun = Instant::now();
    for n in 1..10 {
        assert_eq!(ask(n).await, 503, "it may come back");
    }
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_was_not_to_be_had_is_asked_for_again_after_ten_minutes() {
    let scene = Scene::new().await;
    let address = "https://peer.test/notes/none";
    let asked = || scene.peer.received().iter().filter(|r| r.target == "/notes/none").count();
    for _ in 0..3 {
        scene.ada.search(address).await;
    }
    assert_eq!(asked(), 1);
    scene.world().clock().advance(10 * cyanotype::clock::MINUTE + 1_000);
    scene.ada.search(address).await;
    assert_eq!(asked(), 2);
}

#[test]
fn r058_requests_one_trigger_may_cause_are_counted() {
    use cyanotype::service::federation::fetch::{Budget, PER_ACTIVITY, PER_KEY, PER_PERSON};
    assert_eq!((PER_ACTIVITY, PER_PERSON), (20, 50));
    let table =
        [(Budget::key(), PER_KEY), (Budget::activity(), PER_ACTIVITY - PER_KEY), (Budget::person(), PER_PERSON)];
    for (budget, most) in table {
        for _ in 0..most {
            budget.take().unwrap();
        }
        assert!(budget.take().is_err(), "{most} and one more");
    }
}
