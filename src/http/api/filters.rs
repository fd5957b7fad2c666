//! What somebody does not want to read, in both versions of the API.

use super::call::{Answer, Call, done, json};
use super::json::{Empty, Filter, FilterKeyword, FilterStatus, FilterV1};
use super::params::Params;
use super::{Access, ApiError, Route};
use crate::service::filters::{self, Wanted, Word};

const READ: Access = Access::Person(&["read:filters"]);
const WRITE: Access = Access::Person(&["write:filters"]);
const FILTER: &[&str] = &["title", "context[]", "filter_action", "expires_in:number", "keywords_attributes[]"];
const KEYWORD: &[&str] = &["keyword", "whole_word:flag"];
const FILTER_V1: &[&str] = &["phrase", "context[]", "irreversible:flag", "whole_word:flag", "expires_in:number"];

pub fn routes() -> Vec<Route> {
    let of_v2 = vec![
        Route::get("/api/v2/filters", READ, list).lists::<Filter>(),
        Route::post("/api/v2/filters", WRITE, make).takes(FILTER).gives::<Filter>(),
        Route::get("/api/v2/filters/{id}", READ, show).gives::<Filter>(),
        Route::put("/api/v2/filters/{id}", WRITE, change).takes(FILTER).gives::<Filter>(),
        Route::delete("/api/v2/filters/{id}", WRITE, remove).gives::<Empty>(),
        Route::get("/api/v2/filters/{id}/keywords", READ, keywords).lists::<FilterKeyword>(),
        Route::post("/api/v2/filters/{id}/keywords", WRITE, add_keyword).takes(KEYWORD).gives::<FilterKeyword>(),
        Route::get("/api/v2/filters/keywords/{id}", READ, keyword).gives::<FilterKeyword>(),
        Route::put("/api/v2/filters/keywords/{id}", WRITE, change_keyword).takes(KEYWORD).gives::<FilterKeyword>(),
        Route::delete("/api/v2/filters/keywords/{id}", WRITE, remove_keyword).gives::<Empty>(),
        Route::get("/api/v2/filters/{id}/statuses", READ, posts).lists::<FilterStatus>(),
        Route::post("/api/v2/filters/{id}/statuses", WRITE, add_post).takes(&["status_id:id"]).gives::<FilterStatus>(),
        Route::get("/api/v2/filters/statuses/{id}", READ, post).gives::<FilterStatus>(),
        Route::delete("/api/v2/filters/statuses/{id}", WRITE, remove_post).gives::<Empty>(),
    ];
    let of_v1 = vec![
        Route::get("/api/v1/filters", READ, list_v1).lists::<FilterV1>(),
        Route::post("/api/v1/filters", WRITE, make_v1).takes(FILTER_V1).gives::<FilterV1>(),
        Route::get("/api/v1/filters/{id}", READ, show_v1).gives::<FilterV1>(),
        Route::put("/api/v1/filters/{id}", WRITE, change_v1).takes(FILTER_V1).gives::<FilterV1>(),
        Route::delete("/api/v1/filters/{id}", WRITE, remove_v1).gives::<Empty>(),
    ];
    [of_v2, of_v1].concat()
}

/// In how many seconds it ends; sent empty: never.
fn expires(params: &Params) -> Result<Option<Option<i64>>, ApiError> {
    let wrong = || ApiError::invalid("expires_in", "Say after how many seconds the filter ends, or nothing.");
    match params.text("expires_in") {
        None => Ok(params.sent("expires_in").then_some(None)),
        Some(text) => {
            let seconds: i64 = text.trim().parse().map_err(|_| wrong())?;
            Ok(Some(Some(seconds).filter(|seconds| *seconds > 0)))
        }
    }
}

fn contexts(params: &Params) -> Option<Vec<String>> {
    params.sent("context").then(|| params.list("context").into_iter().map(str::to_owned).collect())
}

/// A word as a call of its own says it, or as one of a list.
fn word(params: &Params) -> Result<Word, ApiError> {
    Ok(Word {
        id: params.id("id")?,
        keyword: params.text("keyword").map(str::to_owned),
        whole: params.flag("whole_word"),
        remove: params.flag("_destroy") == Some(true),
    })
}

fn wanted(params: &Params) -> Result<Wanted, ApiError> {
    Ok(Wanted {
        title: params.text("title").map(str::to_owned),
        contexts: contexts(params),
        action: params.text("filter_action").map(str::to_owned),
        expires: expires(params)?,
        words: params.rows("keywords_attributes").iter().map(word).collect::<Result<_, _>>()?,
    })
}

