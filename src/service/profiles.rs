//! What people say of themselves, and how they post unless they say otherwise.

use super::{Refusal, federation, limits, moderation, policy, surface};
use crate::activitypub::Visibility;
use crate::activitypub::html::to_plain_text;
use crate::app::App;
use crate::entity::{account, login};
use crate::store::accounts;

/// The kind of an account behind which nobody sits.
pub const BOT: &str = "Service";
/// The kind of every other one here.
const PERSON: &str = "Person";

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub name: Option<String>,
    pub bio: Option<String>,
    /// Label and text; empty ones are left out.
    pub fields: Option<Vec<(String, String)>>,
    /// The address of her own page, a line like any other; empty: none.
    pub website: Option<String>,
    /// The same for how to speak of her.
    pub pronouns: Option<String>,
    pub locked: Option<bool>,
    pub bot: Option<bool>,
    pub discoverable: Option<bool>,
    pub indexable: Option<bool>,
    pub hide_collections: Option<bool>,
    pub featured_albums: Option<i64>,
    /// A new picture, already stored, by its blob key; or none any more.
    pub avatar: Option<Option<String>>,
    pub header: Option<Option<String>>,
    /// What is to be seen on them.
    pub avatar_alt: Option<String>,
    pub header_alt: Option<String>,
    /// Hosts whose pages may name her as their author.
    pub sites: Option<Vec<String>>,
    /// One of [`policy::CHOICES`].
    pub quotes_from: Option<String>,
    pub posting: Posting,
}

/// How somebody posts from an app that does not say; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posting {
    pub visibility: Option<Visibility>,
    pub sensitive: Option<bool>,
    /// Of what she writes; empty where she does not say.
    pub language: Option<String>,
}

/// What somebody wants her profile to say.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    pub name: String,
    pub bio: String,
    /// How to speak of her; empty where she does not say.
    pub pronouns: String,
    /// Label and text; empty ones are left out.
    pub fields: Vec<(String, String)>,
    pub locked: bool,
    pub discoverable: bool,
    pub featured_albums: i64,
    /// New pictures, already stored: blob keys.
    pub avatar: Option<String>,
    pub header: Option<String>,
}

impl ProfileChange {
    /// As the form of the settings has it: everything at once, pronouns first among the lines, under the
    /// label that others know them by.
    fn whole(self) -> Change {
        let pronouns = (PRONOUNS[0].to_owned(), self.pronouns);
        Change {
            name: Some(self.name),
            bio: Some(self.bio),
            fields: Some(std::iter::once(pronouns).chain(self.fields).collect()),
            locked: Some(self.locked),
            discoverable: Some(self.discoverable),
            featured_albums: Some(self.featured_albums),
            avatar: self.avatar.map(Some),
            header: self.header.map(Some),
            ..Change::default()
        }
    }
}

/// Refuses what is too long in a profile; asked before pictures are stored for it.
pub fn check_profile(change: &ProfileChange) -> Result<(), Refusal> {
    too_long("pronouns", "The line for pronouns", &change.pronouns, limits::PRONOUNS)?;
    check(&change.clone().whole())
}

/// The same of any change.
pub fn check(change: &Change) -> Result<(), Refusal> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    too_long("name", "The name", &text(&change.name), limits::NAME)?;
    too_long("bio", "The text about you", &text(&change.bio), limits::BIO)?;
    too_long("avatar_description", "What you say of the picture", &text(&change.avatar_alt), limits::PICTURE_ALT)?;
    too_long("header_description", "What you say of the picture", &text(&change.header_alt), limits::PICTURE_ALT)?;
    too_long("website", "The address", &text(&change.website), limits::FIELD)?;
    too_long("pronouns", "The line for pronouns", &text(&change.pronouns), limits::PRONOUNS)?;
    if change.website.as_deref().is_some_and(|site| !site.trim().is_empty() && !is_address(site)) {
        return Err(Refusal::invalid("website", "The website is an address that begins with https://."));
    }
    let lines = lines(change.fields.iter().flatten());
    not_too_many(&lines)?;
    for (name, value) in &lines {
        too_long("fields", "A label", name, limits::FIELD)?;
        too_long("fields", "A line", value, limits::FIELD)?;
    }
    if change.sites.as_ref().is_some_and(|sites| sites.len() > limits::SITES) {
        return Err(Refusal::invalid("attribution_domains", format!("{} sites are possible.", limits::SITES)));
    }
    Ok(())
}

