//! What is fetched because somebody looks, conversations among mentioned people, mutes, reports, and a
//! home that is ordered by when a post came into it.

use crate::columns::{Step, flag, int, int_null, text, text_null};
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
        looking(&step).await?;
        conversation(&step).await?;
        mute(&step).await?;
        report(&step).await?;
        home(manager).await?;
        let pictures = flag(Login::HomePictures);
        manager.alter_table(Table::alter().table(Login::Table).add_column(pictures).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Login::Table).drop_column(Login::HomePictures).to_owned()).await?;
        manager.drop_index(Index::drop().name("home_entry_post_id_partial").table(HomeEntry::Table).to_owned()).await?;
        let index = Index::drop().name("home_entry_owner_id_entry_id").table(HomeEntry::Table).to_owned();
        manager.drop_index(index).await?;
        manager.alter_table(Table::alter().table(HomeEntry::Table).drop_column(HomeEntry::EntryId).to_owned()).await?;
        manager.drop_table(Table::drop().table(Report::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Mute::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Conversation::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Thread::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ProfileFill::Table).to_owned()).await
    }
}

async fn looking(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(ProfileFill::Table)
            .col(int(ProfileFill::AccountId))
            .col(int(ProfileFill::AskedAt))
            .col(int_null(ProfileFill::EndedAt))
            .col(text_null(ProfileFill::Next))
            .col(int(ProfileFill::Pages))
            .primary_key(Index::create().col(ProfileFill::AccountId)),
    )
    .await?;
    step.table(
        Table::create()
            .table(Thread::Table)
            .col(int(Thread::PostId))
            .col(text_null(Thread::Replies))
            .col(text_null(Thread::Context))
            .col(int(Thread::WalkedAt))
            .primary_key(Index::create().col(Thread::PostId)),
    )
    .await
}

async fn conversation(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Conversation::Table)
            .col(int(Conversation::Id))
            .col(int(Conversation::AccountId))
            .col(int(Conversation::RootId))
            .col(int(Conversation::LastPostId))
            .col(flag(Conversation::Unread))
            .primary_key(Index::create().col(Conversation::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("conversation_account_id_root_id")
            .table(Conversation::Table)
            .col(Conversation::AccountId)
            .col(Conversation::RootId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("conversation_account_id_last_post_id")
            .table(Conversation::Table)
            .col(Conversation::AccountId)
            .col(Conversation::LastPostId)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create().name("conversation_root_id").table(Conversation::Table).col(Conversation::RootId).to_owned(),
    )
    .await
}

async fn mute(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Mute::Table)
            .col(int(Mute::Id))
            .col(int(Mute::AccountId))
            .col(int(Mute::TargetId))
            .col(flag(Mute::Notifications))
            .col(int(Mute::Until))
            .col(int(Mute::CreatedAt))
            .primary_key(Index::create().col(Mute::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("mute_account_id_target_id")
            .table(Mute::Table)
            .col(Mute::AccountId)
            .col(Mute::TargetId)
            .unique()
            .to_owned(),
    )
    .await
}

async fn report(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Report::Table)
            .col(int(Report::Id))
            .col(int(Report::ReporterId))
            .col(int(Report::TargetId))
            .col(text(Report::Category))
            .col(text(Report::Comment))
            .col(text(Report::Posts))
            .col(flag(Report::Forwarded))
            .col(int(Report::CreatedAt))
            .col(int_null(Report::ClosedAt))
            .col(int_null(Report::ClosedBy))
            .primary_key(Index::create().col(Report::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("report_target_id_id")
            .table(Report::Table)
            .col(Report::TargetId)
            .col(Report::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("report_id_partial")
            .table(Report::Table)
            .col(Report::Id)
            .and_where(Expr::cust("closed_at IS NULL"))
            .to_owned(),
    )
    .await
}

/// A boost stands where it was boosted, not where the post was posted.
async fn home(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let column = int(HomeEntry::EntryId).default(0).take();
    manager.alter_table(Table::alter().table(HomeEntry::Table).add_column(column).to_owned()).await?;
    let place = "UPDATE home_entry SET entry_id = COALESCE((SELECT boost.id FROM boost WHERE boost.post_id = \
                 home_entry.post_id AND boost.account_id = home_entry.via_id), post_id)";
    manager.get_connection().execute_unprepared(place).await?;
    let step = Step(manager);
    step.index(
        Index::create()
            .name("home_entry_owner_id_entry_id")
            .table(HomeEntry::Table)
            .col(HomeEntry::OwnerId)
            .col(HomeEntry::EntryId)
            .to_owned(),
    )
    .await?;
    // What the version before puts in during a rolling restart is found and placed by housekeeping.
    step.index(
        Index::create()
            .name("home_entry_post_id_partial")
            .table(HomeEntry::Table)
            .col(HomeEntry::PostId)
            .and_where(Expr::cust("entry_id = 0"))
            .to_owned(),
    )
    .await
}

/// What was fetched of a remote profile: `next` is the page of the outbox to go on with, absent at its end.
#[derive(DeriveIden, Clone, Copy)]
enum ProfileFill {
    Table,
    AccountId,
    AskedAt,
    EndedAt,
    Next,
    Pages,
}

/// Where a remote post lists its answers, and when its conversation was last walked.
#[derive(DeriveIden, Clone, Copy)]
enum Thread {
    Table,
    PostId,
    Replies,
    Context,
    WalkedAt,
}

/// A conversation among mentioned people, as one of them finds it in her list.
#[derive(DeriveIden, Clone, Copy)]
enum Conversation {
    Table,
    Id,
    AccountId,
    RootId,
    LastPostId,
    Unread,
}

/// `until` is 0 for a mute without an end.
#[derive(DeriveIden, Clone, Copy)]
enum Mute {
    Table,
    Id,
    AccountId,
    TargetId,
    Notifications,
    Until,
    CreatedAt,
}

/// A report, of a person here or of another server. `posts` is a JSON list of ids.
#[derive(DeriveIden, Clone, Copy)]
enum Report {
    Table,
    Id,
    ReporterId,
    TargetId,
    Category,
    Comment,
    Posts,
    Forwarded,
    CreatedAt,
    ClosedAt,
    ClosedBy,
}

#[derive(DeriveIden, Clone, Copy)]
enum HomeEntry {
    Table,
    OwnerId,
    PostId,
    EntryId,
}

#[derive(DeriveIden, Clone, Copy)]
enum Login {
    Table,
    HomePictures,
}
