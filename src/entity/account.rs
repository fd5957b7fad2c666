//! A person, of this server (`domain` is empty) or of another one.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub username: String,
    #[sea_orm(column_type = "Text")]
    pub username_key: String,
    #[sea_orm(column_type = "Text")]
    pub domain: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub bio: String,
    #[sea_orm(column_type = "Text")]
    pub fields: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub locked: i32,
    pub discoverable: i32,
    pub indexable: i32,
    pub suspended: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub avatar_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub header_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub avatar_url: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub header_url: Option<String>,
    pub featured_albums: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub uri: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub url: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub inbox: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub shared_inbox: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub outbox_url: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub followers_url: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub following_url: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub featured_url: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub key_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub public_key: Option<String>,
    #[sea_orm(nullable)]
    pub private_key: Option<Vec<u8>>,
    #[sea_orm(nullable)]
    pub remote_posts: Option<i64>,
    #[sea_orm(nullable)]
    pub remote_followers: Option<i64>,
    #[sea_orm(nullable)]
    pub remote_following: Option<i64>,
    #[sea_orm(nullable)]
    pub fetched_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    #[sea_orm(nullable)]
    pub deleted_at: Option<i64>,
    /// Id of the actor this account has moved to.
    #[sea_orm(column_type = "Text", nullable)]
    pub moved_to: Option<String>,
    #[sea_orm(nullable)]
    pub moved_at: Option<i64>,
    /// JSON list of ids of other accounts that are the same person's.
    #[sea_orm(column_type = "Text")]
    pub aliases: String,
    /// JSON list of hosts whose pages may name a local person as their author.
    #[sea_orm(column_type = "Text")]
    pub attribution_domains: String,
    /// JSON list of hashtags at the head of the profile, without `#`.
    #[sea_orm(column_type = "Text")]
    pub featured_tags: String,
    /// Of local people: `everyone`, `followers` or `nobody` may answer …
    #[sea_orm(column_type = "Text")]
    pub replies_from: String,
    /// … and quote.
    #[sea_orm(column_type = "Text")]
    pub quotes_from: String,
    /// 1: the server of whom she blocks is told so.
    pub says_blocks: i32,
    /// Of remote people: when somebody here last looked at avatar or header, to about a day …
    pub pictures_seen_at: i64,
    /// … and when they were last asked for.
    pub pictures_asked_at: i64,
    /// 1: nobody else sees whom a local person follows, and who follows her.
    pub hide_collections: i32,
    /// What is to be seen on the avatar …
    #[sea_orm(column_type = "Text")]
    pub avatar_alt: String,
    /// … and on the header.
    #[sea_orm(column_type = "Text")]
    pub header_alt: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
