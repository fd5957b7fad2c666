//! Deliveries that do not go well at once.

use crate::support::*;
use std::time::{Duration, Instant};

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn r115_what_a_server_could_not_take_is_sent_again_later_and_signed_anew() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let first = scene.peer.expect_delivery("Create").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1, "not at once");
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(2 * MINUTE);
    let second = scene.peer.expect_delivery("Create").await;
    assert_eq!(first.body, second.body, "the very same bytes");
    assert_ne!(first.headers["signature"], second.headers["signature"]);
    assert_ne!(first.headers["date"], second.headers["date"]);
    scene.a.quiet().await;
    scene.world().clock().advance(60 * MINUTE);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 2, "taken is taken");
}

#[tokio::test]
async fn it_is_tried_for_days_with_growing_pauses() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(500);
    scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect_delivery("Create").await;
    scene.a.quiet().await;
    for hours in [1, 2, 4, 12, 24, 24] {
        let before = scene.peer.deliveries("Create").len();
        scene.world().clock().advance(hours * 60 * MINUTE);
        eventually(
            || async { scene.peer.deliveries("Create").len() > before },
            &format!("tried again after {hours} h"),
        )
        .await;
        scene.a.quiet().await;
    }
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(48 * 60 * MINUTE);
    scene.peer.expect_delivery("Create").await;
}

#[tokio::test]
async fn what_a_server_refuses_is_not_sent_again() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(403);
    scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect_delivery("Create").await;
    scene.a.quiet().await;
    scene.world().clock().advance(24 * 60 * MINUTE);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1);
}

#[tokio::test]
async fn r115_a_server_that_hangs_delays_no_other() {
    let scene = Scene::among(&["slow.test"]).await;
    let slow = scene.world().peer("slow.test");
    let sam = slow.actor("sam");
    sam.follow(&scene.ada_id).await;
    slow.expect("Accept").await;
    scene.bob_follows().await;
    slow.hang(true);
    let begun = Instant::now();
    for index in 0..6 {
        scene.ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await;
        scene.peer.expect("Create").await;
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(slow.deliveries("Create").len() <= 2, "no more than two at once to one host");
}

#[tokio::test]
async fn r115_servers_that_hang_do_not_hold_up_homes_here() {
    let hosts = ["one.test", "two.test", "three.test"];
    let world = World::new(["a.test"].into_iter().chain(hosts)).await;
    let a = world.server_with("a.test", &[("deliveries", "3")]).await;
    let (ada, eve) = (a.owner("ada").await, a.person("eve").await);
    let ada_id = a.actor_id("ada").await;
    eve.follows(&ada.handle()).await;
    let peers = hosts.map(|host| world.peer(host));
    for peer in &peers {
        peer.actor("sam").follow(&ada_id).await;
        peer.expect("Accept").await;
        peer.hang(true);
    }
    ada.post_photo("orientation-1.jpg", "The first").await;
    let hanging = || async { peers.iter().map(|peer| peer.deliveries("Create").len()).sum::<usize>() };
    eve.sees("ada").await;
    ada.post_photo("orientation-2.jpg", "The second").await;
    eventually(|| async { hanging().await >= 3 }, "every place for deliveries is taken").await;
    let begun = Instant::now();
    ada.post_photo("orientation-3.jpg", "The third").await;
    eventually(|| async { eve.home().await.says("The third") }, "eve sees the third").await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn no_more_deliveries_go_to_one_host_at_once_than_the_setting_says() {
    let world = World::new(["a.test", "slow.test", "peer.test"]).await;
    let a = world.server_with("a.test", &[("deliveries_per_host", "1")]).await;
    let ada = a.owner("ada").await;
    let ada_id = a.actor_id("ada").await;
    let (slow, peer) = (world.peer("slow.test"), world.peer("peer.test"));
    for peer in [&slow, &peer] {
        peer.actor("sam").follow(&ada_id).await;
        peer.expect("Accept").await;
    }
    slow.hang(true);
    for index in 0..3 {
        ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await;
        peer.expect("Create").await;
    }
    assert_eq!(slow.deliveries("Create").len(), 1);
}

#[tokio::test]
async fn one_hanging_host_among_many_takes_one_delivery_and_the_others_get_everything() {
    let others: Vec<String> = (0..12).map(|n| format!("host-{n}.test")).collect();
    let names = ["a.test", "slow.test"].into_iter().chain(others.iter().map(String::as_str));
    let world = World::new(names).await;
    let a = world.server("a.test").await;
    let ada = a.owner("ada").await;
    let ada_id = a.actor_id("ada").await;
    let slow = world.peer("slow.test");
    let peers: Vec<Peer> = others.iter().map(|host| world.peer(host)).collect();
    for peer in peers.iter().chain([&slow]) {
        peer.actor("sam").follow(&ada_id).await;
        peer.expect("Accept").await;
    }
    slow.hang(true);
    let begun = Instant::now();
    for index in 0..4 {
        ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await;
    }
    for peer in &peers {
        for _ in 0..4 {
            peer.expect("Create").await;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(slow.deliveries("Create").len(), 1, "the next one waits until the first has ended");
}

#[tokio::test]
async fn a_server_that_is_away_gets_everything_when_it_is_back() {
    let two = Two::new().await;
    two.b.front.cut();
    let post = two.ada.post_photo("photo-dahlia.jpg", "While you were out").await;
    two.a.quiet().await;
    two.b.front.forward_to(two.b.address);
    two.a.world.clock().advance(2 * MINUTE);
    let path = two.bob.sees(&two.ada.acct()).await;
    assert!(two.bob.page(&path).await.says("While you were out"), "{}", post.path);
}

#[tokio::test]
async fn what_was_posted_before_a_restart_is_delivered_after_it() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    scene.ada.post_photo("photo-dahlia.jpg", "Across a restart").await;
    scene.peer.expect_delivery("Create").await;
    let world = scene.a.world.clone();
    let data = scene.a.stop().await;
    scene.peer.answer_inbox(202);
    world.clock().advance(2 * MINUTE);
    let _again = world.server_in("a.test", data, &[]).await.unwrap();
    scene.peer.expect_delivery("Create").await;
}

#[tokio::test]
async fn a_post_deleted_before_it_left_does_not_leave() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    let post = scene.ada.post_photo("photo-dahlia.jpg", "Regretted").await;
    scene.peer.expect_delivery("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.ada.delete(&post).await;
    scene.peer.expect("Delete").await;
    scene.world().clock().advance(60 * MINUTE);
    scene.a.quiet().await;
    let order: Vec<_> =
        scene.peer.received().into_iter().filter_map(|r| r.json).map(|json| json["type"].clone()).collect();
    let last = order.iter().rposition(|kind| kind == "Delete").unwrap();
    assert!(order[last..].iter().all(|kind| kind != "Create"), "no Create after the Delete: {order:?}");
}

#[tokio::test]
async fn a_restarted_server_asks_for_keys_again_and_goes_on() {
    let scene = Scene::followed().await;
    let world = scene.a.world.clone();
    let data = scene.a.stop().await;
    let again = world.server_in("a.test", data, &[]).await.unwrap();
    let post = scene.ada.post_photo("photo-dahlia.jpg", "Still here").await;
    scene.peer.expect("Create").await;
    scene.bob.tell(&scene.inbox, &scene.bob.activity("Like", post.id.as_str())).await;
    again.quiet().await;
    assert_eq!(again.total(&format!("{}/likes", post.id)).await, 1);
}
