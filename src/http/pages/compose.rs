//! The composer: one screen, with and without script, for new posts and for editing.

mod form;

use super::context::{Choice, Compose, DataChoice, DraftPhoto};
use super::templates::Shown;
use super::{Answer, finish, id, redirect};
use crate::activitypub::Visibility;
use crate::activitypub::vocab::Place;
use crate::entity::{draft, photo};
use crate::http::Web;
use crate::http::error;
use crate::http::uploads::{self, Filled};
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::urls;
use crate::service::photos::data;
use crate::service::photos::focus::Focus;
use crate::service::posting::{self, Form, Offer};
use crate::service::sessions::Viewer;
use crate::service::uploads as taking;
use crate::service::{Refusal, categories, editing, views, visibility};
use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
pub(super) use form::language;
use form::{LANGUAGES, read};
use serde_json::json;

/// The composer's page, with what the form said when it is shown again.
struct Screen<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    action: String,
    /// Of the draft, which may not be written yet.
    number: i64,
    editing: bool,
    draft: Option<draft::Model>,
    photos: Vec<photo::Model>,
    form: Option<Form>,
    errors: Vec<String>,
}

impl<'a> Screen<'a> {
    /// Over a draft as it was kept.
    fn over(
        web: &'a Web,
        visitor: &'a Visitor,
        action: String,
        draft: draft::Model,
        photos: Vec<photo::Model>,
    ) -> Self {
        let (number, editing) = (draft.id, draft.editing_id.is_some());
        Self { web, visitor, action, number, editing, draft: Some(draft), photos, form: None, errors: Vec::new() }
    }

    async fn show(self, status: StatusCode) -> Answer {
        let app = &self.web.app;
        let settings = &app.settings;
        let draft = self.draft.as_ref();
        let text = |of: fn(&Form) -> &String, saved: Option<&String>| {
            self.form.as_ref().map(of).or(saved).cloned().unwrap_or_default()
        };
        let language = Some(text(|f| &f.language, draft.map(|d| &d.language)))
            .filter(|l| !l.is_empty())
            .unwrap_or_else(|| "en".to_owned());
        let chosen = self
            .form
            .as_ref()
            .and_then(|f| f.visibility)
            .or_else(|| draft.and_then(|d| d.visibility.parse().ok()))
            .unwrap_or(Visibility::Public);
        let kept = draft.map(|d| Place::of(&d.place)).unwrap_or_default();
        let place = self.form.as_ref().map_or(kept, |f| f.place.clone());
        let category = text(|f| &f.category, draft.map(|d| &d.category));
        let photos = self.draft_photos().await?;
        let with_alt = photos.iter().filter(|p| !p.picture.alt.trim().is_empty()).count();
        let shown = Shown::new(self.web, self.visitor, "compose").await;
        let page = Compose {
            frame: shown.frame.clone(),
            draft: self.number.to_string(),
            editing: self.editing,
            caption: text(|f| &f.caption, draft.map(|d| &d.caption)),
            warning: text(|f| &f.warning, draft.map(|d| &d.warning)),
            languages: languages(&language),
            place_name: place.name,
            country: place.country,
            categories: categories::ALL.iter().map(|name| choice(name, name, "", *name == category)).collect(),
            visibilities: Visibility::ALL
                .iter()
                .map(|v| choice(v.as_str(), views::label(*v), hint(*v), *v == chosen))
                .collect(),
            max_photos: whole(settings.max_photos),
            max_caption: whole(settings.max_caption),
            max_alt: whole(settings.max_alt),
            max_bytes: whole(settings.max_photo_bytes),
            with_alt: whole(with_alt),
            removed: self.removed(),
            action: self.action,
            errors: self.errors,
            photos,
        };
        let mut response = shown.render("compose.html", &page);
        *response.status_mut() = status;
        Ok(response)
    }

    /// What the form takes out of a post; carried on until the changes are saved.
    fn removed(&self) -> Vec<String> {
        let own = |id: &&i64| self.editing && self.photos.iter().any(|p| p.id == **id);
        self.form.iter().flat_map(|f| &f.removed).filter(own).map(i64::to_string).collect()
    }

