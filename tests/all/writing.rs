//! The one way to write: what comes together is written together, and each piece stands or falls alone.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::support::*;
use cyanotype::entity::setting;
use cyanotype::service::Refusal;
use cyanotype::service::work::{self, Work};
use cyanotype::store::intake::Heard;
use cyanotype::store::settings;
use futures_util::future::join_all;
use sea_orm::prelude::*;
use std::time::Duration;

async fn put(
    server: &Server,
    name: String,
    then: impl FnOnce() -> Result<(), Refusal> + Clone + Send + 'static,
) -> Result<(), Refusal> {
    server
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                settings::put(tx, &name, "set".to_owned()).await?;
                then()
            })
        })
        .await
}

async fn is_set(server: &Server, name: &str) -> bool {
    settings::get(&server.app.db.read, name).await.unwrap().is_some()
}

#[tokio::test]
async fn what_fails_among_others_is_taken_back_alone() {
    let a = Server::start("a.test").await;
    let written = join_all((0..60).map(|n| {
        put(&a, format!("name-{n}"), move || match n % 3 {
            0 => Err(Refusal::Missing),
            1 => Ok(()),
            _ => panic!("in the middle of a write"),
        })
    }));
    for (n, result) in written.await.into_iter().enumerate() {
        match n % 3 {
            0 => assert!(matches!(result, Err(Refusal::Missing)), "its own reason"),
            1 => assert!(result.is_ok()),
            _ => assert!(matches!(result, Err(Refusal::Broken(_)))),
        }
        assert_eq!(is_set(&a, &format!("name-{n}")).await, n % 3 == 1, "{n}");
    }
}

#[tokio::test]
async fn what_is_answered_can_be_read_at_once() {
    let a = Server::start("a.test").await;
    let written = (0..60).map(|n| {
        let a = &a;
        async move {
            let name = format!("name-{n}");
            put(a, name.clone(), || Ok(())).await.unwrap();
            assert!(is_set(a, &name).await);
        }
    });
    join_all(written).await;
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_any_more_is_written() {
    let a = Server::start("a.test").await;
    for n in 0..20 {
        let writing = put(&a, format!("name-{n}"), || Ok(()));
        let _ = tokio::time::timeout(Duration::from_micros(n), writing).await;
    }
    for n in 0..20 {
        let name = format!("name-{n}");
        eventually(|| is_set(&a, &name), "it is written").await;
    }
}

#[tokio::test]
async fn what_another_server_waits_for_goes_before_what_nobody_waits_for() {
    let a = Server::start("a.test").await;
    let long = || {
        std::thread::sleep(Duration::from_millis(2));
        Ok(())
    };
    let others = join_all((0..60).map(|n| put(&a, format!("name-{n}"), long)));
    let heard = async {
        let job = work::row(&a.app, Work::FanOutBoost { boost: 1 });
        a.app.db.hear(Heard { once: None, job }).await.unwrap();
        setting::Entity::find().filter(setting::Column::Name.starts_with("name-")).count(&a.app.db.read).await.unwrap()
    };
    let (written, before) = tokio::join!(others, heard);
    assert!(written.iter().all(Result::is_ok));
    assert!(before < 40, "{before} of 60 were written first");
}

/// Each looks how many there are and comes in only where there is room: what two see at the same time must
/// not let both in.
#[tokio::test]
async fn what_is_looked_up_and_then_written_holds_however_many_write_at_the_same_time() {
    let a = Server::start("a.test").await;
    let come_in = |n: usize| {
        let db = a.app.db.clone();
        async move {
            let write = db.write(move |tx| {
                Box::pin(async move {
                    let there = setting::Entity::find().filter(setting::Column::Name.starts_with("guest-")).count(tx);
                    if there.await? >= 5 {
                        return Err(Refusal::Conflict("There is no room.".to_owned()));
                    }
                    let count: usize = settings::get(tx, "count").await?.map_or(0, |text| text.parse().unwrap());
                    settings::put(tx, "count", (count + 1).to_string()).await?;
                    Ok(settings::put(tx, &format!("guest-{n}"), "in".to_owned()).await?)
                })
            });
            write.await
        }
    };
    let came = join_all((0..12).map(come_in)).await;
    let refused = |came: &Result<(), Refusal>| matches!(came, Err(Refusal::Conflict(_)));
    assert_eq!(came.iter().filter(|one| one.is_ok()).count(), 5, "{came:?}");
    assert_eq!(came.iter().filter(|one| refused(one)).count(), 7, "{came:?}");
    assert_eq!(settings::get(&a.app.db.read, "count").await.unwrap().as_deref(), Some("5"), "nobody was forgotten");
}

#[tokio::test]
async fn a_write_that_goes_on_after_a_failure_is_not_said_to_be_kept_where_it_is_not() {
    let a = Server::start("a.test").await;
    let done: Result<(), Refusal> = a
        .app
        .db
        .write(|tx| {
            Box::pin(async move {
                settings::put(tx, "before", "set".to_owned()).await?;
                // The name is taken; whoever wrote this forgot to look.
                let again = setting::ActiveModel {
                    name: sea_orm::Set("before".to_owned()),
                    value: sea_orm::Set("again".to_owned()),
                };
                let _ = setting::Entity::insert(again).exec_without_returning(tx).await;
                Ok(())
            })
        })
        .await;
    assert_eq!(done.is_ok(), is_set(&a, "before").await, "{done:?}");
}
