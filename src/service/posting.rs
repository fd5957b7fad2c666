//! Composing, posting, editing, deleting, pinning.

use super::conversation::{self, Words};
use super::photos::data;
use super::photos::focus::Focus;
use super::writing::{self, Photos};
use super::{Refusal, federation, limits, surface, uploads};
use crate::activitypub::vocab::Place;
use crate::activitypub::{Visibility, text};
use crate::app::App;
use crate::clock::MINUTE;
use crate::entity::{account, draft, photo, post};
use crate::store::{drafts, media, posts};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// What the composer's form says beside the files.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub caption: String,
    pub warning: String,
    pub language: String,
    pub visibility: Option<Visibility>,
    /// Where it was.
    pub place: Place,
    /// One of [`super::categories::ALL`], or empty.
    pub category: String,
    /// Photo ids in order.
    pub order: Vec<i64>,
    /// Alt texts by photo id.
    pub alts: HashMap<i64, String>,
    /// Focal points by photo id.
    pub focus: HashMap<i64, Focus>,
    /// Photos to leave out.
    pub removed: Vec<i64>,
    /// What is shown of a photo, by its id.
    pub shown: HashMap<i64, Offer>,
}

impl Form {
    /// Another file for a photo: it takes its place, its focal point and, where it says nothing itself,
    /// its alt text.
    pub fn replace(&mut self, old: i64, new: i64) {
        for id in &mut self.order {
            if *id == old {
                *id = new;
            }
        }
        if let Some(alt) = self.alts.remove(&old).filter(|alt| !alt.trim().is_empty()) {
            self.alts.insert(new, alt);
        }
        if let Some(focus) = self.focus.remove(&old) {
            self.focus.insert(new, focus);
        }
        if let Some(shown) = self.shown.remove(&old) {
            self.shown.insert(new, shown);
        }
        self.removed.push(old);
    }
}

/// What everybody may have of a photo beside its sizes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Keys of [`data::FIELDS`].
    pub fields: Vec<String>,
    /// A cleaned copy of the original.
    pub original: bool,
}

/// A number for a draft that is not written yet: the form that is shown carries it, so that sending
/// the form twice makes one draft.
pub fn new_draft_id(app: &App) -> i64 {
    app.id()
}

/// The draft of that number, made when it is not there yet. Somebody else's is [`Refusal::Missing`].
pub async fn open_draft(app: &App, account_id: i64, id: i64) -> Result<draft::Model, Refusal> {
    if let Some(draft) = drafts::get(&app.db.read, account_id, id).await? {
        return Ok(draft);
    }
    make_draft(app, account_id, id, None, Form::default()).await
}

async fn make_draft(
    app: &App,
    account_id: i64,
    id: i64,
    editing_id: Option<i64>,
    form: Form,
) -> Result<draft::Model, Refusal> {
    let row = draft::Model {
        id,
        account_id,
        editing_id,
        caption: form.caption,
        warning: form.warning,
        language: form.language,
        visibility: form.visibility.unwrap_or(Visibility::Public).as_str().to_owned(),
        post_id: None,
        created_at: app.now(),
        updated_at: app.now(),
        place: form.place.kept(),
        category: form.category,
    };
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                drafts::insert_if_new(tx, row).await?;
                drafts::get(tx, account_id, id).await?.ok_or(Refusal::Missing)
            })
        })
        .await
}

/// The draft in which a post of this person is edited; opened with what the post says.
pub async fn edit_draft(app: &App, account: &account::Model, post_id: i64) -> Result<draft::Model, Refusal> {
    let post = own_post(&app.db.read, account.id, post_id).await?;
    if let Some(draft) = drafts::editing(&app.db.read, account.id, post_id).await? {
        return Ok(draft);
    }
    let form = Form {
        caption: post.caption,
        warning: post.warning,
        language: post.language,
        visibility: post.visibility.parse().ok(),
        place: Place::of(&post.place),
        category: post.category,
        ..Form::default()
    };
    make_draft(app, account.id, app.id(), Some(post_id), form).await
}