    /// The photos in the form's order, with the alt texts and focal points it carried.
    async fn draft_photos(&self) -> Result<Vec<DraftPhoto>, Refusal> {
        let mut photos = views::of_photos(&self.web.app, self.photos.clone()).await?;
        if let Some(form) = &self.form {
            photos.retain(|(row, _)| !form.removed.contains(&row.id));
            photos.sort_by_key(|(row, _)| form.order.iter().position(|id| *id == row.id).unwrap_or(usize::MAX));
            for (row, picture) in &mut photos {
                if let Some(alt) = form.alts.get(&row.id) {
                    picture.alt.clone_from(alt);
                }
                if let Some(focus) = form.focus.get(&row.id) {
                    picture.focus = focus.per_cent();
                    (row.focus_x, row.focus_y) = focus.thousandths();
                }
            }
        }
        let numbered = photos.into_iter().zip(1..);
        let shown = |row: &photo::Model| self.form.as_ref().and_then(|f| f.shown.get(&row.id));
        Ok(numbered
            .map(|((row, picture), number)| DraftPhoto {
                lines: data_choices(&row, shown(&row)),
                focus_point: Focus::of(&row).numbers(),
                offered: shown(&row).map_or(row.offered != 0, |s| s.original),
                picture,
                file_name: row.file_name,
                number,
            })
            .collect())
    }
}

/// What a photo says about itself, as the row or a form that came back has it ticked.
fn data_choices(row: &photo::Model, form: Option<&Offer>) -> Vec<DataChoice> {
    let choice = |line: data::Line| DataChoice {
        shown: form.map_or(line.shown, |f| f.fields.iter().any(|key| key == line.key)),
        key: line.key.to_owned(),
        label: line.label.to_owned(),
        value: line.value,
    };
    data::lines(row).into_iter().map(choice).collect()
}

/// Languages to choose from.
pub(super) fn languages(chosen: &str) -> Vec<Choice> {
    LANGUAGES.iter().map(|(value, label)| choice(value, label, "", *value == chosen)).collect()
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn choice(value: &str, label: &str, hint: &str, chosen: bool) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), hint: hint.to_owned(), chosen }
}

fn hint(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "Everyone can see this, here and on other servers.",
        Visibility::Quiet => "Everyone can see this, but it stays out of Explore and hashtags.",
        Visibility::Followers => "Only your followers will see this. Their servers get a copy.",
        Visibility::Mentioned => "Only the people you @mention will see this. Their servers get a copy.",
    }
}

/// An empty composer. Its form carries the number of a draft that is made when something is sent.
pub async fn show_new(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn) -> Response {
    let number = posting::new_draft_id(&web.app);
    let form = Form { language: viewer.login.language.clone(), ..Form::default() };
    let screen = Screen {
        web: &web,
        visitor: &visitor,
        action: format!("/compose/{number}"),
        number,
        editing: false,
        draft: None,
        photos: Vec::new(),
        form: Some(form),
        errors: Vec::new(),
    };
    let answer = screen.show(StatusCode::OK).await;
    finish(&web, &visitor, answer).await
}

