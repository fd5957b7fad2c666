//! What people do with each other and with posts.

use crate::columns::{Step, int, text, text_null};
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
        follow(&step).await?;
        post_like(&step).await?;
        boost(&step).await?;
        block(&step).await?;
        domain_block(&step).await?;
        notification(&step).await?;
        home_entry(&step).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(HomeEntry::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Notification::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(DomainBlock::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Block::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Boost::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(PostLike::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Follow::Table).to_owned()).await?;
        Ok(())
    }
}

async fn follow(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Follow::Table)
            .col(int(Follow::Id))
            .col(int(Follow::FollowerId))
            .col(int(Follow::TargetId))
            .col(text(Follow::State))
            .col(text_null(Follow::Uri))
            .col(int(Follow::CreatedAt))
            .primary_key(Index::create().col(Follow::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("follow_follower_id_target_id")
            .table(Follow::Table)
            .col(Follow::FollowerId)
            .col(Follow::TargetId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("follow_target_id_follower_id")
            .table(Follow::Table)
            .col(Follow::TargetId)
            .col(Follow::FollowerId)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("follow_target_id_state_id")
            .table(Follow::Table)
            .col(Follow::TargetId)
            .col(Follow::State)
            .col(Follow::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("follow_follower_id_state_id")
            .table(Follow::Table)
            .col(Follow::FollowerId)
            .col(Follow::State)
            .col(Follow::Id)
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("follow_uri").table(Follow::Table).col(Follow::Uri).unique().to_owned()).await?;
    Ok(())
}

async fn post_like(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(PostLike::Table)
            .col(int(PostLike::Id))
            .col(int(PostLike::AccountId))
            .col(int(PostLike::PostId))
            .col(text_null(PostLike::Uri))
            .col(int(PostLike::CreatedAt))
            .primary_key(Index::create().col(PostLike::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("post_like_post_id_account_id")
            .table(PostLike::Table)
            .col(PostLike::PostId)
            .col(PostLike::AccountId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("post_like_account_id_id")
            .table(PostLike::Table)
            .col(PostLike::AccountId)
            .col(PostLike::Id)
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("post_like_uri").table(PostLike::Table).col(PostLike::Uri).to_owned()).await?;
    Ok(())
}

async fn boost(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Boost::Table)
            .col(int(Boost::Id))
            .col(int(Boost::AccountId))
            .col(int(Boost::PostId))
            .col(text_null(Boost::Uri))
            .col(int(Boost::CreatedAt))
            .primary_key(Index::create().col(Boost::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("boost_post_id_account_id")
            .table(Boost::Table)
            .col(Boost::PostId)
            .col(Boost::AccountId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create().name("boost_account_id_id").table(Boost::Table).col(Boost::AccountId).col(Boost::Id).to_owned(),
    )
    .await?;
    step.index(Index::create().name("boost_uri").table(Boost::Table).col(Boost::Uri).to_owned()).await?;
    Ok(())
}

async fn block(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Block::Table)
            .col(int(Block::Id))
            .col(int(Block::AccountId))
            .col(int(Block::TargetId))
            .col(int(Block::CreatedAt))
            .primary_key(Index::create().col(Block::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("block_account_id_target_id")
            .table(Block::Table)
            .col(Block::AccountId)
            .col(Block::TargetId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("block_target_id").table(Block::Table).col(Block::TargetId).to_owned()).await?;
    Ok(())
}

async fn domain_block(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(DomainBlock::Table)
            .col(text(DomainBlock::Domain))
            .col(text(DomainBlock::Note))
            .col(int(DomainBlock::CreatedAt))
            .primary_key(Index::create().col(DomainBlock::Domain)),
    )
    .await?;
    Ok(())
}

async fn notification(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Notification::Table)
            .col(int(Notification::Id))
            .col(int(Notification::AccountId))
            .col(text(Notification::Kind))
            .col(int(Notification::ActorId))
            .col(int(Notification::PostId))
            .col(int(Notification::CreatedAt))
            .primary_key(Index::create().col(Notification::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("notification_account_id_kind_actor_id_post_id")
            .table(Notification::Table)
            .col(Notification::AccountId)
            .col(Notification::Kind)
            .col(Notification::ActorId)
            .col(Notification::PostId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("notification_account_id_id")
            .table(Notification::Table)
            .col(Notification::AccountId)
            .col(Notification::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create().name("notification_post_id").table(Notification::Table).col(Notification::PostId).to_owned(),
    )
    .await?;
    Ok(())
}

async fn home_entry(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(HomeEntry::Table)
            .col(int(HomeEntry::OwnerId))
            .col(int(HomeEntry::PostId))
            .col(int(HomeEntry::ViaId))
            .primary_key(Index::create().col(HomeEntry::OwnerId).col(HomeEntry::PostId)),
    )
    .await?;
    step.index(Index::create().name("home_entry_post_id").table(HomeEntry::Table).col(HomeEntry::PostId).to_owned())
        .await?;
    Ok(())
}

/// `state` is `pending` or `accepted`; `uri` is the Follow activity's id.
#[derive(DeriveIden, Clone, Copy)]
enum Follow {
    Table,
    Id,
    FollowerId,
    TargetId,
    State,
    Uri,
    CreatedAt,
}

/// A like.
#[derive(DeriveIden, Clone, Copy)]
enum PostLike {
    Table,
    Id,
    AccountId,
    PostId,
    Uri,
    CreatedAt,
}

/// A boost.
#[derive(DeriveIden, Clone, Copy)]
enum Boost {
    Table,
    Id,
    AccountId,
    PostId,
    Uri,
    CreatedAt,
}

/// One person blocks another; it holds both ways.
#[derive(DeriveIden, Clone, Copy)]
enum Block {
    Table,
    Id,
    AccountId,
    TargetId,
    CreatedAt,
}

/// A server, with its subdomains, that is kept out.
#[derive(DeriveIden, Clone, Copy)]
enum DomainBlock {
    Table,
    Domain,
    Note,
    CreatedAt,
}

/// `post_id` is 0 where there is none, so that the same thing is told once.
#[derive(DeriveIden, Clone, Copy)]
enum Notification {
    Table,
    Id,
    AccountId,
    Kind,
    ActorId,
    PostId,
    CreatedAt,
}

/// Somebody's home timeline. `via_id` is the account that boosted it there, or 0.
#[derive(DeriveIden, Clone, Copy)]
enum HomeEntry {
    Table,
    OwnerId,
    PostId,
    ViaId,
}