/// Gives up the changes to a post; photos added meanwhile go.
pub async fn discard(app: &App, account_id: i64, draft_id: i64) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                match drafts::get(tx, account_id, draft_id).await? {
                    Some(draft) => drop_draft(&app2, tx, draft.id).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

/// A draft goes, with the photos that are only in it.
async fn drop_draft(app: &App, tx: &impl ConnectionTrait, id: i64) -> Result<(), Refusal> {
    let mut keys = Vec::new();
    for photo in media::of_draft(tx, id).await? {
        keys.extend(media::remove(tx, photo.id).await?);
    }
    drafts::remove(tx, id).await?;
    Ok(surface::drop_blobs(app, tx, keys).await?)
}

/// A draft of this person that is not posted yet, with its photos (a post's own first, when it is
/// being edited).
pub async fn draft(app: &App, account_id: i64, id: i64) -> Result<(draft::Model, Vec<photo::Model>), Refusal> {
    let draft = drafts::get(&app.db.read, account_id, id).await?.ok_or(Refusal::Missing)?;
    let photos = draft_photos(&app.db.read, &draft).await?;
    Ok((draft, photos))
}

async fn draft_photos(db: &impl ConnectionTrait, draft: &draft::Model) -> Result<Vec<photo::Model>, Refusal> {
    let mut photos = media::of_posts(db, draft.editing_id.as_slice()).await?;
    photos.extend(media::of_draft(db, draft.id).await?.into_iter().filter(|p| p.state == uploads::READY));
    photos.sort_by_key(|p| (p.position, p.id));
    Ok(photos)
}

/// Keeps what the form says, so that nothing typed is lost; checks nothing but lengths.
///
/// A post being edited keeps its own photos as they are until the changes are saved.
pub async fn keep(app: &App, account_id: i64, draft_id: i64, form: Form) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut draft = drafts::get(tx, account_id, draft_id).await?.ok_or(Refusal::Missing)?;
                if draft.post_id.is_some() {
                    // Another press of the same button has posted it meanwhile.
                    return Ok(());
                }
                draft.caption = uploads::clip(&form.caption.replace("\r\n", "\n"), app2.settings.max_caption * 4);
                draft.warning = uploads::clip(&form.warning, limits::WARNING * 4);
                draft.language = form.language.clone();
                draft.place = form.place.kept();
                draft.category = form.category.clone();
                draft.updated_at = app2.now();
                if let Some(visibility) = form.visibility.filter(|_| draft.editing_id.is_none()) {
                    draft.visibility = visibility.as_str().to_owned();
                }
                drafts::save(tx, draft.clone()).await?;
                let photos = draft_photos(tx, &draft).await?;
                let own: Vec<photo::Model> = photos.into_iter().filter(|p| p.draft_id == Some(draft_id)).collect();
                arrange(&app2, tx, own, &form).await
            })
        })
        .await
}

/// Puts photos in the form's order with its alt texts and focal points; those to be left out go.
pub(super) async fn arrange(
    app: &App,
    tx: &impl ConnectionTrait,
    photos: Vec<photo::Model>,
    form: &Form,
) -> Result<(), Refusal> {
    let mut keys = Vec::new();
    for photo in photos {
        if form.removed.contains(&photo.id) {
            keys.extend(media::remove(tx, photo.id).await?);
            continue;
        }
        let place = form
            .order
            .iter()
            .position(|id| *id == photo.id)
            .and_then(|p| i64::try_from(p).ok())
            .unwrap_or(photo.position);
        let focus = form.focus.get(&photo.id).copied().unwrap_or_else(|| Focus::of(&photo));
        let alt = form
            .alts
            .get(&photo.id)
            .map_or(photo.alt, |alt| uploads::clip(&alt.replace("\r\n", "\n"), app.settings.max_alt * 2));
        media::arrange(tx, photo.id, place, &alt, focus.thousandths()).await?;
        if let Some(shown) = form.shown.get(&photo.id) {
            let fields = data::chosen(shown.fields.iter().map(String::as_str));
            media::set_shown(tx, photo.id, &fields, shown.original).await?;
        }
    }
    Ok(surface::drop_blobs(app, tx, keys).await?)
}

/// Takes one photo out of a draft; [`Refusal::Missing`] where it is not in it (a post keeps its own
/// photos until changes are saved).
pub async fn remove_photo(app: &App, account_id: i64, draft_id: i64, photo_id: i64) -> Result<(), Refusal> {
    let form = Form { removed: vec![photo_id], ..Form::default() };
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let draft = drafts::get(tx, account_id, draft_id)
                    .await?
                    .filter(|d| d.post_id.is_none())
                    .ok_or(Refusal::Missing)?;
                let photos: Vec<photo::Model> =
                    media::of_draft(tx, draft.id).await?.into_iter().filter(|p| p.id == photo_id).collect();
                if photos.is_empty() {
                    return Err(Refusal::Missing);
                }
                arrange(&app2, tx, photos, &form).await
            })
        })
        .await
}

/// What is too long in a form, a sentence each.
pub(super) fn problems(app: &App, caption: &str, warning: &str, photos: &[photo::Model]) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: String, length: usize, most: usize| {
        if length > most {
            found.push(format!("{what} has {length} characters; {most} are possible."));
        }
    };
    check("The caption".to_owned(), text::length(caption), app.settings.max_caption);
    check("The content warning".to_owned(), warning.chars().count(), limits::WARNING);
    for (i, photo) in photos.iter().enumerate() {
        check(format!("The alt text of photo {}", i + 1), photo.alt.chars().count(), app.settings.max_alt);
    }
    found
}

