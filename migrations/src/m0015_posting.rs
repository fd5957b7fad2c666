//! What apps need for posting: photos that are in nothing yet, posts that wait for their hour, keys that make
//! a repeated call the same call, earlier versions of posts, bookmarks, conversations nobody wants to hear of.

use crate::columns::{Step, bytes, flag, int, int_null, text, text_null};
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
        let mut loose = int(Photo::LooseSince).default(0).take();
        manager.alter_table(Table::alter().table(Photo::Table).add_column(&mut loose).to_owned()).await?;
        step.index(
            Index::create()
                .name("photo_loose")
                .table(Photo::Table)
                .col(Photo::LooseSince)
                .and_where(Expr::cust("loose_since > 0"))
                .to_owned(),
        )
        .await?;
        scheduled_post(&step).await?;
        posting_key(&step).await?;
        post_edit(&step).await?;
        bookmark(&step).await?;
        conversation_mute(&step).await?;
        step.index(
            Index::create()
                .name("post_like_post_id_id")
                .table(PostLike::Table)
                .col(PostLike::PostId)
                .col(PostLike::Id)
                .to_owned(),
        )
        .await?;
        step.index(
            Index::create().name("boost_post_id_id").table(Boost::Table).col(Boost::PostId).col(Boost::Id).to_owned(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("boost_post_id_id").table(Boost::Table).to_owned()).await?;
        manager.drop_index(Index::drop().name("post_like_post_id_id").table(PostLike::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ConversationMute::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Bookmark::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(PostEdit::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(PostingKey::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ScheduledPost::Table).to_owned()).await?;
        manager.drop_index(Index::drop().name("photo_loose").table(Photo::Table).to_owned()).await?;
        manager.alter_table(Table::alter().table(Photo::Table).drop_column(Photo::LooseSince).to_owned()).await
    }
}

async fn scheduled_post(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(ScheduledPost::Table)
            .col(int(ScheduledPost::Id))
            .col(int(ScheduledPost::AccountId))
            .col(int(ScheduledPost::ApplicationId))
            .col(int(ScheduledPost::At))
            .col(text(ScheduledPost::Caption))
            .col(text(ScheduledPost::Warning))
            .col(flag(ScheduledPost::Sensitive))
            .col(text_null(ScheduledPost::Language))
            .col(text_null(ScheduledPost::Visibility))
            .col(int_null(ScheduledPost::InReplyToId))
            .col(int(ScheduledPost::CreatedAt))
            .primary_key(Index::create().col(ScheduledPost::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("scheduled_post_account_id_id")
            .table(ScheduledPost::Table)
            .col(ScheduledPost::AccountId)
            .col(ScheduledPost::Id)
            .to_owned(),
    )
    .await
}

async fn posting_key(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(PostingKey::Table)
            .col(int(PostingKey::AccountId))
            .col(bytes(PostingKey::KeyHash))
            .col(int(PostingKey::Number))
            .col(int(PostingKey::CreatedAt))
            .primary_key(Index::create().col(PostingKey::AccountId).col(PostingKey::KeyHash)),
    )
    .await?;
    step.index(
        Index::create().name("posting_key_created_at").table(PostingKey::Table).col(PostingKey::CreatedAt).to_owned(),
    )
    .await
}

async fn post_edit(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(PostEdit::Table)
            .col(int(PostEdit::Id))
            .col(int(PostEdit::PostId))
            .col(int(PostEdit::SaidAt))
            .col(text(PostEdit::Caption))
            .col(text_null(PostEdit::Html))
            .col(text(PostEdit::Warning))
            .col(flag(PostEdit::Sensitive))
            .col(text(PostEdit::Photos))
            .primary_key(Index::create().col(PostEdit::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("post_edit_post_id_id")
            .table(PostEdit::Table)
            .col(PostEdit::PostId)
            .col(PostEdit::Id)
            .to_owned(),
    )
    .await
}

async fn bookmark(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Bookmark::Table)
            .col(int(Bookmark::Id))
            .col(int(Bookmark::AccountId))
            .col(int(Bookmark::PostId))
            .col(int(Bookmark::CreatedAt))
            .primary_key(Index::create().col(Bookmark::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("bookmark_post_id_account_id")
            .table(Bookmark::Table)
            .col(Bookmark::PostId)
            .col(Bookmark::AccountId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("bookmark_account_id_id")
            .table(Bookmark::Table)
            .col(Bookmark::AccountId)
            .col(Bookmark::Id)
            .to_owned(),
    )
    .await
}

async fn conversation_mute(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(ConversationMute::Table)
            .col(int(ConversationMute::AccountId))
            .col(int(ConversationMute::RootId))
            .col(int(ConversationMute::CreatedAt))
            .primary_key(Index::create().col(ConversationMute::AccountId).col(ConversationMute::RootId)),
    )
    .await
}

/// `loose_since`: since when a photo that an app sent is in nothing; 0 where it is in something.
#[derive(DeriveIden)]
enum Photo {
    Table,
    LooseSince,
}

/// A post that waits for its hour. Its photos have its id as their draft's, and so has the post it becomes.
#[derive(DeriveIden)]
enum ScheduledPost {
    Table,
    Id,
    AccountId,
    ApplicationId,
    At,
    Caption,
    Warning,
    Sensitive,
    Language,
    Visibility,
    InReplyToId,
    CreatedAt,
}

/// Which number a call with an `Idempotency-Key` posts under: `draft_id` of its post.
#[derive(DeriveIden)]
enum PostingKey {
    Table,
    AccountId,
    KeyHash,
    Number,
    CreatedAt,
}

/// What a post said before it was edited, from `said_at` on. `photos` is a JSON list of ids with alt texts.
#[derive(DeriveIden)]
enum PostEdit {
    Table,
    Id,
    PostId,
    SaidAt,
    Caption,
    Html,
    Warning,
    Sensitive,
    Photos,
}

/// A post somebody keeps for later.
#[derive(DeriveIden)]
enum Bookmark {
    Table,
    Id,
    AccountId,
    PostId,
    CreatedAt,
}

/// A conversation somebody does not want to be told of.
#[derive(DeriveIden)]
enum ConversationMute {
    Table,
    AccountId,
    RootId,
    CreatedAt,
}

#[derive(DeriveIden)]
enum PostLike {
    Table,
    Id,
    PostId,
}

#[derive(DeriveIden)]
enum Boost {
    Table,
    Id,
    PostId,
}
