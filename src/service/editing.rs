//! Changing a post that is out, from a page or an app; what it said before is kept.

use super::attaching::{self, Told};
use super::conversation::Words;
use super::photos::extras;
use super::photos::focus::Focus;
use super::posting::{self, Form};
use super::{Refusal, limits, surface, visibility};
use crate::activitypub::vocab::Place;
use crate::app::App;
use crate::entity::{account, photo, post, post_edit};
use crate::store::{drafts, edits, media, posts, tags};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;

/// What an app changes of a post; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub text: Option<String>,
    pub warning: Option<String>,
    pub sensitive: Option<bool>,
    pub language: Option<String>,
    /// All of its photos from now on, in order: those it has, and others that are in nothing yet.
    pub photos: Option<Vec<i64>>,
    /// What is said of photos, by their ids.
    pub told: HashMap<i64, Told>,
}

impl Changes {
    /// Something else is said of one photo.
    pub fn of_photo(id: i64, told: Told) -> Self {
        Self { told: HashMap::from([(id, told)]), ..Self::default() }
    }
}

/// Where photos that a post does not have yet come from.
#[derive(Clone)]
enum Added {
    /// Everything in a draft, which ends with that.
    Draft(i64),
    /// These, which are in nothing.
    Loose(Vec<i64>),
}

/// Saves the changes of an editing draft into its post, and tells everybody who has it.
pub async fn save_changes(
    app: &App,
    account: &account::Model,
    draft_id: i64,
    form: Form,
) -> Result<post::Model, Refusal> {
    posting::settled(app, draft_id).await?;
    let (draft, photos) = posting::draft(app, account.id, draft_id).await?;
    let post_id = draft.editing_id.ok_or(Refusal::Missing)?;
    let before = posting::own_post(&app.db.read, account.id, post_id).await?;
    // A cover that an app put on without a warning stays.
    let covered = before.sensitive != 0 && before.warning.is_empty();
    check(app, &before, photos, &form)?;
    apply(app, account, post_id, form, covered, Added::Draft(draft_id)).await
}

/// Changes a post of this person, and tells everybody who has it.
pub async fn change(
    app: &App,
    account: &account::Model,
    post_id: i64,
    changes: Changes,
) -> Result<post::Model, Refusal> {
    let db = &app.db.read;
    let before = posting::own_post(db, account.id, post_id).await?;
    let here = media::of_posts(db, &[post_id]).await?;
    let kept = |id: &i64| here.iter().any(|p| p.id == *id);
    let order = changes.photos.unwrap_or_else(|| here.iter().map(|p| p.id).collect());
    let added: Vec<i64> = order.iter().copied().filter(|id| !kept(id)).collect();
    attaching::settled(app, &added).await?;
    attaching::check(db, account.id, &added).await?;
    if order.len() > app.settings.max_photos {
        let why = format!("A post has at most {} photos.", app.settings.max_photos);
        return Err(Refusal::invalid("media_ids", why));
    }
    let mut form = Form {
        caption: changes.text.unwrap_or_else(|| before.caption.clone()),
        warning: changes.warning.unwrap_or_else(|| before.warning.clone()),
        language: changes.language.unwrap_or_else(|| before.language.clone()),
        place: Place::of(&before.place),
        category: before.category.clone(),
        removed: here.iter().map(|p| p.id).filter(|id| !order.contains(id)).collect(),
        order,
        ..Form::default()
    };
    for (id, told) in changes.told {
        form.alts.extend(told.alt.map(|alt| (id, alt)));
        form.focus.extend(told.focus.map(|focus| (id, focus)));
    }
    let photos = here.into_iter().chain(media::by_ids(db, &added).await?).collect();
    check(app, &before, photos, &form)?;
    let covered = changes.sensitive.unwrap_or(before.sensitive != 0 && before.warning.is_empty());
    apply(app, account, post_id, form, covered, Added::Loose(added)).await
}

/// Refuses what cannot be saved. `photos` are all that the post may have afterwards.
fn check(app: &App, before: &post::Model, mut photos: Vec<photo::Model>, form: &Form) -> Result<(), Refusal> {
    photos.retain(|p| !form.removed.contains(&p.id));
    for photo in &mut photos {
        if let Some(alt) = form.alts.get(&photo.id) {
            photo.alt = alt.replace("\r\n", "\n");
        }
    }
    if photos.is_empty() && before.photo_count > 0 {
        return Err(Refusal::invalid("photos", "A post keeps at least one photo. To take it away, delete the post."));
    }
    if photos.is_empty() && form.caption.trim().is_empty() {
        return Err(Refusal::invalid("text", "Write a few words first."));
    }
    posting::first_problem(posting::problems(app, &form.caption, &form.warning, &photos))
}