pub async fn show(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn, Path(draft): Path<String>) -> Response {
    let answer = async {
        let (draft, photos) = posting::draft(&web.app, viewer.id(), id(&draft)?).await?;
        if let Some(post_id) = draft.post_id.or(draft.editing_id) {
            return Ok(redirect(&urls::post_path(&viewer.account, post_id)));
        }
        let action = format!("/compose/{}", draft.id);
        Screen::over(&web, &visitor, action, draft, photos).show(StatusCode::OK).await
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn submit(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(draft): Path<String>,
    form: Multipart,
) -> Response {
    let answer = async {
        let filled = uploads::read(&web, form, web.app.settings.max_photos).await?;
        let draft = posting::open_draft(&web.app, viewer.id(), id(&draft)?).await?;
        let number = draft.id;
        if let Some(post_id) = draft.post_id {
            return Ok(redirect(&urls::post_path(&viewer.account, post_id)));
        }
        match take(&web, &visitor, &viewer, draft, filled, format!("/compose/{number}")).await {
            // Posted meanwhile: the button was pressed twice.
            Err(Refusal::Missing) => match posting::draft(&web.app, viewer.id(), number).await?.0.post_id {
                Some(post_id) => Ok(redirect(&urls::post_path(&viewer.account, post_id))),
                None => Err(Refusal::Missing),
            },
            other => other,
        }
    };
    finish(&web, &visitor, answer.await).await
}

/// Keeps the words, takes the files, and does what the button said. Whatever is refused, the rest is
/// kept and shown again.
async fn take(
    web: &Web,
    visitor: &Visitor,
    viewer: &Viewer,
    draft: draft::Model,
    mut filled: Filled,
    action: String,
) -> Answer {
    let app = &web.app;
    let form = read(&filled);
    let button = filled.text("do").to_owned();
    posting::keep(app, viewer.id(), draft.id, form.clone()).await?;
    if button == "discard" {
        posting::discard(app, viewer.id(), draft.id).await?;
        let back = draft.editing_id.map_or("/".to_owned(), |post| urls::post_path(&viewer.account, post));
        return Ok(redirect(&format!("{back}?said=discarded")));
    }
    let brought_files = !filled.files.is_empty();
    let mut form = form;
    let Taken { mut errors, replaced, caption } = take_files(web, viewer, draft.id, &mut filled).await?;
    for (old, new) in &replaced {
        form.replace(*old, *new);
    }
    if form.caption.trim().is_empty() && draft.editing_id.is_none() {
        form.caption = caption;
    }
    if brought_files {
        posting::keep(app, viewer.id(), draft.id, form.clone()).await?;
    }
    let saves = button == "save_post" && draft.editing_id.is_some();
    // Photos that have just come in are shown first, with a field for each one's alt text.
    let wants_post = (button == "post" || saves) && errors.is_empty() && !brought_files;
    if wants_post {
        let form = with_new_photos(app, viewer, draft.id, form.clone()).await?;
        let done = match saves {
            true => editing::save_changes(app, &viewer.account, draft.id, form).await,
            false => posting::publish(app, &viewer.account, draft.id).await,
        };
        match done {
            Ok(post) => return Ok(redirect(&urls::post_path(&viewer.account, post.id))),
            Err(Refusal::Invalid { why, .. }) => errors.push(why),
            Err(refusal) => return Err(refusal),
        }
    }
    let (draft, photos) = posting::draft(app, viewer.id(), draft.id).await?;
    if errors.is_empty() && draft.editing_id.is_none() {
        let said = if brought_files { "?said=described" } else { "" };
        return Ok(redirect(&format!("/compose/{}{said}", draft.id)));
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let form = with_new_photos(app, viewer, draft.id, form).await?;
    let screen = Screen::over(web, visitor, action, draft, photos);
    Screen { form: Some(form), errors, ..screen }.show(status).await
}

/// Photos that came with this very form stand after those it already knew.
async fn with_new_photos(
    app: &crate::app::App,
    viewer: &Viewer,
    draft_id: i64,
    mut form: Form,
) -> Result<Form, Refusal> {
    let (_, photos) = posting::draft(app, viewer.id(), draft_id).await?;
    let new: Vec<i64> = photos.iter().map(|p| p.id).filter(|id| !form.order.contains(id)).collect();
    form.order.extend(new);
    Ok(form)
}

/// What became of the files of a form.
struct Taken {
    /// A sentence about each that was refused.
    errors: Vec<String>,
    /// Photos of which another file came, and what came.
    replaced: Vec<(i64, i64)>,
    /// How the first of them would begin the caption.
    caption: String,
}

/// Every file on its own: one that is refused does not lose the others.
async fn take_files(web: &Web, viewer: &Viewer, draft_id: i64, filled: &mut Filled) -> Result<Taken, Refusal> {
    let errors = std::mem::take(&mut filled.refused);
    let mut done = Taken { errors, replaced: Vec::new(), caption: String::new() };
    let mut taken = Vec::new();
    for (field, upload) in std::mem::take(&mut filled.files) {
        let name = upload.file_name.clone();
        let old = field.strip_prefix("replace_").and_then(|id| id.parse().ok());
        match taking::add_to_draft(&web.app, viewer.id(), draft_id, upload, &taken).await {
            Ok(row) => {
                taken.push(row.id);
                done.replaced.extend(old.map(|old| (old, row.id)));
                if done.caption.is_empty() && old.is_none() {
                    done.caption = data::proposed_caption(&data::metadata(&row));
                }
            }
            Err(Refusal::Invalid { why, .. }) => done.errors.push(why),
            Err(refusal) => done.errors.push(left_out(&name, refusal)?),
        }
    }
    Ok(done)
}

/// A sentence about a photo that is lost by no fault of its own; the others and the words are kept.
fn left_out(name: &str, refusal: Refusal) -> Result<String, Refusal> {
    error::log(&refusal);
    match refusal {
        Refusal::Busy => Ok(format!("{name} had to be left out: the server is busy. Add it again in a moment.")),
        Refusal::NoStore => Ok(format!(
            "{name} had to be left out: the place where photos are kept does not answer just now. Your words are kept; \
             add it again in a minute."
        )),
        Refusal::Full => Ok(format!("{name} had to be left out: the server has no space left. Tell its owner.")),
        Refusal::Broken(_) => {
            Ok(format!("{name} had to be left out: something broke on the server. It has been noted; add it again."))
        }
        other => Err(other),
    }
}

/// One photo from a script.
pub async fn upload(
    State(web): State<Web>,
    SignedIn(_, viewer): SignedIn,
    Path(draft): Path<String>,
    form: Multipart,
) -> Response {
    let answer = async {
        let draft_id = id(&draft)?;
        let mut filled = uploads::read(&web, form, 1).await?;
        if let Some(why) = filled.refused.pop() {
            return Err(Refusal::invalid("photo", why));
        }
        let (_, upload) = filled.files.pop().ok_or(Refusal::invalid("photo", "No photo came with the form."))?;
        let row = taking::add_to_draft(&web.app, viewer.id(), draft_id, upload, &[]).await?;
        let name = row.file_name.clone();
        let (lines, caption) = (data_choices(&row, None), data::proposed_caption(&data::metadata(&row)));
        let Some((_, picture)) = views::of_photos(&web.app, vec![row]).await?.pop() else {
            return Err(Refusal::Missing);
        };
        let answer = json!({
            "lines": lines, "caption": caption,
            "id": picture.id, "thumb": picture.thumb, "src": picture.src, "width": picture.width, "height": picture.height,
            "alt": picture.alt, "color": picture.color, "file_name": name,
        });
        Ok((StatusCode::CREATED, Json(answer)).into_response())
    };
    answer.await.unwrap_or_else(|refusal| error::json(&refusal))
}

pub async fn remove_photo(
    State(web): State<Web>,
    SignedIn(_, viewer): SignedIn,
    Path((draft, photo)): Path<(String, String)>,
) -> Response {
    let done = async { posting::remove_photo(&web.app, viewer.id(), id(&draft)?, id(&photo)?).await };
    match done.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => error::json(&refusal),
    }
}

/// The composer over a post that is out, with changes not saved yet, if there are any.
pub async fn edit(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Path<(String, String)>,
) -> Response {
    let answer = async {
        let post_id = own(&web, &visitor, &viewer, &acct, &post).await?;
        let draft = posting::edit_draft(&web.app, &viewer.account, post_id).await?;
        let (draft, photos) = posting::draft(&web.app, viewer.id(), draft.id).await?;
        let action = format!("/@{acct}/{post}/edit");
        Screen::over(&web, &visitor, action, draft, photos).show(StatusCode::OK).await
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn submit_edit(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Path<(String, String)>,
    form: Multipart,
) -> Response {
    let answer = async {
        let post_id = own(&web, &visitor, &viewer, &acct, &post).await?;
        let filled = uploads::read(&web, form, web.app.settings.max_photos).await?;
        let draft = posting::edit_draft(&web.app, &viewer.account, post_id).await?;
        match take(&web, &visitor, &viewer, draft, filled, format!("/@{acct}/{post}/edit")).await {
            // Saved meanwhile: the button was pressed twice.
            Err(Refusal::Missing) => Ok(redirect(&urls::post_path(&viewer.account, post_id))),
            other => other,
        }
    };
    finish(&web, &visitor, answer.await).await
}

/// Only the author edits; for anybody else there is nothing here.
async fn own(web: &Web, visitor: &Visitor, viewer: &Viewer, acct: &str, post: &str) -> Result<i64, Refusal> {
    let row = visibility::visible(&web.app, visitor.reader(), id(post)?).await?;
    let own = row.account_id == viewer.id() && acct == viewer.account.username;
    if own { Ok(row.id) } else { Err(Refusal::Missing) }
}
