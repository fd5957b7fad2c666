//! Knocking twice: the draft first, which everybody reads; RFC 9421 where that is refused. What a host
//! takes is remembered for days, and that it takes neither for an hour.

use super::signer::Signer;
use crate::activitypub::ACCEPT_DOCUMENTS;
use crate::activitypub::signature::Form;
use crate::app::{App, KnownForm};
use crate::clock::{DAY, HOUR, Millis, SECOND};
use crate::entity::signature_form;
use crate::net::{Document, DoorError};
use crate::service::Refusal;
use crate::service::work::host_of;
use crate::store::forms;
use futures_util::future::BoxFuture;
use http::StatusCode;
use url::Url;

/// A host that took RFC 9421 is greeted by it for so long.
const REMEMBERED: Millis = 7 * DAY;
/// A host that refused both is not knocked at twice for so long.
const NEITHER: Millis = HOUR;
/// Hosts remembered.
pub const HOSTS: u64 = 10_000;
/// What was read of a host is read again after so long: another process may have learned something.
const KEPT: Millis = 30 * SECOND;

/// GETs a document.
pub async fn get(app: &App, url: &Url, signer: &Signer) -> Result<Document, DoorError> {
    let ask = |form| -> BoxFuture<'_, _> {
        let signer = signer.by(form);
        Box::pin(async move { app.door.get_document(url, ACCEPT_DOCUMENTS, Some(&signer)).await })
    };
    knock(app, url, ask, |answer| answer.status).await
}

/// Asks by the kind of signature the host is known to take, and by the other where that is refused.
pub async fn knock<'a, T>(
    app: &App,
    url: &Url,
    ask: impl Fn(Form) -> BoxFuture<'a, Result<T, DoorError>>,
    status: fn(&T) -> StatusCode,
) -> Result<T, DoorError> {
    let host = host_of(url.as_str());
    let known = remembered(app, &host).await;
    let first = known.unwrap_or(Form::Cavage);
    let answer = ask(first).await?;
    let refused = |answer: &T| matches!(status(answer), StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED);
    if !refused(&answer) || known == Some(Form::Cavage) {
        return Ok(answer);
    }
    let other = if first == Form::Cavage { Form::Rfc9421 } else { Form::Cavage };
    match ask(other).await {
        Ok(again) if status(&again).is_success() => {
            let time = if other == Form::Rfc9421 { REMEMBERED } else { NEITHER };
            remember(app, host, other, time).await;
            Ok(again)
        }
        Ok(again) if !refused(&again) => Ok(again),
        _ => {
            remember(app, host, Form::Cavage, NEITHER).await;
            Ok(answer)
        }
    }
}

/// What had to be found out about a host; kept in memory, because each request asks. A database that
/// does not answer costs a knock at most.
async fn remembered(app: &App, host: &str) -> Option<Form> {
    let now = app.now();
    if let Some(known) = app.forms.get(host).filter(|known| known.until > now) {
        return known.form;
    }
    let row = forms::get(&app.db.read, host, now).await.ok()?;
    let until = row.as_ref().map_or(now + KEPT, |row| row.until.min(now + KEPT));
    let form = row.map(|row| if row.form == Form::Rfc9421.as_str() { Form::Rfc9421 } else { Form::Cavage });
    app.forms.insert(host.to_owned(), KnownForm { form, until });
    form
}

async fn remember(app: &App, host: String, form: Form, time: Millis) {
    let name = host.clone();
    let row = signature_form::Model { host, form: form.as_str().to_owned(), until: app.now() + time };
    let kept = app
        .db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(forms::put(tx, row, HOSTS).await?) }))
        .await;
    if let Err(error) = kept {
        tracing::warn!(%error, "which signatures a host takes could not be written down");
    }
    app.forms.invalidate(&name);
}