async fn apply(
    app: &App,
    account: &account::Model,
    post_id: i64,
    form: Form,
    covered: bool,
    added: Added,
) -> Result<post::Model, Refusal> {
    let mut words = Words::read(app, account, &form.caption).await?;
    // Whoever got the post by being mentioned gets its changes and its end too.
    for old in tags::mentions(&app.db.read, &[post_id]).await? {
        words.address(old.account_id, old.name);
    }
    let (app2, account) = (app.clone(), account.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let before = posting::own_post(tx, account.id, post_id).await?;
                let photos_before = media::of_posts(tx, &[post_id]).await?;
                match &added {
                    Added::Draft(draft_id) => media::publish(tx, *draft_id, post_id).await?,
                    Added::Loose(ids) => attaching::put(tx, account.id, ids, Some(post_id), None).await?,
                }
                posting::arrange(&app2, tx, media::of_posts(tx, &[post_id]).await?, &form).await?;
                if let Added::Draft(draft_id) = added {
                    drafts::remove(tx, draft_id).await?;
                }
                extras::wanted(&app2, tx, post_id).await?;
                let photos_after = media::of_posts(tx, &[post_id]).await?;
                let mut row = changed(&before, form, covered);
                row.photo_count = i64::try_from(photos_after.len()).unwrap_or(0);
                if row == before && same_photos(&photos_before, &photos_after) {
                    return Ok(row);
                }
                keep_version(&app2, tx, &before, &photos_before).await?;
                // Strictly later than the last edit: other servers ignore what is not.
                row.edited_at = Some(app2.now().max(row.edited_at.unwrap_or(row.published_at) + 1));
                posts::save(tx, row.clone()).await?;
                words.write(tx, row.id, visibility::of(&row)).await?;
                surface::post_changed(&app2, tx, &row, &account).await?;
                Ok(row)
            })
        })
        .await
}

/// The row with what the form says.
fn changed(before: &post::Model, form: Form, covered: bool) -> post::Model {
    let warning = form.warning.trim().to_owned();
    post::Model {
        caption: form.caption.replace("\r\n", "\n").trim().to_owned(),
        sensitive: i32::from(covered || !warning.is_empty()),
        warning,
        language: form.language,
        place: form.place.kept(),
        category: form.category,
        ..before.clone()
    }
}

fn same_photos(a: &[photo::Model], b: &[photo::Model]) -> bool {
    let told = |p: &photo::Model| (p.id, p.alt.clone(), Focus::of(p), p.shows.clone());
    a.iter().map(told).eq(b.iter().map(told))
}

/// Keeps what a post said until now.
pub async fn keep_version(
    app: &App,
    tx: &impl ConnectionTrait,
    before: &post::Model,
    photos: &[photo::Model],
) -> Result<(), DbErr> {
    let photos: Vec<(i64, &str)> = photos.iter().map(|p| (p.id, p.alt.as_str())).collect();
    let row = post_edit::Model {
        id: app.id(),
        post_id: before.id,
        said_at: before.edited_at.unwrap_or(before.published_at),
        caption: before.caption.clone(),
        html: before.html.clone(),
        warning: before.warning.clone(),
        sensitive: before.sensitive,
        photos: serde_json::to_string(&photos).unwrap_or_default(),
    };
    edits::add(tx, row, limits::VERSIONS).await
}

/// What a post said, from the first time on, with what it says now as the last.
pub async fn versions(app: &App, row: &post::Model) -> Result<Vec<Version>, DbErr> {
    let mut all: Vec<Version> =
        edits::of_post(&app.db.read, row.id).await?.into_iter().map(|e| Version::of(row, e)).collect();
    all.push(Version { said_at: row.edited_at.unwrap_or(row.published_at), post: row.clone(), photos: None });
    Ok(all)
}

/// What a post said at one time.
#[derive(Debug, Clone)]
pub struct Version {
    pub said_at: i64,
    pub post: post::Model,
    /// Photos it had then, with their alt texts; absent for those it has now.
    pub photos: Option<Vec<(i64, String)>>,
}

impl Version {
    fn of(row: &post::Model, edit: post_edit::Model) -> Self {
        let post = post::Model {
            caption: edit.caption,
            html: edit.html,
            warning: edit.warning,
            sensitive: edit.sensitive,
            ..row.clone()
        };
        Self { said_at: edit.said_at, post, photos: Some(serde_json::from_str(&edit.photos).unwrap_or_default()) }
    }
}
