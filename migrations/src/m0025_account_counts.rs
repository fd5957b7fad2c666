//! How much everybody has posted and who follows whom, counted as it changes: counting anew costs more with
//! every post. The database itself counts, so that nothing that writes can forget to.

use crate::columns::{Step, int};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let number = |column: AccountCount| int(column).default(0).take();
        let table = Table::create()
            .table(AccountCount::Table)
            .col(int(AccountCount::AccountId))
            .col(number(AccountCount::Posts))
            .col(number(AccountCount::Followers))
            .col(number(AccountCount::Following))
            .col(number(AccountCount::PostedAt))
            .primary_key(Index::create().col(AccountCount::AccountId))
            .to_owned();
        Step(manager).table(&mut { table }).await?;
        let db = manager.get_connection();
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                db.execute_unprepared(POSTGRES_POSTS).await?;
                db.execute_unprepared(POSTGRES_FOLLOWS).await?;
            }
            _ => {
                for trigger in SQLITE {
                    db.execute_unprepared(trigger).await?;
                }
            }
        }
        // After the triggers, which lock what they watch: nothing written meanwhile is missed.
        db.execute_unprepared(COUNTED_SO_FAR).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let undo: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "DROP TRIGGER account_count_post ON post",
                "DROP TRIGGER account_count_follow ON follow",
                "DROP FUNCTION account_count_post",
                "DROP FUNCTION account_count_follow",
            ],
            _ => &[
                "DROP TRIGGER account_count_post_comes",
                "DROP TRIGGER account_count_post_goes",
                "DROP TRIGGER account_count_post_opens",
                "DROP TRIGGER account_count_post_closes",
                "DROP TRIGGER account_count_follow_comes",
                "DROP TRIGGER account_count_follow_goes",
                "DROP TRIGGER account_count_follow_opens",
                "DROP TRIGGER account_count_follow_closes",
            ],
        };
        for statement in undo {
            db.execute_unprepared(statement).await?;
        }
        manager.drop_table(Table::drop().table(AccountCount::Table).to_owned()).await
    }
}

/// Posts that everybody may see, follows that were granted; `posted_at` is when the newest of the posts was
/// published, 0 where there is none.
#[derive(DeriveIden)]
enum AccountCount {
    Table,
    AccountId,
    Posts,
    Followers,
    Following,
    PostedAt,
}

const COUNTED_SO_FAR: &str = "
INSERT INTO account_count (account_id, posts, followers, following, posted_at)
SELECT account_id, SUM(posts), SUM(followers), SUM(following), MAX(posted_at) FROM (
    SELECT account_id, COUNT(*) AS posts, 0 AS followers, 0 AS following, MAX(published_at) AS posted_at
      FROM post WHERE deleted_at IS NULL AND visibility IN ('public', 'quiet') GROUP BY account_id
    UNION ALL
    SELECT target_id, 0, COUNT(*), 0, 0 FROM follow WHERE state = 'accepted' GROUP BY target_id
    UNION ALL
    SELECT follower_id, 0, 0, COUNT(*), 0 FROM follow WHERE state = 'accepted' GROUP BY follower_id
) AS counted GROUP BY account_id";

/// What is open: the same words as in the index `post_open`, by which the newest is found again.
macro_rules! open {
    ($row:literal) => {
        concat!("(", $row, ".deleted_at IS NULL AND ", $row, ".visibility IN ('public', 'quiet'))")
    };
}

macro_rules! post_counts {
    () => {
        "BEGIN INSERT INTO account_count (account_id, posts, posted_at) VALUES (NEW.account_id, 1, NEW.published_at) \
         ON CONFLICT (account_id) DO UPDATE SET posts = posts + 1, posted_at = MAX(posted_at, excluded.posted_at); END"
    };
}

macro_rules! post_counts_no_more {
    () => {
        "BEGIN UPDATE account_count SET posts = posts - 1, posted_at = COALESCE((SELECT MAX(published_at) FROM post \
         WHERE account_id = OLD.account_id AND deleted_at IS NULL AND visibility IN ('public', 'quiet')), 0) \
         WHERE account_id = OLD.account_id; END"
    };
}

