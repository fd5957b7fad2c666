//! What somebody is told in her app, like with like.

use super::notifications::Told;
use crate::support::*;
use cyanotype::service::notifications::groups::Key;
use cyanotype::service::surface::kind;
use serde_json::{Value, json};

const LIST: &str = "/api/v2/notifications";

/// Ada, whose post eve and zoe like; zoe answers it as well.
async fn liked() -> (Told, Posted) {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.like(&post.path).await;
    told.zoe.reply(&post.path, "Lovely").await;
    told.zoe.like(&post.path).await;
    (told, post)
}

fn groups(said: &Value) -> &Vec<Value> {
    said["notification_groups"].as_array().unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn likes_of_one_post_are_told_together_with_everybody_once() {
    let (told, post) = liked().await;
    let said = told.api.get(LIST).await.fine();
    let (eve, zoe) = (told.id("eve").await, told.id("zoe").await);
    let list = groups(&said);
    assert_eq!(list.iter().map(|g| g["type"].as_str().unwrap()).collect::<Vec<_>>(), ["favourite", "mention"]);
    let keys: Vec<&str> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    let every = "event group_key latest_page_notification_at moderation_warning most_recent_notification_id \
        notifications_count page_max_id page_min_id report sample_account_ids status_id type";
    assert_eq!(keys.join(" "), every);
    assert_eq!((&list[0]["notifications_count"], &list[0]["status_id"]), (&json!(2), &json!(post.number)));
    assert_eq!(list[0]["sample_account_ids"], json!([zoe, eve]), "the newest first");
    assert!(list[0]["most_recent_notification_id"].is_i64(), "a number, as Ice Cubes reads it");
    let at = list[0]["latest_page_notification_at"].as_str().unwrap();
    assert!(at.len() == 24 && at.ends_with('Z'), "{at}");
    let alone = format!("ungrouped-{}", list[1]["most_recent_notification_id"]);
    assert_eq!((&list[1]["group_key"], &list[1]["notifications_count"]), (&json!(alone), &json!(1)));
    assert_eq!((ids(&said["accounts"]).len(), ids(&said["statuses"]).len()), (2, 2));
    assert_eq!(said["partial_accounts"], json!([]));
    let v1 = told.api.get("/api/v1/notifications?types[]=favourite").await.fine();
    assert_eq!((&v1[0]["group_key"], &v1[1]["group_key"]), (&list[0]["group_key"], &list[0]["group_key"]));
}

#[tokio::test]
async fn an_app_says_what_is_told_together_and_how_much_of_people_it_needs() {
    let (told, _) = liked().await;
    let alone = told.api.get(&format!("{LIST}?grouped_types[]=follow")).await.fine();
    assert_eq!(groups(&alone).len(), 3);
    let said = told.api.get(&format!("{LIST}?expand_accounts=partial_avatars&types[]=favourite")).await.fine();
    let (eve, zoe) = (told.id("eve").await, told.id("zoe").await);
    assert_eq!((ids(&said["accounts"]), ids(&said["partial_accounts"])), (vec![&*zoe], vec![&*eve]));
    let keys: Vec<&str> = said["partial_accounts"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.join(" "), "acct avatar avatar_static bot id locked url");
}

#[tokio::test]
async fn groups_are_paged_by_the_notifications_in_them() {
    let (told, _) = liked().await;
    told.eve.follow("@ada@a.test").await;
    let first = told.api.get(&format!("{LIST}?limit=1")).await;
    assert_eq!(groups(&first.body)[0]["type"], "follow");
    let second = told.api.get(&first.link("next").unwrap()).await;
    let likes = groups(&second.body)[0].clone();
    assert_eq!((&likes["type"], &likes["notifications_count"]), (&json!("favourite"), &json!(2)), "of all its pages");
    assert_eq!(likes["page_min_id"], likes["page_max_id"]);
    let third = told.api.get(&second.link("next").unwrap()).await;
    assert_eq!(groups(&third.body)[0]["type"], "mention");
    let newer = told.api.get(&third.link("prev").unwrap()).await;
    assert_eq!(groups(&newer.body)[0]["type"], "favourite", "those next above");
    let fourth = told.api.get(&third.link("next").unwrap()).await;
    assert_eq!(groups(&fourth.body)[0]["page_max_id"], fourth.body["notification_groups"][0]["page_min_id"]);
    let end = told.api.get(&fourth.link("next").unwrap()).await;
    assert!(groups(&end.body).is_empty() && end.link("next").is_none());
}

#[tokio::test]
async fn a_group_is_asked_for_by_its_key_and_dismissed() {
    let (told, _) = liked().await;
    let said = told.api.get(LIST).await.fine();
    let key = groups(&said)[0]["group_key"].as_str().unwrap().to_owned();
    let path = format!("{LIST}/{key}");
    let one = told.api.get(&path).await.fine();
    assert_eq!(groups(&one), &groups(&said)[..1]);
    let people = told.api.get(&format!("{path}/accounts")).await.ids();
    assert_eq!(people, [told.id("zoe").await, told.id("eve").await]);
    let eve = Api::of(&told.eve).await;
    for path in [path.clone(), format!("{path}/accounts"), format!("{LIST}/like-1-1"), format!("{LIST}/nothing")] {
        assert_eq!(eve.get(&path).await.status, 404, "r098 {path}");
    }
    eve.post(&format!("{path}/dismiss"), &[]).await;
    assert_eq!(told.api.get(&path).await.status, 200, "r098");
    assert_eq!(told.api.post(&format!("{path}/dismiss"), &[]).await.fine(), json!({}));
    let left = told.api.get(LIST).await.fine();
    assert_eq!(groups(&left), &groups(&said)[1..]);
}

#[tokio::test]
async fn a_group_whose_newest_people_are_hidden_shows_those_below_them() {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.like(&post.path).await;
    for n in 0..9 {
        let name = format!("rude{n}");
        told.server.person(&name).await.like(&post.path).await;
        told.ada.block(&format!("@{name}@a.test")).await;
    }
    let said = told.api.get(LIST).await.fine();
    assert_eq!(groups(&said)[0]["sample_account_ids"], json!([told.id("eve").await]), "{said:#}");
    let key = groups(&said)[0]["group_key"].as_str().unwrap().to_owned();
    let one = told.api.get(&format!("{LIST}/{key}")).await.fine();
    assert_eq!(groups(&one)[0]["sample_account_ids"], json!([told.id("eve").await]));
}

#[test]
fn a_key_is_read_back_and_nothing_else_is() {
    let together = Key::Together { kind: kind::LIKE, post_id: 17, half_day: 41_000 };
    for key in [Key::Alone(5), together] {
        assert_eq!(Key::parse(&key.to_string()), Some(key));
    }
    for text in ["", "ungrouped-", "like-17", "like-x-1", "mention-1-2", "like-1--2", "like-1-9223372036854775807"] {
        assert!(Key::parse(text).and_then(|key| key.span()).is_none(), "{text}");
    }
}
