//! Each call an app can make, each visibility, each viewer, by her token.

use super::matrix::{Looked, Stage, Viewer, may_see, of_another, of_ours};
use super::routes::{ROWS, Row, is_for_apps};
use crate::support::*;
use cyanotype::service::apps::scopes;
use cyanotype::service::limits;
use std::collections::BTreeMap;

/// An app for everybody who looks; nobody in particular has one without a token.
async fn apps(stage: &Stage) -> Vec<(Viewer, Api)> {
    let mut all = Vec::new();
    for (viewer, person) in &stage.people {
        let api = if *viewer == Viewer::Nobody { Api::nobody(&stage.a) } else { Api::of(person).await };
        all.push((*viewer, api));
    }
    all
}

/// What of `ROWS` an app is told.
async fn told(stage: &Stage, apps: &[(Viewer, Api)]) {
    let (_, somebody) = apps.iter().find(|(viewer, _)| *viewer == Viewer::Nobody).unwrap();
    let found = somebody.get(&format!("/api/v1/accounts/lookup?acct={}", stage.acct)).await.fine();
    let account = found["id"].as_str().unwrap();
    let asked =
        |(route, row): &&(&str, Row)| route.starts_with("GET ") && is_for_apps(route) && !matches!(row, Row::Other(_));
    for (route, row) in ROWS.iter().filter(asked) {
        // So that nobody calls too often.
        stage.a.world.clock().advance(limits::CALLS_WINDOW);
        for post in &stage.posts {
            for (viewer, api) in apps {
                let said = api.get(&stage.fill_for_apps(route, post, account)).await;
                check(stage, route, *row, post, *viewer, &said);
            }
        }
    }
}

fn check(stage: &Stage, route: &str, row: Row, post: &Looked, viewer: Viewer, said: &Said) {
    let what = format!("{route}, {}, {viewer:?}: {} {}", post.visibility, said.status, said.text);
    let may = may_see(post.visibility, viewer);
    let shown = said.text.contains(&post.marker);
    assert!(may || !shown, "{what}");
    // Nobody is told 401 where one has to be somebody.
    if said.status == 401 {
        assert!(viewer == Viewer::Nobody && !shown, "{what}");
        return;
    }
    match row {
        Row::Page => {
            assert_eq!(said.status, if may { 200 } else { 404 }, "{what}");
            let of_others = ["/context", "/favourited_by", "/reblogged_by"];
            assert!(shown == may || of_others.iter().any(|end| route.ends_with(end)), "{what}");
        }
        Row::Own => {
            let own = viewer == Viewer::Author;
            assert_eq!((said.status, shown), if own { (200, true) } else { (404, false) }, "{what}");
        }
        Row::List(list) => assert_eq!(shown, stage.listed(list, post.visibility, viewer), "{what}"),
        Row::Bare => assert!(!shown, "{what}"),
        _ => {}
    }
}

/// What of `ROWS` an app cannot do for those who may not see the post.
async fn deeds(stage: &Stage, apps: &[(Viewer, Api)]) {
    for (route, row) in ROWS.iter().filter(|(route, row)| is_for_apps(route) && matches!(row, Row::Deed | Row::OwnDeed))
    {
        stage.a.world.clock().advance(limits::CALLS_WINDOW);
        let method: reqwest::Method = route.split(' ').next().unwrap().parse().unwrap();
        for post in &stage.posts {
            for (viewer, api) in apps {
                let may = may_see(post.visibility, *viewer);
                let own = *viewer == Viewer::Author;
                if own || (*row == Row::Deed && may && *viewer != Viewer::Nobody) {
                    continue;
                }
                let said =
                    api.form(method.clone(), &stage.fill_for_apps(route, post, "1"), &[("status", "Peeping")]).await;
                // Who sees it knows that it is there: she is told that it is not hers.
                let seen = *row == Row::OwnDeed && may && said.status == 422;
                let refused = seen || said.status == if *viewer == Viewer::Nobody { 401 } else { 404 };
                assert!(refused, "{route}, {}, {viewer:?}: {} {}", post.visibility, said.status, said.text);
            }
        }
    }
}