async fn list(call: Call) -> Answer {
    let found = filters::list(&call.app, call.me()?.id()).await?;
    json(&found.iter().map(Filter::of).collect::<Vec<_>>())
}

async fn make(call: Call) -> Answer {
    json(&Filter::of(&filters::make(&call.app, call.me()?.id(), wanted(&call.params)?).await?))
}

async fn show(call: Call) -> Answer {
    json(&Filter::of(&filters::one(&call.app, call.me()?.id(), call.id()?).await?))
}

async fn change(call: Call) -> Answer {
    let changed = filters::change(&call.app, call.me()?.id(), call.id()?, wanted(&call.params)?).await?;
    json(&Filter::of(&changed))
}

async fn remove(call: Call) -> Answer {
    filters::remove(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

async fn keywords(call: Call) -> Answer {
    let found = filters::keywords(&call.app, call.me()?.id(), call.id()?).await?;
    json(&found.iter().map(FilterKeyword::of).collect::<Vec<_>>())
}

async fn add_keyword(call: Call) -> Answer {
    let word = Word { keyword: Some(call.params.need("keyword")?.to_owned()), ..word(&call.params)? };
    let added = filters::add_keyword(&call.app, call.me()?.id(), call.id()?, Word { remove: false, ..word }).await?;
    json(&FilterKeyword::of(&added))
}

async fn keyword(call: Call) -> Answer {
    json(&FilterKeyword::of(&filters::keyword(&call.app, call.me()?.id(), call.id()?).await?))
}

async fn change_keyword(call: Call) -> Answer {
    let changed = filters::change_keyword(&call.app, call.me()?.id(), call.id()?, word(&call.params)?).await?;
    json(&FilterKeyword::of(&changed))
}

async fn remove_keyword(call: Call) -> Answer {
    filters::remove_keyword(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

async fn posts(call: Call) -> Answer {
    let found = filters::posts(&call.app, call.me()?.id(), call.id()?).await?;
    json(&found.iter().map(FilterStatus::of).collect::<Vec<_>>())
}

async fn add_post(call: Call) -> Answer {
    let post = call.params.id("status_id")?.ok_or_else(|| ApiError::invalid("status_id", "Say which post."))?;
    json(&FilterStatus::of(&filters::add_post(&call.app, call.me()?.id(), call.id()?, post).await?))
}

async fn post(call: Call) -> Answer {
    json(&FilterStatus::of(&filters::post(&call.app, call.me()?.id(), call.id()?).await?))
}

async fn remove_post(call: Call) -> Answer {
    filters::remove_post(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

fn wanted_v1(params: &Params) -> Result<(Wanted, Word), ApiError> {
    let wanted = Wanted {
        contexts: contexts(params),
        action: params.flag("irreversible").map(|hides| filters::action_of(hides).to_owned()),
        expires: expires(params)?,
        ..Wanted::default()
    };
    let word =
        Word { keyword: params.text("phrase").map(str::to_owned), whole: params.flag("whole_word"), ..Word::default() };
    Ok((wanted, word))
}

async fn list_v1(call: Call) -> Answer {
    let found = filters::list(&call.app, call.me()?.id()).await?;
    let words = found.iter().flat_map(|filter| filter.keywords.iter().map(|word| FilterV1::of(&filter.row, word)));
    json(&words.collect::<Vec<_>>())
}

async fn make_v1(call: Call) -> Answer {
    call.params.need("phrase")?;
    let (wanted, word) = wanted_v1(&call.params)?;
    let (row, word) = filters::make_alone(&call.app, call.me()?.id(), wanted, word).await?;
    json(&FilterV1::of(&row, &word))
}

async fn show_v1(call: Call) -> Answer {
    let me = call.me()?.id();
    let word = filters::keyword(&call.app, me, call.id()?).await?;
    json(&FilterV1::of(&filters::one(&call.app, me, word.filter_id).await?.row, &word))
}

async fn change_v1(call: Call) -> Answer {
    let (wanted, word) = wanted_v1(&call.params)?;
    let (row, word) = filters::change_alone(&call.app, call.me()?.id(), call.id()?, wanted, word).await?;
    json(&FilterV1::of(&row, &word))
}

async fn remove_v1(call: Call) -> Answer {
    filters::remove_alone(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}
