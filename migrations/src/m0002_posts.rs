//! Posts, their photos, and the words in them.

use crate::columns::{Step, bytes_null, flag, int, int_null, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let step = Step(manager);
        post(&step).await?;
        draft(&step).await?;
        photo(&step).await?;
        rendition(&step).await?;
        tag(&step).await?;
        post_tag(&step).await?;
        mention(&step).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Mention::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(PostTag::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Tag::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Rendition::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Photo::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Draft::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Post::Table).to_owned()).await?;
        Ok(())
    }
}

async fn post(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Post::Table)
            .col(int(Post::Id))
            .col(int(Post::AccountId))
            .col(int_null(Post::DraftId))
            .col(text_null(Post::Uri))
            .col(text_null(Post::Url))
            .col(int_null(Post::InReplyToId))
            .col(text_null(Post::InReplyToUri))
            .col(int(Post::RootId))
            .col(text(Post::Caption))
            .col(text_null(Post::Html))
            .col(text(Post::Warning))
            .col(flag(Post::Sensitive))
            .col(text(Post::Language))
            .col(text(Post::Visibility))
            .col(flag(Post::Listed))
            .col(int(Post::PhotoCount))
            .col(int(Post::PublishedAt))
            .col(int(Post::ReceivedAt))
            .col(int_null(Post::EditedAt))
            .col(int_null(Post::DeletedAt))
            .col(int_null(Post::PinnedAt))
            .col(int(Post::LikeCount))
            .col(int(Post::BoostCount))
            .col(int(Post::ReplyCount))
            .primary_key(Index::create().col(Post::Id)),
    )
    .await?;
    post_indexes(step).await
}

async fn post_indexes(step: &Step<'_>) -> Result<(), DbErr> {
    step.index(Index::create().name("post_draft_id").table(Post::Table).col(Post::DraftId).unique().to_owned()).await?;
    step.index(Index::create().name("post_uri").table(Post::Table).col(Post::Uri).unique().to_owned()).await?;
    step.index(
        Index::create().name("post_account_id_id").table(Post::Table).col(Post::AccountId).col(Post::Id).to_owned(),
    )
    .await?;
    step.index(Index::create().name("post_root_id_id").table(Post::Table).col(Post::RootId).col(Post::Id).to_owned())
        .await?;
    step.index(
        Index::create()
            .name("post_in_reply_to_id_id")
            .table(Post::Table)
            .col(Post::InReplyToId)
            .col(Post::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("post_id_partial")
            .table(Post::Table)
            .col(Post::Id)
            .and_where(Expr::cust("listed = 1"))
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("post_account_id_pinned_at_partial")
            .table(Post::Table)
            .col(Post::AccountId)
            .col(Post::PinnedAt)
            .and_where(Expr::cust("pinned_at IS NOT NULL"))
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("post_in_reply_to_uri_partial")
            .table(Post::Table)
            .col(Post::InReplyToUri)
            .and_where(Expr::cust("in_reply_to_id IS NULL"))
            .to_owned(),
    )
    .await?;
    Ok(())
}

async fn draft(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Draft::Table)
            .col(int(Draft::Id))
            .col(int(Draft::AccountId))
            .col(int_null(Draft::EditingId))
            .col(text(Draft::Caption))
            .col(text(Draft::Warning))
            .col(text(Draft::Language))
            .col(text(Draft::Visibility))
            .col(int_null(Draft::PostId))
            .col(int(Draft::CreatedAt))
            .col(int(Draft::UpdatedAt))
            .primary_key(Index::create().col(Draft::Id)),
    )
    .await?;
    step.index(
        Index::create().name("draft_account_id_id").table(Draft::Table).col(Draft::AccountId).col(Draft::Id).to_owned(),
    )
    .await?;
    step.index(Index::create().name("draft_updated_at").table(Draft::Table).col(Draft::UpdatedAt).to_owned()).await?;
    Ok(())
}

async fn photo(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Photo::Table)
            .col(int(Photo::Id))
            .col(int(Photo::AccountId))
            .col(int_null(Photo::PostId))
            .col(int_null(Photo::DraftId))
            .col(int(Photo::Position))
            .col(text(Photo::State))
            .col(text(Photo::Alt))
            .col(int(Photo::FocusX))
            .col(int(Photo::FocusY))
            .col(text(Photo::FileName))
            .col(text_null(Photo::OriginalKey))
            .col(text(Photo::OriginalType))
            .col(int(Photo::OriginalBytes))
            .col(bytes_null(Photo::ContentHash))
            .col(int(Photo::Width))
            .col(int(Photo::Height))
            .col(text(Photo::Blurhash))
            .col(text(Photo::Color))
            .col(int(Photo::Pipeline))
            .col(text_null(Photo::RemoteUrl))
            .col(int(Photo::CreatedAt))
            .primary_key(Index::create().col(Photo::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("photo_post_id_position")
            .table(Photo::Table)
            .col(Photo::PostId)
            .col(Photo::Position)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("photo_draft_id_position")
            .table(Photo::Table)
            .col(Photo::DraftId)
            .col(Photo::Position)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create().name("photo_account_id_id").table(Photo::Table).col(Photo::AccountId).col(Photo::Id).to_owned(),
    )
    .await?;
    Ok(())
}