fn not_too_many(lines: &[(String, String)]) -> Result<(), Refusal> {
    let others = lines.iter().filter(|(name, value)| !is_pronouns(name, value)).count();
    if others <= limits::FIELDS {
        return Ok(());
    }
    Err(Refusal::invalid("fields", format!("These are {others} lines; {} are possible.", limits::FIELDS)))
}

/// Lines as they are kept.
fn lines<'a>(typed: impl IntoIterator<Item = &'a (String, String)>) -> Vec<(String, String)> {
    let line = |(name, value): &(String, String)| (name.trim().to_owned(), value.trim().to_owned());
    typed.into_iter().map(line).filter(|(name, value)| !name.is_empty() && !value.is_empty()).collect()
}

/// Changes a profile as the form of the settings says, and tells the other servers.
pub async fn change_profile(app: &App, account_id: i64, typed: ProfileChange) -> Result<(), Refusal> {
    check_profile(&typed)?;
    change(app, account_id, typed.whole()).await
}

/// Changes what is to be changed, and tells the other servers.
pub async fn change(app: &App, account_id: i64, change: Change) -> Result<(), Refusal> {
    check(&change)?;
    let sites = match &change.sites {
        Some(sites) => Some(sites.iter().map(|site| moderation::clean_domain(site)).collect::<Result<Vec<_>, _>>()?),
        None => None,
    };
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if change.posting != Posting::default() {
                    let login = accounts::login_of(tx, account_id).await?.ok_or(Refusal::Missing)?;
                    accounts::set_posting(tx, &posting(login, &change.posting)).await?;
                }
                let before = accounts::by_id(tx, account_id).await?.ok_or(Refusal::Missing)?;
                let (row, old) = changed(before.clone(), change, sites)?;
                if row == before {
                    // Saved once more as it is, so that its pages are looked at: they may link back by now.
                    return Ok(federation::links::profile_written(&app2, tx, &row, true).await?);
                }
                let row = account::Model { updated_at: app2.now(), ..row };
                accounts::save(tx, row.clone()).await?;
                surface::drop_blobs(&app2, tx, old).await?;
                federation::links::profile_written(&app2, tx, &row, true).await?;
                Ok(surface::profile_changed(&app2, tx, &row).await?)
            })
        })
        .await
}

fn posting(row: login::Model, change: &Posting) -> login::Model {
    login::Model {
        posts_to: change.visibility.map_or(row.posts_to.clone(), |seen| seen.as_str().to_owned()),
        posts_sensitive: change.sensitive.map_or(row.posts_sensitive, i32::from),
        language: change.language.clone().unwrap_or_else(|| row.language.clone()),
        ..row
    }
}

