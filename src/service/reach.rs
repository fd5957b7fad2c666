//! What a person decides about other servers: other accounts of hers, who may answer and quote, which
//! hashtags and sites stand beside her name.

use super::federation::fetch::Budget;
use super::federation::{featured, moving, urls};
use super::{Refusal, limits, moderation, policy, surface};
use crate::activitypub::{RemoteId, text};
use crate::app::App;
use crate::entity::{account, tag};
use crate::store::{accounts, tags as store_tags};

/// As it was typed: handles or addresses, hosts, hashtags.
#[derive(Debug, Clone, Default)]
pub struct ReachChange {
    pub aliases: Vec<String>,
    pub sites: Vec<String>,
    pub tags: Vec<String>,
    pub replies_from: String,
    pub quotes_from: String,
    pub says_blocks: bool,
}

/// Saves it, and tells the other servers.
pub async fn change(app: &App, account: &account::Model, typed: ReachChange) -> Result<(), Refusal> {
    let aliases = aliases(app, &typed.aliases).await?;
    let sites = sites(&typed.sites)?;
    let tags = tags(&typed.tags)?;
    let json = |list: &[String]| serde_json::to_string(list).map_err(Refusal::broken);
    let (aliases, sites, featured_tags) = (json(&aliases)?, json(&sites)?, json(&tags)?);
    let (app2, id) = (app.clone(), account.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut row = accounts::by_id(tx, id).await?.ok_or(Refusal::Missing)?;
                let before = featured::tags_of(&row);
                row.aliases = aliases;
                row.attribution_domains = sites;
                row.featured_tags = featured_tags;
                row.replies_from = policy::choice(&typed.replies_from).to_owned();
                row.quotes_from = policy::choice(&typed.quotes_from).to_owned();
                row.says_blocks = i32::from(typed.says_blocks);
                row.updated_at = app2.now();
                accounts::save(tx, row.clone()).await?;
                for name in &tags {
                    let name_key = text::hashtag_key(name).unwrap_or_default();
                    store_tags::ensure(tx, tag::Model { id: app2.id(), name: name.clone(), name_key }).await?;
                }
                for name in before.iter().filter(|name| !tags.contains(name)) {
                    featured::say_tag(&app2, tx, &row, name, false).await?;
                }
                for name in tags.iter().filter(|name| !before.contains(name)) {
                    featured::say_tag(&app2, tx, &row, name, true).await?;
                }
                Ok(surface::profile_changed(&app2, tx, &row).await?)
            })
        })
        .await
}

/// Ids of the accounts that were named; each must be found.
async fn aliases(app: &App, typed: &[String]) -> Result<Vec<String>, Refusal> {
    few("aliases", "other accounts", typed.len(), limits::ALIASES)?;
    let budget = Budget::person();
    let mut found = Vec::new();
    for line in typed {
        let id = match RemoteId::parse(line) {
            Ok(id) => id.as_str().to_owned(),
            Err(_) => {
                let row = moving::by_handle(app, line, &budget).await.map_err(|refusal| match refusal {
                    Refusal::Invalid { why, .. } => Refusal::invalid("aliases", why),
                    other => other,
                })?;
                urls::known_actor(app, &row).ok_or(Refusal::Missing)?
            }
        };
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

fn sites(typed: &[String]) -> Result<Vec<String>, Refusal> {
    few("sites", "sites", typed.len(), limits::SITES)?;
    typed.iter().map(|site| moderation::clean_domain(site)).collect()
}

fn tags(typed: &[String]) -> Result<Vec<String>, Refusal> {
    few("tags", "hashtags", typed.len(), limits::FEATURED_TAGS)?;
    let mut found: Vec<String> = Vec::new();
    for tag in typed {
        let Some(key) = text::hashtag_key(tag) else {
            return Err(Refusal::invalid("tags", format!("\"{tag}\" is no hashtag such as #fog.")));
        };
        if found.iter().all(|known| text::hashtag_key(known).as_deref() != Some(&key)) {
            found.push(tag.trim_start_matches(['#', '＃']).to_owned());
        }
    }
    Ok(found)
}

fn few(field: &'static str, what: &str, count: usize, most: usize) -> Result<(), Refusal> {
    if count <= most {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("These are {count} {what}; {most} are possible.")))
}