async fn rendition(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Rendition::Table)
            .col(text(Rendition::Key))
            .col(int_null(Rendition::PhotoId))
            .col(int_null(Rendition::AccountId))
            .col(text(Rendition::Role))
            .col(int(Rendition::Width))
            .col(int(Rendition::Height))
            .col(int(Rendition::Bytes))
            .col(int(Rendition::CreatedAt))
            .primary_key(Index::create().col(Rendition::Key)),
    )
    .await?;
    step.index(Index::create().name("rendition_photo_id").table(Rendition::Table).col(Rendition::PhotoId).to_owned())
        .await?;
    step.index(
        Index::create().name("rendition_account_id").table(Rendition::Table).col(Rendition::AccountId).to_owned(),
    )
    .await?;
    Ok(())
}

async fn tag(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Tag::Table)
            .col(int(Tag::Id))
            .col(text(Tag::Name))
            .col(text(Tag::NameKey))
            .primary_key(Index::create().col(Tag::Id)),
    )
    .await?;
    step.index(Index::create().name("tag_name_key").table(Tag::Table).col(Tag::NameKey).unique().to_owned()).await?;
    Ok(())
}

async fn post_tag(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(PostTag::Table)
            .col(int(PostTag::TagId))
            .col(int(PostTag::PostId))
            .primary_key(Index::create().col(PostTag::TagId).col(PostTag::PostId)),
    )
    .await?;
    step.index(Index::create().name("post_tag_post_id").table(PostTag::Table).col(PostTag::PostId).to_owned()).await?;
    Ok(())
}

async fn mention(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Mention::Table)
            .col(int(Mention::PostId))
            .col(int(Mention::AccountId))
            .col(text(Mention::Name))
            .primary_key(Index::create().col(Mention::PostId).col(Mention::AccountId)),
    )
    .await?;
    step.index(
        Index::create()
            .name("mention_account_id_post_id")
            .table(Mention::Table)
            .col(Mention::AccountId)
            .col(Mention::PostId)
            .to_owned(),
    )
    .await?;
    Ok(())
}

/// A post. Local ones keep what was typed in `caption`; remote ones keep their HTML in `html`. `root_id` is the first post of the conversation. `listed` marks what stands on the public feed.
#[derive(DeriveIden, Clone, Copy)]
enum Post {
    Table,
    Id,
    AccountId,
    DraftId,
    Uri,
    Url,
    InReplyToId,
    InReplyToUri,
    RootId,
    Caption,
    Html,
    Warning,
    Sensitive,
    Language,
    Visibility,
    Listed,
    PhotoCount,
    PublishedAt,
    ReceivedAt,
    EditedAt,
    DeletedAt,
    PinnedAt,
    LikeCount,
    BoostCount,
    ReplyCount,
}

/// A post being composed, or the changes to one that is out (`editing_id`). `post_id` is set once it was posted, so that a second press finds the first one's post.
#[derive(DeriveIden, Clone, Copy)]
enum Draft {
    Table,
    Id,
    AccountId,
    EditingId,
    Caption,
    Warning,
    Language,
    Visibility,
    PostId,
    CreatedAt,
    UpdatedAt,
}

/// A photograph: in a draft, in a post, or waiting to be fetched from elsewhere (`state` is `ready`, `remote` or `failed`). Focus is in thousandths, -1000 to 1000, y up.
#[derive(DeriveIden, Clone, Copy)]
enum Photo {
    Table,
    Id,
    AccountId,
    PostId,
    DraftId,
    Position,
    State,
    Alt,
    FocusX,
    FocusY,
    FileName,
    OriginalKey,
    OriginalType,
    OriginalBytes,
    ContentHash,
    Width,
    Height,
    Blurhash,
    Color,
    Pipeline,
    RemoteUrl,
    CreatedAt,
}

/// A served size of a photo, or an avatar or header (`account_id`). The key is 128 random bits.
#[derive(DeriveIden, Clone, Copy)]
enum Rendition {
    Table,
    Key,
    PhotoId,
    AccountId,
    Role,
    Width,
    Height,
    Bytes,
    CreatedAt,
}

/// A hashtag; `name_key` is folded.
#[derive(DeriveIden, Clone, Copy)]
enum Tag {
    Table,
    Id,
    Name,
    NameKey,
}

/// Which posts carry a hashtag.
#[derive(DeriveIden, Clone, Copy)]
enum PostTag {
    Table,
    TagId,
    PostId,
}

/// Whom a post mentions, and how it was typed.
#[derive(DeriveIden, Clone, Copy)]
enum Mention {
    Table,
    PostId,
    AccountId,
    Name,
}