/// The row with what is changed, and pictures that nothing names any more.
fn changed(
    mut row: account::Model,
    change: Change,
    sites: Option<Vec<String>>,
) -> Result<(account::Model, Vec<String>), Refusal> {
    let mut old = Vec::new();
    let flag = |to: Option<bool>, was: i32| to.map_or(was, i32::from);
    let text = |to: Option<String>, was: &String| to.map_or(was.clone(), |to| to.trim().to_owned());
    row.name = text(change.name, &row.name);
    row.bio = text(change.bio, &row.bio);
    row.avatar_alt = text(change.avatar_alt, &row.avatar_alt);
    row.header_alt = text(change.header_alt, &row.header_alt);
    if let Some(fields) = &change.fields {
        row.fields = serde_json::to_string(&lines(fields)).map_err(Refusal::broken)?;
    }
    if change.website.is_some() || change.pronouns.is_some() {
        let mut typed: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
        say(&mut typed, WEBSITES[0], is_website, change.website);
        say(&mut typed, PRONOUNS[0], is_pronouns, change.pronouns);
        let typed = lines(&typed);
        not_too_many(&typed)?;
        row.fields = serde_json::to_string(&typed).map_err(Refusal::broken)?;
    }
    if let Some(bot) = change.bot {
        row.kind = if bot { BOT } else { PERSON }.to_owned();
    }
    row.locked = flag(change.locked, row.locked);
    row.discoverable = flag(change.discoverable, row.discoverable);
    row.indexable = flag(change.indexable, row.indexable);
    row.hide_collections = flag(change.hide_collections, row.hide_collections);
    row.featured_albums = change.featured_albums.map_or(row.featured_albums, |n| n.clamp(0, 10));
    if let Some(key) = change.avatar {
        old.extend(std::mem::replace(&mut row.avatar_key, key));
    }
    if let Some(key) = change.header {
        old.extend(std::mem::replace(&mut row.header_key, key));
    }
    if let Some(sites) = sites {
        row.attribution_domains = serde_json::to_string(&sites).map_err(Refusal::broken)?;
    }
    if let Some(quotes) = change.quotes_from {
        row.quotes_from = policy::choice(&quotes).to_owned();
    }
    Ok((row, old))
}

/// Puts a line in the place of the one that says the same, or adds it.
fn say(typed: &mut Vec<(String, String)>, label: &str, same: impl Fn(&str, &str) -> bool, value: Option<String>) {
    let Some(value) = value else { return };
    match typed.iter_mut().find(|(label, value)| same(label, value)) {
        Some(line) => line.1 = value,
        None => typed.push((label.to_owned(), value)),
    }
}

/// What people write before the address of their own page.
const WEBSITES: [&str; 4] = ["Website", "Web", "Homepage", "Site"];

fn is_address(text: &str) -> bool {
    let url = url::Url::parse(text.trim());
    url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
}

/// Whether a line of a profile says where its owner's own page is.
pub fn is_website(label: &str, said: &str) -> bool {
    let label = label.trim().trim_end_matches(':').trim_end();
    WEBSITES.iter().any(|known| known.eq_ignore_ascii_case(label)) && is_address(said)
}

/// What people elsewhere write before their pronouns: a line of a profile like any other.
const PRONOUNS: [&str; 6] = ["Pronouns", "Pronoun", "Pronomen", "Pronoms", "Pronombres", "Pronomi"];

/// Whether a line of a profile says how to speak of its owner.
pub fn is_pronouns(label: &str, said: &str) -> bool {
    let label = label.trim().trim_end_matches(':').trim_end();
    let short = !said.trim().is_empty() && said.chars().count() <= limits::PRONOUNS && !said.contains("://");
    short && PRONOUNS.iter().any(|known| known.to_lowercase() == label.to_lowercase())
}

/// How to speak of somebody; empty where she does not say.
pub fn pronouns(row: &account::Model) -> String {
    let fields: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
    let read = |(label, value): (String, String)| {
        let said = if row.domain.is_empty() { value } else { to_plain_text(&value) };
        is_pronouns(&label, &said).then(|| said.trim().to_owned())
    };
    fields.into_iter().find_map(read).unwrap_or_default()
}

/// The language that what somebody writes is in, unless she says otherwise.
pub async fn choose_language(app: &App, account_id: i64, language: String) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(accounts::set_language(tx, account_id, &language).await?) })
        })
        .await
}

/// Whether home shows posts with pictures only.
pub async fn choose_home(app: &App, account_id: i64, pictures: bool) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(accounts::set_home_pictures(tx, account_id, pictures).await?) })
        })
        .await
}

fn too_long(field: &'static str, what: &str, text: &str, most: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("{what} has {length} characters; {most} are possible.")))
}
