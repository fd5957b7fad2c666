//! The numbers of a profile are those of what there is.

use crate::support::*;
use cyanotype::entity::account_count;
use reqwest::Method;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement};
use serde_json::json;

/// Counts as the database keeps them, and the same counted anew; who has nothing is left out.
async fn kept_and_anew(server: &Server) -> [Vec<account_count::Model>; 2] {
    let db = &server.app.db.read;
    let sql = "SELECT account_id, SUM(posts) AS posts, SUM(followers) AS followers, SUM(following) AS following, \
               MAX(posted_at) AS posted_at FROM (\
               SELECT account_id, 1 AS posts, 0 AS followers, 0 AS following, published_at AS posted_at FROM post \
               WHERE deleted_at IS NULL AND visibility IN ('public', 'quiet') \
               UNION ALL SELECT target_id, 0, 1, 0, 0 FROM follow WHERE state = 'accepted' \
               UNION ALL SELECT follower_id, 0, 0, 1, 0 FROM follow WHERE state = 'accepted') AS c GROUP BY account_id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut anew: Vec<account_count::Model> =
        rows.iter().map(|row| account_count::Model::from_query_result(row, "").unwrap()).collect();
    let mut kept = account_count::Entity::find().all(db).await.unwrap();
    kept.retain(|row| row.posts != 0 || row.followers != 0 || row.following != 0);
    for rows in [&mut anew, &mut kept] {
        rows.sort_by_key(|row| row.account_id);
    }
    [kept, anew]
}

async fn true_counts(server: &Server, after: &str) -> Vec<account_count::Model> {
    let [kept, anew] = kept_and_anew(server).await;
    assert_eq!(kept, anew, "after {after}");
    kept
}

#[tokio::test]
async fn whatever_is_posted_deleted_followed_and_left_is_counted_as_it_is() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let bea = server.person("bea").await;
    let cleo = server.person("cleo").await;
    let first = ada.post_photo("orientation-1.jpg", "One").await;
    let second = ada.post_photo("orientation-1.jpg", "Two").await;
    ada.post_album(&["orientation-1.jpg"], "For few", "followers", &["A photograph"]).await;
    bea.reply(&first.path, "An answer").await;
    let told = true_counts(&server, "posting").await;
    assert_eq!(told.iter().map(|row| row.posts).collect::<Vec<_>>(), [2, 1]);
    bea.follow("@ada@a.test").await;
    cleo.follow("@ada@a.test").await;
    ada.follow("@bea@a.test").await;
    let told = true_counts(&server, "following").await;
    assert_eq!((told[0].followers, told[0].following), (2, 1));
    let api = Api::of(&ada).await;
    api.form(Method::PATCH, "/api/v1/accounts/update_credentials", &[("locked", "true")]).await.fine();
    let dora = server.person("dora").await;
    dora.follow("@ada@a.test").await;
    assert_eq!(true_counts(&server, "asking").await[0].followers, 2);
    let asked = api.get("/api/v1/follow_requests").await.fine()[0]["id"].as_str().unwrap().to_owned();
    api.post(&format!("/api/v1/follow_requests/{asked}/authorize"), &[]).await.fine();
    assert_eq!(true_counts(&server, "granting").await[0].followers, 3);
    cleo.unfollow("@ada@a.test").await;
    ada.block("@bea@a.test").await;
    let told = true_counts(&server, "unfollowing and blocking").await;
    assert_eq!((told[0].followers, told[0].following), (1, 0));
    ada.delete(&second).await;
    let told = true_counts(&server, "deleting the newest").await;
    assert_eq!(told[0].posts, 1);
    let shown = api.get("/api/v1/accounts/verify_credentials").await.fine();
    assert_eq!((&shown["statuses_count"], &shown["followers_count"]), (&json!(1), &json!(1)));
    api.with_post(&first.number, "unpin").await;
    ada.delete(&first).await;
    true_counts(&server, "deleting all").await;
}
