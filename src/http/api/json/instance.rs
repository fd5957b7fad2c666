//! Instance, in both versions, with the limits that hold here.

use super::Account;
use crate::activitypub::text::LINK_LENGTH;
use crate::app::App;
use crate::service::federation::urls::Urls;
use crate::service::limits;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The version of Mastodon whose promises are kept: apps take from it what they may call. Raise it only
/// when everything it stands for is there: 4.5 stands for quotes that are written here.
const SPOKEN: &str = "4.3.0";
/// The same as a number for later versions, which began at 1 with 4.3. 4 adds the standard's encoding of pushed
/// messages and media that can be deleted; 5 would be filters that blur, which warn in apps here.
const API_VERSION: i64 = 4;
/// What photos can be sent as.
const KINDS: [&str; 7] =
    ["image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif"];

/// `4.3.0 (compatible; Cyanotype 0.1.0)`
fn version() -> String {
    format!("{SPOKEN} (compatible; Cyanotype {})", env!("CARGO_PKG_VERSION"))
}

/// A rule of the server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rule {
    pub id: String,
    pub text: String,
    pub hint: String,
    #[schema(value_type = Object)]
    pub translations: Value,
}

impl Rule {
    /// Every rule there is; its id is its place.
    pub fn all(app: &App) -> Vec<Self> {
        let rule = |(n, text): (usize, &String)| Self {
            id: (n + 1).to_string(),
            text: text.clone(),
            hint: String::new(),
            translations: json!({}),
        };
        app.settings.rules.iter().enumerate().map(rule).collect()
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountLimits {
    pub max_featured_tags: i64,
    pub max_pinned_statuses: i64,
    pub max_profile_fields: i64,
    pub profile_field_name_limit: i64,
    pub profile_field_value_limit: i64,
    pub max_display_name_length: i64,
    pub max_note_length: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusLimits {
    pub max_characters: i64,
    pub max_media_attachments: i64,
    pub characters_reserved_per_url: i64,
    pub supported_mime_types: Vec<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaLimits {
    pub description_limit: i64,
    pub supported_mime_types: Vec<String>,
    /// Bytes.
    pub image_size_limit: i64,
    /// Pixels.
    pub image_matrix_limit: i64,
    /// There is no video here.
    pub video_size_limit: i64,
    pub video_frame_rate_limit: i64,
    pub video_matrix_limit: i64,
}

/// There are no polls here.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct PollLimits {
    pub max_options: i64,
    pub max_characters_per_option: i64,
    pub min_expiration: i64,
    pub max_expiration: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Translation {
    pub enabled: bool,
}

/// What an app has to know before it sends something. Every number is below 2³¹: apps keep them in so much.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Limits {
    pub accounts: AccountLimits,
    pub statuses: StatusLimits,
    pub media_attachments: MediaLimits,
    pub polls: PollLimits,
    pub translation: Translation,
}

/// A number that apps can keep.
fn number(n: impl TryInto<i64>) -> i64 {
    n.try_into().unwrap_or(i64::MAX).min(i64::from(i32::MAX))
}

impl Limits {
    pub fn of(app: &App) -> Self {
        let settings = &app.settings;
        Self {
            accounts: AccountLimits {
                max_featured_tags: number(limits::FEATURED_TAGS),
                max_pinned_statuses: number(limits::PINS),
                max_profile_fields: number(limits::FIELDS),
                profile_field_name_limit: number(limits::FIELD),
                profile_field_value_limit: number(limits::FIELD),
                max_display_name_length: number(limits::NAME),
                max_note_length: number(limits::BIO),
            },
            statuses: StatusLimits {
                max_characters: number(settings.max_caption),
                max_media_attachments: number(settings.max_photos),
                characters_reserved_per_url: number(LINK_LENGTH),
                supported_mime_types: vec!["text/plain".to_owned()],
            },
            media_attachments: MediaLimits {
                description_limit: number(settings.max_alt),
                supported_mime_types: KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
                image_size_limit: number(settings.max_photo_bytes),
                image_matrix_limit: number(settings.max_photo_pixels),
                video_size_limit: 0,
                video_frame_rate_limit: 0,
                video_matrix_limit: 0,
            },
            polls: PollLimits::default(),
            translation: Translation { enabled: false },
        }
    }
}

/// What is counted, and who looks after the server.
pub struct Known {
    pub people: i64,
    pub posts: i64,
    pub servers: i64,
    pub active_month: i64,
    pub owner: Option<Account>,
    /// Public half of the key pushes are signed with.
    pub vapid_key: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UrlsV1 {
    pub streaming_api: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Stats {
    pub user_count: i64,
    pub status_count: i64,
    pub domain_count: i64,
}

/// The server, as older apps ask.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InstanceV1 {
    pub uri: String,
    pub title: String,
    pub short_description: String,
    pub description: String,
    pub email: String,
    pub version: String,
    pub urls: UrlsV1,
    pub stats: Stats,
    pub thumbnail: String,
    pub languages: Vec<String>,
    pub registrations: bool,
    pub approval_required: bool,
    pub invites_enabled: bool,
    pub configuration: Limits,
    pub contact_account: Option<Account>,
    pub rules: Vec<Rule>,
    pub max_toot_chars: i64,
}

/// `wss://photos.example`
fn streaming(urls: &Urls) -> String {
    urls.origin().replacen("http", "ws", 1)
}

const COVER: &str = "/static/cover.png";
const ICON: &str = "/static/icon.png";

impl InstanceV1 {
    pub fn of(app: &App, urls: &Urls, known: Known) -> Self {
        let settings = &app.settings;
        Self {
            uri: urls.host().to_owned(),
            title: settings.server_name.clone(),
            short_description: settings.server_description.clone(),
            description: settings.server_description.clone(),
            // Nobody's address is shown.
            email: String::new(),
            version: version(),
            urls: UrlsV1 { streaming_api: streaming(urls) },
            stats: Stats { user_count: known.people, status_count: known.posts, domain_count: known.servers },
            thumbnail: urls.at(COVER),
            languages: vec!["en".to_owned()],
            registrations: settings.open_registration,
            approval_required: false,
            invites_enabled: false,
            configuration: Limits::of(app),
            contact_account: known.owner,
            rules: Rule::all(app),
            max_toot_chars: number(settings.max_caption),
        }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Users {
    pub active_month: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Usage {
    pub users: Users,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Thumbnail {
    pub url: String,
    pub blurhash: Option<String>,
    #[schema(value_type = Object)]
    pub versions: Value,
    pub description: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Icon {
    pub src: String,
    pub size: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConfigurationUrls {
    pub streaming: String,
    pub status: Option<String>,
    pub about: Option<String>,
    pub privacy_policy: Option<String>,
    pub terms_of_service: Option<String>,
}

/// The key pushes are signed with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Vapid {
    pub public_key: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Configuration {
    pub urls: ConfigurationUrls,
    pub vapid: Vapid,
    #[serde(flatten)]
    pub limits: Limits,
    #[schema(value_type = Object)]
    pub timelines_access: Value,
    pub limited_federation: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Registrations {
    pub enabled: bool,
    pub approval_required: bool,
    pub reason_required: bool,
    pub message: Option<String>,
    pub min_age: Option<i64>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiVersions {
    pub mastodon: i64,
    pub cyanotype: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Contact {
    pub email: String,
    pub account: Option<Account>,
}

/// The server, as newer apps ask.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InstanceV2 {
    pub domain: String,
    pub title: String,
    pub version: String,
    pub source_url: String,
    pub description: String,
    pub usage: Usage,
    pub thumbnail: Thumbnail,
    pub icon: Vec<Icon>,
    pub languages: Vec<String>,
    pub configuration: Configuration,
    pub registrations: Registrations,
    pub api_versions: ApiVersions,
    pub contact: Contact,
    pub rules: Vec<Rule>,
    /// Domain in handles, where it is another one.
    pub account_domain: String,
}

impl InstanceV2 {
    pub fn of(app: &App, urls: &Urls, known: Known) -> Self {
        let settings = &app.settings;
        let everybody = json!({ "local": "public", "remote": "public" });
        let nobody = json!({ "local": "disabled", "remote": "disabled" });
        let access = json!({ "live_feeds": everybody, "hashtag_feeds": everybody, "trending_link_feeds": nobody });
        let cover = urls.at(COVER);
        Self {
            domain: urls.host().to_owned(),
            title: settings.server_name.clone(),
            version: version(),
            source_url: urls.at("/about"),
            description: settings.server_description.clone(),
            usage: Usage { users: Users { active_month: known.active_month } },
            thumbnail: Thumbnail {
                versions: json!({ "@1x": cover, "@2x": cover }),
                url: cover,
                blurhash: None,
                description: "A white fern on Prussian blue".to_owned(),
            },
            icon: vec![Icon { src: urls.at(ICON), size: "192x192".to_owned() }],
            languages: vec!["en".to_owned()],
            configuration: Configuration {
                urls: ConfigurationUrls {
                    streaming: streaming(urls),
                    status: None,
                    about: Some(urls.at("/about")),
                    privacy_policy: None,
                    terms_of_service: None,
                },
                vapid: Vapid { public_key: known.vapid_key },
                limits: Limits::of(app),
                timelines_access: access,
                limited_federation: false,
            },
            registrations: Registrations {
                enabled: settings.open_registration,
                approval_required: false,
                reason_required: false,
                message: None,
                min_age: None,
                url: settings.open_registration.then(|| urls.at("/join")),
            },
            api_versions: ApiVersions { mastodon: API_VERSION, cyanotype: 1 },
            contact: Contact { email: String::new(), account: known.owner },
            rules: Rule::all(app),
            account_domain: urls.handle_domain().to_owned(),
        }
    }
}