macro_rules! follow_counts {
    () => {
        "BEGIN INSERT INTO account_count (account_id, followers) VALUES (NEW.target_id, 1) \
         ON CONFLICT (account_id) DO UPDATE SET followers = followers + 1; \
         INSERT INTO account_count (account_id, following) VALUES (NEW.follower_id, 1) \
         ON CONFLICT (account_id) DO UPDATE SET following = following + 1; END"
    };
}

macro_rules! follow_counts_no_more {
    () => {
        "BEGIN UPDATE account_count SET followers = followers - 1 WHERE account_id = OLD.target_id; \
         UPDATE account_count SET following = following - 1 WHERE account_id = OLD.follower_id; END"
    };
}

const SQLITE: [&str; 8] = [
    concat!("CREATE TRIGGER account_count_post_comes AFTER INSERT ON post WHEN ", open!("NEW"), " ", post_counts!()),
    concat!(
        "CREATE TRIGGER account_count_post_goes AFTER DELETE ON post WHEN ",
        open!("OLD"),
        " ",
        post_counts_no_more!()
    ),
    concat!(
        "CREATE TRIGGER account_count_post_opens AFTER UPDATE OF deleted_at, visibility ON post WHEN NOT ",
        open!("OLD"),
        " AND ",
        open!("NEW"),
        " ",
        post_counts!()
    ),
    concat!(
        "CREATE TRIGGER account_count_post_closes AFTER UPDATE OF deleted_at, visibility ON post WHEN ",
        open!("OLD"),
        " AND NOT ",
        open!("NEW"),
        " ",
        post_counts_no_more!()
    ),
    concat!(
        "CREATE TRIGGER account_count_follow_comes AFTER INSERT ON follow WHEN NEW.state = 'accepted' ",
        follow_counts!()
    ),
    concat!(
        "CREATE TRIGGER account_count_follow_goes AFTER DELETE ON follow WHEN OLD.state = 'accepted' ",
        follow_counts_no_more!()
    ),
    concat!(
        "CREATE TRIGGER account_count_follow_opens AFTER UPDATE OF state ON follow \
         WHEN OLD.state <> 'accepted' AND NEW.state = 'accepted' ",
        follow_counts!()
    ),
    concat!(
        "CREATE TRIGGER account_count_follow_closes AFTER UPDATE OF state ON follow \
         WHEN OLD.state = 'accepted' AND NEW.state <> 'accepted' ",
        follow_counts_no_more!()
    ),
];

const POSTGRES_POSTS: &str = "
CREATE FUNCTION account_count_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL AND OLD.visibility IN ('public', 'quiet');
    is_now boolean := TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL AND NEW.visibility IN ('public', 'quiet');
BEGIN
    IF is_now AND NOT was THEN
        INSERT INTO account_count AS c (account_id, posts, posted_at) VALUES (NEW.account_id, 1, NEW.published_at)
        ON CONFLICT (account_id) DO UPDATE
        SET posts = c.posts + 1, posted_at = GREATEST(c.posted_at, excluded.posted_at);
    ELSIF was AND NOT is_now THEN
        UPDATE account_count SET posts = posts - 1, posted_at = COALESCE((
            SELECT MAX(published_at) FROM post
            WHERE account_id = OLD.account_id AND deleted_at IS NULL AND visibility IN ('public', 'quiet')), 0)
        WHERE account_id = OLD.account_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_count_post AFTER INSERT OR DELETE OR UPDATE OF deleted_at, visibility ON post
FOR EACH ROW EXECUTE FUNCTION account_count_post()";

/// Two who follow one another at the same moment are counted in the same order, or each would wait for the other.
const POSTGRES_FOLLOWS: &str = "
CREATE FUNCTION account_count_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was integer := (TG_OP <> 'INSERT' AND OLD.state = 'accepted')::integer;
    is_now integer := (TG_OP <> 'DELETE' AND NEW.state = 'accepted')::integer;
    f follow := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF was <> is_now THEN
        INSERT INTO account_count AS c (account_id, followers, following)
        SELECT * FROM (VALUES (f.target_id, is_now - was, 0), (f.follower_id, 0, is_now - was)) AS v(a, b, d)
        ORDER BY 1
        ON CONFLICT (account_id) DO UPDATE
        SET followers = c.followers + excluded.followers, following = c.following + excluded.following;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_count_follow AFTER INSERT OR DELETE OR UPDATE OF state ON follow
FOR EACH ROW EXECUTE FUNCTION account_count_follow()";