/// What an app is told with one scope alone of a post for followers, by the token of its author: what she would be
/// told with all of them where the route asks for that scope, else nothing.
async fn narrowly(stage: &Stage, author: &Person, whole: &Api) {
    let post = stage.posts.iter().find(|post| post.visibility == "followers").unwrap();
    let found = whole.get(&format!("/api/v1/accounts/lookup?acct={}", stage.acct)).await.fine();
    let account = found["id"].as_str().unwrap();
    let table = cyanotype::http::api::table();
    let mut held: BTreeMap<&str, Api> = BTreeMap::new();
    for route in table.iter().filter(|route| route.method == reqwest::Method::GET && !route.streams) {
        stage.a.world.clock().advance(limits::CALLS_WINDOW);
        let path = stage.fill_for_apps(&format!("GET {}", route.path), post, account);
        let (wanted, full) = (route.access.scopes(), whole.get(&path).await);
        let shown = |said: &Said| said.text.contains(&post.marker);
        for scope in wanted.iter().copied().chain(["read", "push", "read:lists", "write:bookmarks"]) {
            if !held.contains_key(scope) {
                held.insert(scope, Api::with(author, scope).await);
            }
            let said = held[scope].get(&path).await;
            let what = format!("{} with {scope}: {} {}", route.path, said.status, said.text);
            let holds = |wanted: &&str| *wanted == scope || wanted.starts_with(&format!("{scope}:"));
            if wanted.is_empty() || wanted.iter().any(holds) {
                assert_eq!((said.status, shown(&said)), (full.status, shown(&full)), "{what}");
            } else {
                assert_eq!((said.status, shown(&said)), (403, false), "{what}");
            }
        }
    }
}

/// What an app is told that is let in by nobody and calls for itself: what nobody in particular may see.
async fn by_itself(stage: &Stage, app: &Api) {
    let alone = app.for_itself("read").await;
    for (route, row) in ROWS.iter().filter(|(route, _)| route.starts_with("GET ") && is_for_apps(route)) {
        stage.a.world.clock().advance(limits::CALLS_WINDOW);
        for post in &stage.posts {
            let said = alone.get(&stage.fill_for_apps(route, post, "1")).await;
            let may = may_see(post.visibility, Viewer::Nobody);
            let what = format!("{route}, {}, an app by itself: {} {}", post.visibility, said.status, said.text);
            assert!(may || !said.text.contains(&post.marker), "{what}");
            if *row == Row::Page {
                assert!(said.status == if may { 200 } else { 404 } || said.status == 422, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_tells_what_its_scopes_hold_and_nothing_else() {
    let stage = of_ours().await;
    let (_, author) = stage.people.iter().find(|(viewer, _)| *viewer == Viewer::Author).unwrap();
    let lasting: Vec<&str> = scopes::ALL.iter().copied().filter(|scope| *scope != scopes::OFFLINE).collect();
    let whole = Api::with(author, &lasting.join(" ")).await;
    narrowly(&stage, author, &whole).await;
    by_itself(&stage, &whole).await;
}

#[tokio::test]
async fn whoever_may_see_a_post_of_ours_is_told_of_it_by_her_app_and_nobody_else() {
    let stage = of_ours().await;
    let apps = apps(&stage).await;
    told(&stage, &apps).await;
    deeds(&stage, &apps).await;
}

#[tokio::test]
async fn r031_r032_whoever_may_see_a_post_from_elsewhere_is_told_of_it_by_her_app_and_nobody_else() {
    let stage = of_another().await;
    let apps = apps(&stage).await;
    told(&stage, &apps).await;
    deeds(&stage, &apps).await;
}