pub(super) fn first_problem(found: Vec<String>) -> Result<(), Refusal> {
    if found.is_empty() { Ok(()) } else { Err(Refusal::invalid("caption", found.join(" "))) }
}

/// Photos may still be on their way into the draft, sent by the same form a moment ago: waited for.
pub(super) async fn settled(app: &App, draft_id: i64) -> Result<(), Refusal> {
    for _ in 0..600 {
        // What is older was left by a process that died; housekeeping clears it away.
        let since = app.now() - 2 * MINUTE;
        let photos = media::of_draft(&app.db.read, draft_id).await?;
        if photos.iter().all(|p| p.state != uploads::STORING || p.created_at < since) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(Refusal::Busy)
}

/// Posts a draft. Posting it again gives the same post: a second press changes nothing.
pub async fn publish(app: &App, account: &account::Model, draft_id: i64) -> Result<post::Model, Refusal> {
    settled(app, draft_id).await?;
    let (draft, photos) = draft(app, account.id, draft_id).await?;
    if let Some(post_id) = draft.post_id {
        return posts::by_id(&app.db.read, post_id).await?.ok_or(Refusal::Missing);
    }
    if draft.editing_id.is_some() {
        return Err(Refusal::Missing);
    }
    if photos.is_empty() {
        // Another press of the same button may have posted them since the draft was read.
        let posted = posts::by_draft(&app.db.read, draft_id).await?;
        return posted.ok_or_else(|| Refusal::invalid("photos", "Choose at least one photo."));
    }
    first_problem(problems(app, &draft.caption, &draft.warning, &photos))?;
    let words = Words::read(app, account, &draft.caption).await?;
    let now = app.now();
    let id = app.id();
    let mut row = post::Model {
        draft_id: Some(draft.id),
        language: draft.language.clone(),
        place: draft.place.clone(),
        category: draft.category.clone(),
        warning: draft.warning.trim().to_owned(),
        sensitive: i32::from(!draft.warning.trim().is_empty()),
        visibility: draft.visibility.clone(),
        photo_count: i64::try_from(photos.len()).unwrap_or(0),
        ..conversation::blank(id, account.id, draft.caption.trim(), now)
    };
    row.listed = surface::listed(&row, account);
    insert(app, account.clone(), row, words, draft.id).await
}

async fn insert(
    app: &App,
    account: account::Model,
    row: post::Model,
    words: Words,
    draft_id: i64,
) -> Result<post::Model, Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !drafts::posted(tx, draft_id, row.id).await? {
                    return posts::by_draft(tx, draft_id).await?.ok_or(Refusal::Missing);
                }
                writing::put(&app2, tx, &account, &row, words, &Photos::Kept(draft_id)).await?;
                Ok(row)
            })
        })
        .await
}

/// A post of this very person; anybody else's does not exist.
pub async fn own_post(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<post::Model, Refusal> {
    posts::by_id(db, id).await?.filter(|p| p.account_id == account_id && p.deleted_at.is_none()).ok_or(Refusal::Missing)
}

/// Deletes a post of this person, here and wherever it went. Its photos go too, unless they are to be put into
/// another one: then they wait for that in nothing.
pub async fn delete(app: &App, account: &account::Model, id: i64, keep_photos: bool) -> Result<(), Refusal> {
    let (app2, account) = (app.clone(), account.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row = own_post(tx, account.id, id).await?;
                if let Some(draft) = drafts::editing(tx, account.id, id).await? {
                    drop_draft(&app2, tx, draft.id).await?;
                }
                let kept = if keep_photos { media::of_posts(tx, &[id]).await? } else { Vec::new() };
                for photo in kept {
                    media::loosen(tx, photo.id, app2.now()).await?;
                }
                Ok(surface::post_gone(&app2, tx, row, &account).await?)
            })
        })
        .await
}

/// Puts a post at the head of its author's profile, or takes it from there.
pub async fn pin(app: &App, account: &account::Model, id: i64, on: bool) -> Result<(), Refusal> {
    let (app2, account, now) = (app.clone(), account.clone(), app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row = own_post(tx, account.id, id).await?;
                if row.pinned_at.is_some() == on {
                    return Ok(());
                }
                if on && !matches!(super::visibility::of(&row), Visibility::Public | Visibility::Quiet) {
                    return Err(Refusal::Forbidden("Only public posts can be pinned.".to_owned()));
                }
                if on && posts::pinned(tx, account.id).await?.len() >= limits::PINS {
                    return Err(Refusal::Forbidden(format!(
                        "{} posts are pinned already. Unpin one first.",
                        limits::PINS
                    )));
                }
                posts::set_pinned(tx, id, on.then_some(now)).await?;
                federation::featured::say(&app2, tx, &account, &row, on).await
            })
        })
        .await
}
